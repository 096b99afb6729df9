//! Every text of the page has a key in `static/i18n`, and every key that the source writes has a
//! text.

use std::fs;
use std::path::{Path, PathBuf};

use rocketscope::rocketmq::reasons::VOCABULARY;
use rocketscope::view::words;

/// Calls whose first argument is a key.
const CALLS: [&str; 7] =
    ["text(\"", "fill(\"", "say(\"", "counted(\"", "words(\"", "count(\"", "filter(\""];

/// Literals that begin with one of these are keys wherever they stand.
const FAMILIES: [&str; 11] = [
    "event.",
    "step.",
    "badge.",
    "doing.",
    "expect.",
    "marker.",
    "kind.",
    "row.",
    "phase.",
    "question.",
    "reason.",
];

#[test]
fn every_key_in_the_source_has_a_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut missing = Vec::new();
    for layer in ["session", "view", "ui", "observation"] {
        for file in files(&root.join(layer)) {
            let source = fs::read_to_string(&file).expect("a source file is text");
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for key in keys(source) {
                if !words::has(key) {
                    missing.push(format!("{}: {key}", file.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "keys without a text:\n{}", missing.join("\n"));
}

#[test]
fn every_reason_has_its_sentence() {
    let reasons = VOCABULARY.reasons.iter().map(|reason| format!("why.{}", reason.key));
    let missing: Vec<String> = reasons.filter(|key| !words::has(key)).collect();
    assert!(missing.is_empty(), "reasons without a sentence: {missing:?}");
}

/// Whole string literals that are keys: letters, underscores and dots, in a call or of a family.
fn keys(source: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for (at, _) in source.match_indices('"') {
        let rest = &source[at + 1..];
        let literal = rest.split('"').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        let is_key = literal.contains('.') && !literal.ends_with('.') && literal.chars().all(plain);
        let called = CALLS.iter().any(|call| source[..=at].ends_with(call));
        if is_key && (called || FAMILIES.iter().any(|family| literal.starts_with(family))) {
            keys.push(literal);
        }
    }
    keys
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the layer has a folder");
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
