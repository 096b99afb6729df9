//! `rocketscope conform`: the recordings pass, and what does not is told with its place.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) fn conform(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rocketscope"))
        .arg("conform")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap_or_else(|error| panic!("the command line does not start: {error}"))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

/// A file of this test's own.
fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("the tests' folder can be written");
    path.to_string_lossy().into_owned()
}

fn assert_all_pass(path: &str) {
    let output = conform(&[path]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", text(&output.stderr));
    let last = told.lines().last().expect("a last line");
    assert!(last.ends_with(" passed, 0 failed") && !last.starts_with("0 "), "{last}");
}

#[test]
fn the_recordings_in_the_repository_pass() {
    assert_all_pass("tests/conformance/vectors");
}

#[test]
fn the_recordings_beside_the_repository_pass() {
    let beside = "../shared/conformance/vectors";
    if Path::new(env!("CARGO_MANIFEST_DIR")).join(beside).is_dir() {
        assert_all_pass(beside);
    }
}

#[test]
fn the_conversations_in_the_repository_pass() {
    assert_all_pass("tests/conformance/traces");
}

/// What differs is listed with its reason in `docs/ROCKETMQ.md`.
#[test]
fn the_conversations_beside_the_repository_pass_but_for_one_that_is_out_of_phase() {
    let beside = "../shared/conformance/traces";
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join(beside).is_dir() {
        return;
    }
    let told = text(&conform(&[beside]).stdout);
    let failing: Vec<&str> = told.lines().filter(|line| line.contains(" failed (")).collect();
    let late = "transactions_settled.json: 11 passed, 7 failed (steps 9 10 11 13 14 15 16)";
    assert!(failing.len() == 1 && failing[0].contains(late), "{failing:?}");
    assert_eq!(told.lines().last(), Some("604 passed, 7 failed"));
}

#[test]
fn what_differs_is_told_with_its_place_and_both_sides() {
    let cases =
        r#"{"cases":[{"text":"a","hashCode":97,"crc32":1},{"text":"","hashCode":0,"crc32":0}]}"#;
    let file = file("hashes-wrong.json", cases);
    let output = conform(&[&file]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    let first = "first: cases[0].crc32: expected 1, found 1756872259";
    assert_eq!(told, format!("{file}: 1 passed, 1 failed; {first}\n1 passed, 1 failed\n"));
    let shown = text(&conform(&["--show", &format!("{file}:0")]).stdout);
    assert!(shown.starts_with("expected\n{") && shown.contains("\nfound\n{"), "{shown}");
    assert!(shown.contains("\"crc32\": 1756872259"), "{shown}");
}

#[test]
fn a_case_that_cannot_be_read_fails_and_does_not_stop_the_rest() {
    let cases = r#"{"cases":[{"strange":1},{"hashCode":97},{"text":"a","hashCode":97}]}"#;
    let told = text(&conform(&[&file("strange.json", cases)]).stdout);
    assert!(told.ends_with("\n0 passed, 3 failed\n"), "{told}");
    assert!(
        told.contains(r#"cases[0]: expected "a case of a known function", found {"strange":1}"#)
    );
}

#[test]
fn what_is_no_recording_ends_with_2_and_says_where() {
    let unknown = file("unknown.json", r#"{"name":"x","rows":[]}"#);
    let clients = file("clients.json", r#"{"name":"x","events":[]}"#);
    let broken = file("broken.json", r#"{"cases":["#);
    let cases = [
        (
            vec![unknown.as_str()],
            format!("error: {unknown}: is no known kind of recording: it holds"),
        ),
        (
            vec![broken.as_str()],
            format!("error: {broken}: expected a value at byte 10 of the JSON"),
        ),
        (
            vec![clients.as_str()],
            format!("error: {clients}: is a time line of clients; write the scenario"),
        ),
        (vec!["no/such"], "error: no/such: cannot be read".to_owned()),
        (
            vec!["--show", "x.json"],
            "error: --show x.json: write a file, `:` and a number".to_owned(),
        ),
    ];
    for (arguments, message) in cases {
        let output = conform(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.starts_with(&message), "{told}");
    }
}
