//! The scenarios that come with RocketScope: what lists say of them, and their texts.
//!
//! A list's words are taken out of the files when this is compiled. Whoever needs no more, as the
//! page, does not carry the texts with it: it fetches the one that is opened.

/// A scenario that comes with RocketScope, as lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// File name without its ending.
    pub name: &'static str,
    /// `title` of the file.
    pub title: &'static str,
    /// `line` of the file.
    pub line: &'static str,
}

macro_rules! text {
    ($name:literal) => {
        include_str!(concat!("../../static/scenarios/", $name, ".toml"))
    };
}

/// A value of a file's head as a text of its own: nothing else of the file is kept for it.
macro_rules! head {
    ($name:literal, $key:literal) => {{
        const PLACE: (usize, usize) = value(text!($name), concat!("\n", $key, " = \""));
        const BYTES: [u8; PLACE.1 - PLACE.0] = part(text!($name), PLACE.0);
        match str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("a value does not end within a letter"),
        }
    }};
}

macro_rules! ship {
    ($first:literal $(, $name:literal)*) => {
        static SHIPPED: &[Shipped] = &[
            Shipped { name: $first, title: head!($first, "title"), line: head!($first, "line") },
            $(Shipped { name: $name, title: head!($name, "title"), line: head!($name, "line") },)*
        ];

        /// The text of a shipped scenario.
        pub fn shipped_text(name: &str) -> Option<&'static str> {
            match name {
                $first => Some(text!($first)),
                $($name => Some(text!($name)),)*
                _ => None,
            }
        }

        /// The text of the first one, which nobody should have to wait for: up to what it claims,
        /// at which the page does not look.
        pub fn first_text(name: &str) -> Option<&'static str> {
            const TEXT: &str = text!($first).split_at(first_claim(text!($first))).0;
            (name == $first).then_some(TEXT)
        }
    };
}

ship!(
    "first-program",
    "first-message",
    "pull-and-push",
    "pop",
    "rebalance",
    "slow-consumer",
    "stuck-message",
    "order-three-ways",
    "hot-queue",
    "orderly-locks",
    "retry-and-dead-letters",
    "delivery-guarantees",
    "transaction",
    "hot-partition",
    "broker-failover",
    "master-and-slave",
    "controller-election",
    "price-of-durability",
    "stored-not-well",
    "cold-reads",
    "broker-busy",
    "delays",
    "two-subscriptions",
    "broadcast",
    "filters",
    "other-topics",
    "the-knee",
    "thundering-herd",
    "incident",
    "orderly-start",
    "orderly-commits",
    "duplicates-at-rebalance",
    "long-pause",
    "new-group-from-last",
    "retry-that-looks-like-loss",
    "give-back-fails",
    "consume-timeout",
    "more-consumers-than-queues",
    "name-server-down",
    "lite-pull",
    "by-hand",
    "simple-consumer",
    "requests",
    "auto-batch",
    "batches",
    "back-pressure",
    "allocation",
    "start-positions",
    "flow-control",
    "avoiding-brokers",
    "shared-instance",
    "timeliness",
    "two-million"
);

/// All shipped scenarios, the one for newcomers first.
pub fn shipped() -> &'static [Shipped] {
    SHIPPED
}

/// Where the value behind `key` begins and ends.
const fn value(text: &str, key: &str) -> (usize, usize) {
    let (text, key) = (text.as_bytes(), key.as_bytes());
    let mut start = 0;
    while !begins(text, start, key) {
        start += 1;
    }
    start += key.len();
    let mut end = start;
    while text[end] != b'"' {
        end += 1;
    }
    (start, end)
}

/// Where the first assertion begins; claims stand at the end of a file.
const fn first_claim(text: &str) -> usize {
    let (text, key, mut at) = (text.as_bytes(), b"\n[[assert]]", 0);
    while at + key.len() < text.len() && !begins(text, at, key) {
        at += 1;
    }
    at
}

const fn begins(text: &[u8], at: usize, with: &[u8]) -> bool {
    let mut index = 0;
    while index < with.len() {
        if text[at + index] != with[index] {
            return false;
        }
        index += 1;
    }
    true
}

const fn part<const N: usize>(text: &str, start: usize) -> [u8; N] {
    let (text, mut part) = (text.as_bytes(), [0; N]);
    let mut index = 0;
    while index < N {
        part[index] = text[start + index];
        index += 1;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn the_first_text_lacks_nothing_but_claims() {
        let whole = Scenario::parse(shipped_text("first-program").unwrap(), &[]).unwrap();
        let first = Scenario::parse(first_text("first-program").unwrap(), &[]).unwrap();
        assert!(first.assertions.is_empty() && !whole.assertions.is_empty());
        let kept = |scenario: &Scenario| {
            let switches = format!("{:?} {:?}", scenario.switches, scenario.sliders);
            (scenario.about.clone(), switches, scenario.lanes()[0].nodes.len())
        };
        assert_eq!(kept(&first), kept(&whole));
    }

    #[test]
    fn heads_say_what_the_whole_file_says() {
        for from in shipped() {
            let text = shipped_text(from.name).expect("it is shipped");
            let about = Scenario::parse(text, &[]).expect("it can be read").about;
            assert_eq!((from.title, from.line), (&*about.title, &*about.line), "{}", from.name);
        }
    }
}
