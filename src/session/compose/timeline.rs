//! Marks on the timeline: what was, and what is expected.

use crate::kernel::actor::NodeId;
use crate::kernel::order;
use crate::observation::markers::{Mark, MarkKind};
use crate::session::frame::{Marker, Words};
use crate::session::lane::LifeLook;

use super::Scene;
use super::say::{say, text};

/// Expected marks at most.
const EXPECTED: usize = 8;

/// Marks of all lanes; lanes that share a mark (same words, same time) show it once.
pub(super) fn markers(scenes: &[Scene<'_>]) -> Vec<Marker> {
    let mut markers: Vec<Marker> = Vec::new();
    for scene in scenes {
        markers.extend(scene.seen.markers.marks().iter().map(|mark| past(scene, mark)));
        markers.extend(expected(scene));
        markers.extend(starts(scene));
        markers.extend(hold_end(scene));
    }
    let end = scenes.first().map(|scene| scene.end);
    markers.extend(end.map(|end| {
        let past = scenes.iter().all(|scene| scene.now >= end);
        Marker { at: end, past, words: say("marker.end", []) }
    }));
    order::by(&mut markers, |a, b| a.at.cmp(&b.at).then_with(|| a.words.key.cmp(&b.words.key)));
    markers.dedup_by(|b, a| a.at == b.at && a.words == b.words);
    markers
}

fn past(scene: &Scene<'_>, mark: &Mark) -> Marker {
    Marker { at: mark.at, past: true, words: words(scene, mark) }
}

fn words(scene: &Scene<'_>, mark: &Mark) -> Words {
    let name = scene.seen.cast().name(mark.node);
    match mark.kind {
        MarkKind::Started => say("marker.started", [("node", text(name))]),
        MarkKind::Stopped => say("marker.stopped", [("node", text(name))]),
        MarkKind::Rebalance => say("marker.rebalance", []),
    }
}

/// Processes that are planned to start.
fn starts<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = Marker> + 'a {
    let nodes = (0..).map(NodeId).zip(&scene.look.nodes);
    nodes.filter_map(|(node, look)| {
        let LifeLook::Planned(at) = look.life else { return None };
        let at = scene.seen.since_start(at);
        let name = scene.seen.cast().name(node);
        let words = say("marker.started", [("node", text(name))]);
        (at <= scene.end).then_some(Marker { at, past: false, words })
    })
}

/// When the first of the requests that are held now will have been held long enough.
fn hold_end(scene: &Scene<'_>) -> Option<Marker> {
    let holds = scene.seen.asking.requests().filter(|request| request.answered.is_none());
    let at = holds.filter_map(|request| request.until).filter(|until| *until > scene.now).min()?;
    let words = say("expect.holds_end", []);
    (at <= scene.end).then_some(Marker { at, past: false, words })
}

/// The next of each kind.
fn expected<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = Marker> + 'a {
    let mut kinds: Vec<&str> = Vec::new();
    let expectations = scene.look.expectations.iter().filter(|expected| expected.marker);
    let next = expectations.filter(move |expected| {
        let new = !kinds.contains(&expected.key);
        kinds.push(expected.key);
        new
    });
    let marker = |expected: &crate::facts::Expectation| Marker {
        at: scene.seen.since_start(expected.at),
        past: false,
        words: say(&format!("expect.{}", expected.key), []),
    };
    next.map(marker).filter(|marker| marker.at <= scene.end).take(EXPECTED)
}
