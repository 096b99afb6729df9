//! Masks inside strings: addresses, times, fields of earlier answers, anything.

use std::collections::BTreeMap;
use std::net::SocketAddr;

/// How far a time of ours may be from the recorded one.
const TOLERANCE_MILLIS: i64 = 1100;

/// What masks stand for in one replay.
pub(super) struct Masks {
    pub(super) wall_start: i64,
    pub(super) addresses: BTreeMap<String, SocketAddr>,
    /// Fields of our answers, by step and name.
    pub(super) answered: BTreeMap<(u64, String), String>,
}

/// A part of an expected text.
enum Part<'a> {
    Literal(String),
    Time(i64),
    Anything(&'a str),
}

impl Masks {
    /// A text of a request, with all masks replaced exactly.
    pub(super) fn fill(&self, text: &str) -> String {
        let parts = self.parts(text).into_iter().map(|part| match part {
            Part::Literal(literal) => literal,
            Part::Time(millis) => millis.to_string(),
            Part::Anything(mask) => mask.to_owned(),
        });
        parts.collect()
    }

    /// True where our text is what was recorded.
    pub(super) fn matches(&self, expected: &str, found: &str) -> bool {
        matches(&self.parts(expected), found)
    }

    fn parts<'a>(&self, mut text: &'a str) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        while let Some((before, mask, after)) = next_mask(text) {
            match self.part(mask) {
                Some(part) => {
                    parts.push(Part::Literal(before.to_owned()));
                    parts.push(part);
                    text = after;
                }
                None => {
                    let end = before.len() + 1;
                    parts.push(Part::Literal(text[..end].to_owned()));
                    text = &text[end..];
                }
            }
        }
        parts.push(Part::Literal(text.to_owned()));
        parts
    }

    fn part<'a>(&self, mask: &'a str) -> Option<Part<'a>> {
        if mask == "any" {
            return Some(Part::Anything("{any}"));
        }
        if let Some(name) = mask.strip_prefix("addr:") {
            return self.addresses.get(name).map(|at| Part::Literal(at.to_string()));
        }
        if let Some(name) = mask.strip_prefix("host:") {
            return self.addresses.get(name).map(|at| Part::Literal(host_digits(*at)));
        }
        if let Some(place) = mask.strip_prefix("reply:") {
            let (step, field) = place.split_once('.')?;
            let key = (step.parse().ok()?, field.to_owned());
            return Some(Part::Literal(self.answered.get(&key).cloned().unwrap_or_default()));
        }
        let millis: i64 = mask.strip_prefix('t')?.parse().ok()?;
        Some(Part::Time(self.wall_start + millis))
    }
}

/// Text before the next pair of braces, what is in it, and text after it.
fn next_mask(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('{')?;
    let close = open + text[open..].find('}')?;
    Some((&text[..open], &text[open + 1..close], &text[close + 1..]))
}

/// Address and port as ids hold them.
fn host_digits(address: SocketAddr) -> String {
    let SocketAddr::V4(address) = address else { panic!("simulated nodes have IPv4 addresses") };
    let [a, b, c, d] = address.ip().octets();
    format!("{a:02X}{b:02X}{c:02X}{d:02X}{:08X}", address.port())
}

fn matches(parts: &[Part<'_>], found: &str) -> bool {
    let Some((first, rest)) = parts.split_first() else { return found.is_empty() };
    match first {
        Part::Literal(literal) => {
            found.strip_prefix(literal.as_str()).is_some_and(|found| matches(rest, found))
        }
        Part::Time(millis) => {
            let digits = found.find(|c: char| !c.is_ascii_digit()).unwrap_or(found.len());
            let (number, found) = found.split_at(digits);
            let near = |at: i64| (at - millis).abs() <= TOLERANCE_MILLIS;
            number.parse().is_ok_and(near) && matches(rest, found)
        }
        Part::Anything(_) => {
            let mut ends = found.char_indices().map(|(at, _)| at).chain([found.len()]);
            ends.any(|at| matches(rest, &found[at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_stand_for_what_they_say() {
        let at = SocketAddr::from(([10, 0, 0, 2], 10911));
        let masks = Masks {
            wall_start: 1_000_000,
            addresses: BTreeMap::from([("b/0".to_owned(), at)]),
            answered: BTreeMap::from([((3, "popTime".to_owned()), "77".to_owned())]),
        };
        assert_eq!(masks.fill("{t-20} {reply:3.popTime} {x}"), "999980 77 {x}");
        assert!(masks.matches("{host:b/0}00FF", "0A00000200002A9F00FF"));
        assert!(masks.matches("{addr:b/0}", "10.0.0.2:10911"));
        assert!(masks.matches("a{any}c", "abbc") && !masks.matches("a{any}c", "abb"));
        assert!(masks.matches("{t+500}", "1001600") && !masks.matches("{t+500}", "1001601"));
    }
}
