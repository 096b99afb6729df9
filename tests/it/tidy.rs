//! The shape of the source: headers, lengths, and words that no finished file holds.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest file, in lines.
const MOST_LINES: usize = 500;
/// Longest line, in characters.
const MOST_COLUMNS: usize = 100;
/// rustfmt does not lay out markup; an element's opening tag may be this wide.
const MARKUP_COLUMNS: usize = 120;

/// A Rust source file of the repository.
struct Source {
    name: String,
    text: String,
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let bare = |source: &Source| !source.text.starts_with("//! ");
    assert_none(bare, "has no `//!` header");
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    let long = |source: &Source| MOST_LINES < source.text.lines().count();
    assert_none(long, &format!("has more than {MOST_LINES} lines"));
}

#[test]
fn no_line_is_wider_than_the_page() {
    let wide = |source: &Source| {
        let most = if source.name.starts_with("src/ui/") { MARKUP_COLUMNS } else { MOST_COLUMNS };
        source.text.lines().any(|line| most < line.chars().count())
    };
    assert_none(wide, &format!("has a line of more than {MOST_COLUMNS} columns"));
}

#[test]
fn nothing_is_left_over() {
    // Written in two parts, so that this file does not hold the words either.
    let left_overs = [
        ["todo", "!("],
        ["unimplemented", "!("],
        ["dbg", "!("],
        ["FIX", "ME"],
        ["TO", "DO"],
        ["#[ign", "ore"],
        ["#[should_", "panic"],
    ];
    for word in left_overs.map(|parts| parts.concat()) {
        let holds = |source: &Source| source.text.contains(&word);
        assert_none(holds, &format!("holds `{word}`"));
    }
}

#[test]
fn below_the_page_there_is_no_clock_and_no_order_by_hash() {
    for word in ["Instant::now", "SystemTime", "HashMap", "HashSet", "rand::rng", "thread_rng"] {
        let holds = |source: &Source| is_pure(source) && source.text.contains(word);
        assert_none(holds, &format!("names `{word}`"));
    }
}

#[test]
fn below_the_view_no_float_function_differs_between_targets() {
    for word in [".ln()", ".exp()", ".sin()", ".cos()", ".powf(", ".powi("] {
        let holds = |source: &Source| is_simulation(source) && source.text.contains(word);
        assert_none(holds, &format!("calls `{word}`"));
    }
}

#[test]
fn there_is_something_to_look_at() {
    assert!(50 < sources().len(), "the walk lost the sources");
}

/// True for layers that know neither the browser nor a terminal.
fn is_pure(source: &Source) -> bool {
    let measures = source.name.starts_with("src/ui/") || source.name.starts_with("src/cli/");
    source.name.starts_with("src/") && !measures
}

/// True for layers that decide what happens.
fn is_simulation(source: &Source) -> bool {
    is_pure(source) && !source.name.starts_with("src/view/")
}

fn assert_none(offends: impl Fn(&Source) -> bool, how: &str) {
    let offenders: Vec<String> = sources()
        .iter()
        .filter(|source| offends(source))
        .map(|source| source.name.clone())
        .collect();
    assert!(offenders.is_empty(), "a source file {how}: {}", offenders.join(", "));
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "xtask/src"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    files.iter().map(|file| read(root, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for place in entries.flatten().map(|entry| entry.path()) {
        if place.is_dir() && !place.ends_with("node_modules") {
            collect(&place, files);
        } else if place.extension().is_some_and(|ending| ending == "rs") {
            files.push(place);
        }
    }
}

fn read(root: &Path, file: &Path) -> Source {
    let name = file.strip_prefix(root).expect("the walk began at the root");
    let text = fs::read_to_string(file).expect("a source file is text");
    Source { name: name.to_string_lossy().replace('\\', "/"), text }
}
