//! From a run to a frame: plain data, and no more of it than the page shows.

mod asking;
mod bound;
mod cards;
mod charts;
mod events;
mod flights;
mod message;
mod nodes;
mod pools;
mod queues;
mod say;
mod sheet;
mod steps;
mod timeline;
mod verdict;

pub(super) use queues::shown_queues;
pub use verdict::verdict;

use crate::observation::Observations;

use super::frame::{Frame, Inspector, Lane, Ledger, Question};
use super::lane::{DigestOf, LifeLook, Look};
use super::protocol::{Selection, Want};
use super::run::Run;

/// What every part of a lane's frame is made of.
pub(super) struct Scene<'a> {
    pub(super) lane: u8,
    pub(super) now: u64,
    pub(super) end: u64,
    pub(super) want: Want,
    pub(super) seen: &'a Observations,
    pub(super) look: &'a Look,
    /// Queues as the frame lists them.
    pub(super) queues: &'a [usize],
}

impl Scene<'_> {
    /// The place of a queue in the frame.
    pub(super) fn queue(&self, queue: usize) -> Option<u32> {
        let place = self.queues.iter().position(|shown| *shown == queue)?;
        u32::try_from(place).ok()
    }

    /// The place of a topic in the frame, `u8::MAX` for none of the shown.
    pub(super) fn topic(&self, topic: usize) -> u8 {
        let place = queues::shown_topics(self.seen).position(|shown| shown == topic);
        place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
    }
}

impl Run {
    /// The frame of now.
    pub fn frame(&mut self, want: Want) -> Frame {
        let has_sheet = want.figures || self.now >= self.end();
        if has_sheet {
            self.look_at_claims();
        }
        let looks: Vec<Look> = self.stage.lanes().iter().map(|lane| lane.look()).collect();
        let lists = self.stage.lanes().iter().map(|lane| shown_queues(lane.seen()));
        let queues: Vec<Vec<usize>> = lists.collect();
        let inspector = self.inspector(want, &looks, &queues);
        let next_event = self.stage.next_at().filter(|next| *next <= self.end());
        let scenes: Vec<Scene<'_>> = (0..)
            .zip(self.stage.lanes())
            .zip(looks.iter().zip(&queues))
            .map(|((lane, world), (look, queues))| {
                let (now, end) = (self.now, self.end());
                Scene { lane, now, end, want, seen: world.seen(), look, queues }
            })
            .collect();
        let lanes: Vec<Lane> = scenes.iter().map(|scene| self.lane(scene)).collect();
        let sheet = has_sheet.then(|| sheet::packed(self, &scenes, want.figures));
        let mut run = self.info.clone();
        answer(&mut run.questions, &lanes);
        Frame {
            run,
            now: self.now,
            ordinal: self.stage.ordinal(),
            ended: self.now >= self.end(),
            working: self.progress(),
            rate: self.rate,
            skipping: self.tempo.skipping,
            next_event,
            markers: timeline::markers(&scenes),
            skipped: self.skipped.clone(),
            recent: events::recent(&scenes),
            lanes,
            inspector,
            sheet: sheet.unwrap_or_default(),
            history_digest: self.stage.digest(DigestOf::History),
            verdict: verdict(&self.stage),
            state_digest: want.state_digest.then(|| self.stage.digest(DigestOf::State)),
        }
    }

    fn lane(&self, scene: &Scene<'_>) -> Lane {
        let (title, subtitle) =
            self.titles.get(usize::from(scene.lane)).cloned().unwrap_or_default();
        let bound = self.bounds.get(usize::from(scene.lane)).copied().flatten();
        let (flights, mark_scale) = flights::flights(scene);
        Lane {
            title,
            subtitle,
            nodes: nodes::nodes(scene),
            queues: queues::queues(scene),
            topics: queues::topics(scene),
            ribbons: queues::ribbons(scene),
            wires: flights::wires(scene),
            flights,
            mark_scale,
            ledger: ledger(scene.seen, scene.look),
            charts: charts::charts(scene),
            asking: asking::asking(scene),
            bound: bound.map(|bound| bound::rows(bound, scene.seen)).unwrap_or_default(),
        }
    }

    fn inspector(&mut self, want: Want, looks: &[Look], queues: &[Vec<usize>]) -> Inspector {
        let Some(picked) = self.selection else { return Inspector::Nothing };
        let lane = lane_of(picked.selection);
        if let Selection::Message { .. } = picked.selection {
            self.selected_replay();
        }
        let index = usize::from(lane);
        let (Some(world), Some(look)) = (self.stage.lanes().get(index), looks.get(index)) else {
            return Inspector::Nothing;
        };
        let (now, end, queues) = (self.now, self.end(), &queues[index]);
        let scene = Scene { lane, now, end, want, seen: world.seen(), look, queues };
        match picked.selection {
            Selection::Message { number, .. } => self.message_card(&scene, number),
            Selection::Node { node, .. } => cards::node(&scene, node),
            Selection::Queue { .. } => cards::queue(&scene, picked.queue(&self.stage)),
            Selection::Link { from, to, .. } => cards::link(&scene, from, to),
        }
    }
}

fn lane_of(selection: Selection) -> u8 {
    match selection {
        Selection::Message { lane, .. }
        | Selection::Node { lane, .. }
        | Selection::Queue { lane, .. }
        | Selection::Link { lane, .. } => lane,
    }
}

/// The ledger of a world as it is now: a log whose machine lost power ends where its disk does.
pub fn ledger(seen: &Observations, look: &Look) -> Ledger {
    let all = seen.books.all;
    let beyond = |(node, state): (u32, &super::lane::NodeLook)| {
        let down = matches!(state.life, LifeLook::Down(_, crate::kernel::life::End::PowerLost));
        let broker = crate::kernel::actor::NodeId(node);
        let lost = || seen.messages.lost_beyond(broker, state.flushed, &seen.places);
        if down { lost() } else { 0 }
    };
    let lost: u64 = (0..).zip(&look.nodes).map(beyond).sum();
    Ledger {
        sent: all.sent,
        acknowledged: all.acknowledged,
        stored: all.stored,
        delivered: all.delivered,
        consumed: all.consumed,
        retrying: all.retrying,
        dead: all.dead,
        lost: all.lost + lost,
        duplicated: all.duplicated,
        out_of_order: all.out_of_order,
        failed: all.failed,
        expected: all.expected,
    }
}

/// Puts the right answers in, by what the lanes measured so far: all lanes must have delivered
/// something.
fn answer(questions: &mut [Question], lanes: &[Lane]) {
    let delivered = |lane: &Lane| lane.asking.wait.count;
    if lanes.len() < 2 || lanes.iter().any(|lane| delivered(lane) == 0) {
        return;
    }
    let per_message =
        |lane: &&Lane| u128::from(lane.asking.answered) * 1_000_000 / u128::from(delivered(lane));
    let places = || (0_u8..).zip(lanes);
    let least_wait = places().min_by_key(|(_, lane)| lane.asking.wait.mean);
    let most_asks = places().max_by_key(|(_, lane)| per_message(lane));
    for question in questions {
        let right = match question.measure.as_str() {
            "mean_wait" => least_wait,
            "requests_per_message" => most_asks,
            other => panic!("a question is about mean_wait or requests_per_message, not {other}"),
        };
        question.right = right.map(|(lane, _)| lane);
    }
}
