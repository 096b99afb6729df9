//! The tables of subtle behaviours and of worked examples in `docs/ROCKETMQ.md`: every row of the
//! references stands in one, and every test that it names exists and names its row.

use std::fs;
use std::path::{Path, PathBuf};

const DOCUMENT: &str = include_str!("../../docs/ROCKETMQ.md");
const SECTIONS: [&str; 2] = [
    "## Subtle behaviours, and the tests that hold them",
    "## Worked examples, and the tests that hold them",
];
/// How the doc comments of tests call the references, and how the tables number them.
const REFERENCES: [(&str, &str); 12] = [
    ("/// Broker reference 15, row", "15."),
    ("/// Client reference 9, row", "9."),
    ("/// Client reference 10.1, row", "10.1."),
    ("/// Client reference 10.2, row", "10.2."),
    ("/// Client reference 10.3, row", "10.3."),
    ("/// Client reference 10.4, row", "10.4."),
    ("/// Client reference 10.5, row", "10.5."),
    ("/// Client reference 10.6, row", "10.6."),
    ("/// Client reference 10.7, row", "10.7."),
    ("/// Client reference 10.8, row", "10.8."),
    ("/// Client reference 10.9, row", "10.9."),
    ("/// Client reference 10.10, row", "10.10."),
];
/// Rows of the worked examples, by section: those of tables, then what is said below them.
const WORKED: [(&str, u32); 10] = [
    ("10.1.", 11),
    ("10.2.", 4),
    ("10.3.", 2),
    ("10.4.", 10),
    ("10.5.", 5),
    ("10.6.", 6),
    ("10.7.", 4),
    ("10.8.", 5),
    ("10.9.", 10),
    ("10.10.", 6),
];

/// A row of a table, or rows that one test holds: their numbers, and the last cell.
struct Row {
    prefix: &'static str,
    first: u32,
    last: u32,
    held_by: &'static str,
}

impl Row {
    /// `15.3`, or `10.1.1–7`.
    fn new(number: &'static str, held_by: &'static str) -> Option<Self> {
        let of_reference = REFERENCES.iter().rev();
        let (_, prefix) = of_reference
            .filter(|(_, prefix)| number.starts_with(prefix))
            .max_by_key(|it| it.1.len())?;
        let (first, last) =
            number[prefix.len()..].split_once('–').unwrap_or((&number[prefix.len()..], ""));
        let first = first.parse().ok()?;
        Some(Self { prefix, first, last: last.parse().unwrap_or(first), held_by })
    }

    /// The numbers of its rows.
    fn numbers(&self) -> impl Iterator<Item = String> {
        (self.first..=self.last).map(|row| format!("{}{row}", self.prefix))
    }

    /// Tests that it names: file and function.
    fn tests(&self) -> Vec<(&'static str, &'static str)> {
        let quoted = self.held_by.split('`').skip(1).step_by(2);
        quoted.filter_map(|name| name.split_once("::")).collect()
    }

    /// What the doc comments of its tests say.
    fn cited(&self) -> String {
        let of_row = |(_, prefix): &&(&str, &str)| self.prefix == *prefix;
        let (comment, _) = REFERENCES.iter().find(of_row).expect("rows begin with one");
        if self.first == self.last {
            format!("{comment} {}.", self.first)
        } else {
            format!("{comment}s {} to {}.", self.first, self.last)
        }
    }
}

fn rows() -> Vec<Row> {
    let table = |title: &&str| {
        let (_, section) = DOCUMENT.split_once(title).expect("the document has the section");
        section.split("\n## ").next().expect("a text has a first part")
    };
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        Row::new(cells[0], cells[cells.len() - 1])
    };
    SECTIONS.iter().map(table).flat_map(str::lines).filter_map(row).collect()
}

/// A file of stories, or one of the engine with tests of its own.
fn path_of(file: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let inside = file.starts_with("src/");
    if inside { root.join(file) } else { root.join("tests/it").join(file) }.with_extension("rs")
}

/// The lines of a file with tests, without what they are indented by.
fn story(file: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(path_of(file)).ok()?;
    Some(text.lines().map(|line| line.trim_start().to_owned()).collect())
}

/// Rows that the doc comment of a test cites; `None` where there is no such test.
fn cited_by(file: &str, function: &str) -> Option<Vec<String>> {
    let lines = story(file)?;
    let opening = format!("fn {function}()");
    let at = lines.iter().position(|line| line.starts_with(&opening))?;
    let is_head = |line: &&String| line.starts_with("///") || line.starts_with('#');
    let head: Vec<_> = lines[..at].iter().rev().take_while(is_head).collect();
    let is_test = head.iter().any(|line| *line == "#[test]");
    is_test.then(|| head.into_iter().cloned().collect())
}

#[test]
fn every_row_stands_in_the_table_once() {
    let subtle = [("15.", 35), ("9.", 48)];
    let wanted = subtle.into_iter().chain(WORKED);
    let wanted =
        wanted.flat_map(|(prefix, rows)| (1..=rows).map(move |row| format!("{prefix}{row}")));
    let found = rows();
    let found = found.iter().flat_map(Row::numbers);
    assert_eq!(found.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
}

#[test]
fn a_row_names_a_test_or_says_why_there_is_none() {
    for row in rows() {
        let says_why = row.held_by.starts_with("Not there: ");
        assert!(says_why || !row.tests().is_empty(), "{}: {}", row.cited(), row.held_by);
    }
}

#[test]
fn every_test_in_the_table_exists_and_names_its_row() {
    for row in rows() {
        for (file, function) in row.tests() {
            let cited = cited_by(file, function);
            let place = format!("{}: {file}::{function}", row.cited());
            let cited = cited.unwrap_or_else(|| panic!("{place} is no test"));
            assert!(cited.contains(&row.cited()), "{place} does not say {:?}", row.cited());
        }
    }
}

#[test]
fn every_test_that_names_a_row_stands_in_the_table() {
    let rows = rows();
    for file in files() {
        let lines = story(&file).expect("it was just found");
        for (at, cited) in lines.iter().enumerate() {
            if !REFERENCES.iter().any(|(comment, _)| cited.starts_with(comment)) {
                continue;
            }
            let opening = lines[at..].iter().find_map(|line| line.strip_prefix("fn "));
            let function = opening.and_then(|line| line.split('(').next()).unwrap_or("");
            let row = rows.iter().find(|row| row.cited() == *cited);
            let row = row.unwrap_or_else(|| panic!("{file}: {cited} is no row of the table"));
            let named = row.tests().contains(&(file.as_str(), function));
            assert!(named, "{cited}: {file}::{function}");
        }
    }
}

/// Stories, and the files of the engine, as the table names them.
fn files() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("tests/it"), root.join("src/rocketmq"), root.join("src/wire")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).expect("it is inside").with_extension("");
                let name = name.to_str().expect("names are texts").replace('\\', "/");
                files.push(name.strip_prefix("tests/it/").map_or(name.clone(), str::to_owned));
            }
        }
    }
    files.sort();
    files
}

/// Names in backquotes.
fn quoted(cell: &'static str) -> Vec<&'static str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn what_clients_do_can_be_opened_and_is_held() {
    let (_, section) = DOCUMENT
        .split_once("## What clients do, and where to see it")
        .expect("the document has the section");
    let section = section.split("\n## ").next().expect("a text has a first part");
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut count = 0;
    for row in rows {
        let cells: Vec<&'static str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [behaviour, scenarios, tests] = cells[..] else { panic!("three cells: {row}") };
        let (scenarios, tests) = (quoted(scenarios), quoted(tests));
        assert!(!scenarios.is_empty() && !tests.is_empty(), "{behaviour} is seen and held");
        for scenario in scenarios {
            let shipped = rocketscope::scenario::shipped().iter();
            let named = shipped.filter(|it| it.name == scenario).count();
            assert_eq!(named, 1, "{behaviour}: `{scenario}` is shipped");
        }
        for file in tests {
            let lines = story(file).unwrap_or_else(|| panic!("{behaviour}: no file `{file}`"));
            assert!(lines.iter().any(|line| line == "#[test]"), "{behaviour}: `{file}` has tests");
        }
        count += 1;
    }
    assert!(count >= 25, "the table has {count} rows");
}
