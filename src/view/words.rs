//! The page's texts by key: `static/i18n/en/*.txt`, lines of `key = text`.
//!
//! A text holds arguments as `{name}` and a choice by a count as `{name?one|many}`. A key that is
//! missing shows itself, so that nobody meets an empty place; a test finds it before that.

use std::sync::OnceLock;

use super::format;
use super::sorted::Sorted;
use crate::session::frame::{Arg, Words};

/// English, file by file.
const ENGLISH: [&str; 11] = [
    include_str!("../../static/i18n/en/page.txt"),
    include_str!("../../static/i18n/en/flow.txt"),
    include_str!("../../static/i18n/en/run.txt"),
    include_str!("../../static/i18n/en/engine.txt"),
    include_str!("../../static/i18n/en/engine_broker.txt"),
    include_str!("../../static/i18n/en/engine_client.txt"),
    include_str!("../../static/i18n/en/charts.txt"),
    include_str!("../../static/i18n/en/inspector.txt"),
    include_str!("../../static/i18n/en/compare.txt"),
    include_str!("../../static/i18n/en/rules.txt"),
    include_str!("../../static/i18n/en/figures.txt"),
];

/// The text of a key without arguments.
pub fn text(key: &str) -> String {
    fill(key, &[])
}

/// The text of a key with its arguments.
pub fn fill(key: &str, args: &[(&str, Arg)]) -> String {
    let find = |name: &str| args.iter().find(|(known, _)| *known == name).map(|(_, arg)| arg);
    match table().get(&key) {
        Some(template) => render(template, find),
        None => key.to_owned(),
    }
}

/// What the engine says, as a sentence of the page.
pub fn say(words: &Words) -> String {
    let find = |name: &str| words.args.iter().find(|(known, _)| known == name).map(|(_, arg)| arg);
    match table().get(&words.key.as_str()) {
        Some(template) => render(template, find),
        None => words.key.clone(),
    }
}

/// Whether the page has a text for this key.
pub fn has(key: &str) -> bool {
    table().get(&key).is_some()
}

/// A name as an argument.
pub fn name(text: impl Into<String>) -> Arg {
    Arg::Text(text.into())
}

fn table() -> &'static Sorted<&'static str, &'static str> {
    static TABLE: OnceLock<Sorted<&'static str, &'static str>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Sorted::default();
        for (key, text) in ENGLISH.into_iter().flat_map(lines) {
            table.insert(key, text);
        }
        table
    })
}

/// Key and text of each line; empty lines and lines that begin with `#` are for the authors.
fn lines(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = file.lines().map(str::trim_ascii).filter(|line| !line.is_empty());
    lines.filter(|line| !line.starts_with('#')).map(|line| {
        let (key, text) = line.split_once('=').expect("a line of a text file is `key = text`");
        (key.trim_ascii(), text.trim_ascii())
    })
}

/// Puts the arguments in; an argument that was not given shows its name in braces.
fn render<'a>(template: &str, find: impl Fn(&str) -> Option<&'a Arg>) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, inner)) = rest.split_once('{') {
        let (inner, after) = inner.split_once('}').expect("a brace that opens also closes");
        out.push_str(before);
        out.push_str(&place(inner, &find));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn place<'a>(inner: &str, find: &impl Fn(&str) -> Option<&'a Arg>) -> String {
    let (name, choice) = match inner.split_once('?') {
        Some((name, choice)) => (name, Some(choice)),
        None => (inner, None),
    };
    match (find(name), choice.and_then(|choice| choice.split_once('|'))) {
        (None, _) => format!("{{{name}}}"),
        (Some(arg), None) => show(arg),
        (Some(Arg::Count(1)), Some((one, _))) => one.to_owned(),
        (Some(_), Some((_, many))) => many.to_owned(),
    }
}

/// One argument in the page's format.
fn show(arg: &Arg) -> String {
    match arg {
        Arg::Text(text) => text.clone(),
        Arg::Count(number) => format::count(*number),
        Arg::Time(ns) => format::moment(*ns),
        Arg::Span(ns) => format::span(*ns),
        Arg::Bytes(number) => format::bytes(*number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_in_and_counts_choose_the_word() {
        let topics = |number| {
            let args = [("n", Arg::Count(number))];
            let find = |name: &str| args.iter().find(|(known, _)| *known == name).map(|(_, a)| a);
            render("{n} {n?topic|topics} of {who}", find)
        };
        assert_eq!(topics(1), "1 topic of {who}");
        assert_eq!(topics(3), "3 topics of {who}");
    }

    #[test]
    fn no_key_is_given_twice() {
        let mut keys: Vec<&str> = ENGLISH.into_iter().flat_map(lines).map(|(key, _)| key).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn what_the_engine_says_is_looked_up_and_a_missing_key_shows_itself() {
        let args = vec![("text".to_owned(), name("Hello"))];
        assert_eq!(say(&Words { key: "plain".to_owned(), args }), "Hello");
        assert_eq!(text("no.such.key"), "no.such.key");
        assert!(has("app.name"));
    }
}
