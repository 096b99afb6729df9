//! What we answered against what was recorded, by the rules of conformance recordings.
//!
//! Lists are multisets; an object's missing field equals nothing, zero and empty; keys are text,
//! and objects with objects as keys are sets of pairs.

use crate::cli::conform::difference::Difference;
use crate::wire::json::Json;

use super::mask::Masks;

/// Compares JSON values; `None`: they agree.
pub(super) fn json(
    masks: &Masks,
    expected: &Json,
    found: Option<&Json>,
    path: &str,
) -> Option<Difference> {
    let differ = || Some(Difference::new(path, Some(expected.clone()), found.cloned()));
    match (expected, found) {
        (Json::Text(mask), None) if mask == "{any}" => None,
        (_, None) => {
            if is_nothing(expected) {
                None
            } else {
                differ()
            }
        }
        (Json::Map(one), Some(found @ Json::Map(_))) => map(masks, one, found, path),
        (Json::List(one), Some(Json::List(other))) => multiset(masks, one, other, path),
        (Json::Text(text), Some(found)) => {
            if masks.matches(text, &found.to_plain()) {
                None
            } else {
                differ()
            }
        }
        (expected, Some(found)) => {
            let nothing = is_nothing(expected) && is_nothing(found);
            if nothing || expected.to_plain() == found.to_plain() { None } else { differ() }
        }
    }
}

/// Lists that are compared in order.
pub(super) fn list(
    masks: &Masks,
    expected: &[Json],
    found: &[Json],
    path: &str,
) -> Option<Difference> {
    let at = |at: usize| {
        let path = format!("{path}[{at}]");
        match expected.get(at) {
            Some(expected) => json(masks, expected, found.get(at), &path),
            None => Some(Difference::new(&path, None, found.get(at).cloned())),
        }
    };
    (0..expected.len().max(found.len())).find_map(at)
}

fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) | Json::Int(0) => true,
        Json::Number(number) => number.trim_end_matches('0') == "0.",
        Json::Text(text) => text.is_empty(),
        Json::List(list) => list.is_empty(),
        Json::Map(pairs) => {
            pairs.iter().all(|(key, value)| key.as_text() == Some("pairs") && is_nothing(value))
        }
        Json::Bool(true) | Json::Int(_) => false,
    }
}

fn map(masks: &Masks, expected: &[(Json, Json)], found: &Json, path: &str) -> Option<Difference> {
    let Json::Map(ours) = found else { return None };
    if let [(key, Json::List(pairs))] = expected
        && key.as_text() == Some("pairs")
    {
        let ours: Vec<Json> =
            ours.iter().map(|(key, value)| Json::List(vec![key.clone(), value.clone()])).collect();
        return multiset(masks, pairs, &ours, path);
    }
    let plain =
        |name: &str| ours.iter().find(|(key, _)| key.to_plain() == name).map(|(_, value)| value);
    let listed = expected.iter().find_map(|(key, value)| {
        let key = masks.fill(&key.to_plain());
        json(masks, value, plain(&key), &below(path, &key))
    });
    let known = |name: &str| expected.iter().any(|(key, _)| masks.fill(&key.to_plain()) == name);
    listed.or_else(|| {
        let more = ours.iter().find(|(key, value)| !is_nothing(value) && !known(&key.to_plain()));
        more.map(|(key, value)| {
            Difference::new(&below(path, &key.to_plain()), None, Some(value.clone()))
        })
    })
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Every expected value has one of ours, and none of ours is left.
fn multiset(masks: &Masks, expected: &[Json], found: &[Json], path: &str) -> Option<Difference> {
    let mut left: Vec<&Json> = found.iter().collect();
    for (at, value) in expected.iter().enumerate() {
        let path = format!("{path}[{at}]");
        match left.iter().position(|ours| alike(masks, value, ours)) {
            Some(at) => drop(left.remove(at)),
            None => {
                let nearest = left.first().map(|ours| (*ours).clone());
                return Some(Difference::new(&path, Some(value.clone()), nearest));
            }
        }
    }
    let more = left.first()?;
    Some(Difference::new(&format!("{path}[+]"), None, Some((*more).clone())))
}

/// Pairs of a table are compared key by key: their two halves are in order.
fn alike(masks: &Masks, expected: &Json, found: &Json) -> bool {
    if let (Json::List(one), Json::List(other)) = (expected, found) {
        return list(masks, one, other, "").is_none();
    }
    json(masks, expected, Some(found), "").is_none()
}
