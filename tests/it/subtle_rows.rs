//! The table of subtle behaviours in `docs/ROCKETMQ.md`: every row of the references stands in it,
//! and every test that it names exists and names its row.

use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../docs/ROCKETMQ.md");
const SECTION: &str = "## Subtle behaviours, and the tests that hold them";
/// How the doc comments of tests call the references, and how the table numbers them.
const REFERENCES: [(&str, &str); 2] =
    [("/// Broker reference 15, row ", "15."), ("/// Client reference 9, row ", "9.")];
/// Rows of the client reference that are about name servers, brokers, producers and consumers.
const CLIENT_ROWS: [u32; 47] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
];

/// A row of the table: its number, and its last cell.
struct Row {
    number: String,
    held_by: &'static str,
}

impl Row {
    /// Tests that it names: file and function.
    fn tests(&self) -> Vec<(&'static str, &'static str)> {
        let quoted = self.held_by.split('`').skip(1).step_by(2);
        quoted.filter_map(|name| name.split_once("::")).collect()
    }

    /// What the doc comments of its tests say.
    fn cited(&self) -> String {
        let of_row = |(_, prefix): &&(&str, &str)| self.number.starts_with(prefix);
        let (comment, prefix) = REFERENCES.iter().find(of_row).expect("rows begin with one");
        format!("{comment}{}.", &self.number[prefix.len()..])
    }
}

fn rows() -> Vec<Row> {
    let (_, section) = DOCUMENT.split_once(SECTION).expect("the document has the section");
    let section = section.split("\n## ").next().expect("a text has a first part");
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let numbered = REFERENCES.iter().any(|(_, prefix)| cells[0].starts_with(prefix));
        numbered.then(|| Row { number: cells[0].to_owned(), held_by: cells[cells.len() - 1] })
    };
    section.lines().filter_map(row).collect()
}

/// The lines of a file of stories.
fn story(file: &str) -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let text = fs::read_to_string(folder.join(file).with_extension("rs")).ok()?;
    Some(text.lines().map(str::to_owned).collect())
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
    let wanted = (1..=35).map(|row| format!("15.{row}"));
    let wanted: Vec<_> = wanted.chain(CLIENT_ROWS.map(|row| format!("9.{row}"))).collect();
    let found: Vec<_> = rows().into_iter().map(|row| row.number).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_row_names_a_test_or_says_why_there_is_none() {
    for row in rows() {
        let says_why = row.held_by.starts_with("Not there: ");
        assert!(says_why || !row.tests().is_empty(), "row {}: {}", row.number, row.held_by);
    }
}

#[test]
fn every_test_in_the_table_exists_and_names_its_row() {
    for row in rows() {
        for (file, function) in row.tests() {
            let cited = cited_by(file, function);
            let place = format!("row {}: {file}::{function}", row.number);
            let cited = cited.unwrap_or_else(|| panic!("{place} is no test"));
            assert!(cited.contains(&row.cited()), "{place} does not say {:?}", row.cited());
        }
    }
}

#[test]
fn every_test_that_names_a_row_stands_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut files: Vec<_> = fs::read_dir(folder).expect("the stories").flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    let rows = rows();
    for entry in files {
        let path = entry.path();
        let file = path.file_stem().and_then(|stem| stem.to_str()).expect("names are texts");
        let Some(lines) = story(file) else { continue };
        for (at, cited) in lines.iter().enumerate() {
            if !REFERENCES.iter().any(|(comment, _)| cited.starts_with(comment)) {
                continue;
            }
            let opening = lines[at..].iter().find_map(|line| line.strip_prefix("fn "));
            let function = opening.and_then(|line| line.split('(').next()).unwrap_or("");
            let row = rows.iter().find(|row| row.cited() == *cited);
            let row = row.unwrap_or_else(|| panic!("{file}: {cited} is no row of the table"));
            assert!(row.tests().contains(&(file, function)), "{}: {file}::{function}", row.number);
        }
    }
}
