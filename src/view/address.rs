//! The page's address: everything after `#`, as it is written and read.
//!
//! `#/SCENARIO?seed=N&at=oEVENTS&select=m7&view=flow&set=PATH:VALUE`, all but the scenario
//! optional. `at` is `oN` (after N events) or `tN` (ns); `select` is `mN` (message), `nN` (node),
//! `qN` (queue) or `lN-M` (link), with `@LANE` where the lane is not the first; `set` may come
//! several times.

use super::words::{fill, name, text};
use crate::session::protocol::{Position, Recipe, Rejection, Selection, Source, Tweak};

/// The views that are built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Flow,
    Compare,
    Figures,
}

impl View {
    /// As written in addresses and scenarios.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Compare => "compare",
            Self::Figures => "figures",
        }
    }

    /// The view of that word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Flow, Self::Compare, Self::Figures].into_iter().find(|view| view.word() == word)
    }
}

/// What an address says.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// Scenario, seed, changed settings.
    pub recipe: Recipe,
    /// Where in the history.
    pub position: Position,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Nothing: the view that the scenario opens with.
    pub view: Option<View>,
    /// Test only: the help sheet can break the engine.
    pub drill: bool,
}

impl Default for Address {
    fn default() -> Self {
        let (recipe, position) = (Recipe::default(), Position::Ordinal(0));
        Self { recipe, position, selection: None, view: None, drill: false }
    }
}

/// Reads what stands behind `#`; what cannot be used is left out and told.
pub fn read(hash: &str) -> (Address, Option<Rejection>) {
    let hash = hash.trim_start_matches('#').trim_start_matches('/');
    let (scenario, rest) = hash.split_once('?').unwrap_or((hash, ""));
    let mut address = Address::default();
    if !scenario.is_empty() {
        address.recipe.source = Source::Shipped(decoded(scenario));
    }
    let mut wrong = None;
    for part in rest.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if take(&mut address, key, &decoded(value)).is_none() {
            wrong = wrong.or_else(|| Some(rejection(part, key)));
        }
    }
    (address, wrong)
}

/// Writes an address.
pub fn write(address: &Address) -> String {
    let Source::Shipped(scenario) = &address.recipe.source else { return String::new() };
    let mut parts = Vec::new();
    if let Some(seed) = address.recipe.seed {
        parts.push(format!("seed={seed}"));
    }
    match address.position {
        Position::Ordinal(0) => (),
        Position::Ordinal(ordinal) => parts.push(format!("at=o{ordinal}")),
        Position::Time(at) => parts.push(format!("at=t{at}")),
        Position::End => parts.push("at=end".to_owned()),
    }
    parts.extend(address.selection.map(|selection| format!("select={}", selected(selection))));
    parts.extend(address.view.map(|view| format!("view={}", view.word())));
    for tweak in &address.recipe.tweaks {
        parts.push(format!("set={}:{}", encoded(&tweak.path), encoded(&tweak.value)));
    }
    if address.drill {
        parts.push("drill=panic".to_owned());
    }
    let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
    format!("#/{}{query}", encoded(scenario))
}

fn take(address: &mut Address, key: &str, value: &str) -> Option<()> {
    match key {
        "seed" => address.recipe.seed = Some(value.parse().ok()?),
        "at" => address.position = position(value)?,
        "select" => address.selection = Some(selection(value)?),
        "view" => address.view = Some(View::of(value)?),
        "set" => {
            let (path, value) = value.split_once(':')?;
            let (path, value) = (path.to_owned(), value.to_owned());
            address.recipe.tweaks.push(Tweak { path, value });
        }
        "drill" if value == "panic" => address.drill = true,
        _ => return None,
    }
    Some(())
}

fn rejection(part: &str, key: &str) -> Rejection {
    let cures = ["seed", "at", "select", "view", "set"];
    let cure = match cures.contains(&key) {
        true => text(&format!("address.cure.{key}")),
        false => text("address.cure.unknown"),
    };
    let place = fill("address.place", &[("part", name(part))]);
    Rejection { place, finding: text("address.finding"), cure }
}

fn position(value: &str) -> Option<Position> {
    if value == "end" {
        return Some(Position::End);
    }
    let (kind, number) = value.split_at_checked(1)?;
    match kind {
        "o" => Some(Position::Ordinal(number.parse().ok()?)),
        "t" => Some(Position::Time(number.parse().ok()?)),
        _ => None,
    }
}

fn selection(value: &str) -> Option<Selection> {
    let (what, lane) = value.split_once('@').unwrap_or((value, "0"));
    let lane = lane.parse().ok()?;
    let (kind, number) = what.split_at_checked(1)?;
    match kind {
        "m" => Some(Selection::Message { lane, number: number.parse().ok()? }),
        "n" => Some(Selection::Node { lane, node: number.parse().ok()? }),
        "q" => Some(Selection::Queue { lane, queue: number.parse().ok()? }),
        "l" => {
            let (from, to) = number.split_once('-')?;
            Some(Selection::Link { lane, from: from.parse().ok()?, to: to.parse().ok()? })
        }
        _ => None,
    }
}

fn selected(selection: Selection) -> String {
    let (what, lane) = match selection {
        Selection::Message { lane, number } => (format!("m{number}"), lane),
        Selection::Node { lane, node } => (format!("n{node}"), lane),
        Selection::Queue { lane, queue } => (format!("q{queue}"), lane),
        Selection::Link { lane, from, to } => (format!("l{from}-{to}"), lane),
    };
    if lane == 0 { what } else { format!("{what}@{lane}") }
}

/// Percent-encoding of everything but letters, digits and `-._~`.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = (*first == b'%').then(|| tail.split_at_checked(2)).flatten();
        let value = escape
            .and_then(|(digits, _)| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let tweaks =
            vec![Tweak { path: "client.A.workload".to_owned(), value: "\"1 s\"".to_owned() }];
        let source = Source::Shipped("pull-and-push".to_owned());
        let address = Address {
            recipe: Recipe { source, seed: Some(7), tweaks },
            position: Position::Ordinal(1_204),
            selection: Some(Selection::Message { lane: 1, number: 3 }),
            view: Some(View::Compare),
            drill: false,
        };
        let text = write(&address);
        let query = "seed=7&at=o1204&select=m3@1&view=compare&set=client.A.workload:%221%20s%22";
        assert_eq!(text, format!("#/pull-and-push?{query}"));
        assert_eq!(read(&text), (address, None));
        assert_eq!(read(""), (Address::default(), None));
    }

    #[test]
    fn each_selection_and_position_comes_back() {
        let selections = [
            Selection::Node { lane: 0, node: 4 },
            Selection::Queue { lane: 2, queue: 11 },
            Selection::Link { lane: 0, from: 2, to: 1 },
        ];
        for wanted in selections {
            assert_eq!(selection(&selected(wanted)), Some(wanted));
        }
        assert_eq!(position("t5000"), Some(Position::Time(5_000)));
        assert_eq!(position("end"), Some(Position::End));
    }

    #[test]
    fn what_cannot_be_used_is_told_and_the_rest_counts() {
        let (address, wrong) = read("#/rebalance?at=x9&seed=3");
        assert_eq!((address.recipe.seed, address.position), (Some(3), Position::Ordinal(0)));
        let wrong = wrong.expect("x9 is no position");
        assert!(wrong.place.contains("at=x9") && !wrong.cure.is_empty());
        assert!(read("#/a?%").1.is_some(), "half an escape is no part");
    }
}
