//! A small share of the random runs that `rocketscope swarm` does by the thousand.

use std::process::{Command, Output};

fn swarm(arguments: &[&str]) -> Output {
    rocketscope(&[&["swarm"], arguments].concat())
}

fn rocketscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rocketscope"))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("the command line does not start: {error}"))
}

/// Runs the seeds; gives the counts by name.
fn fine(kind: &str, seeds: &str) -> Vec<(String, String)> {
    let output = swarm(&[kind, "--seeds", seeds]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    let row = |line: &str| {
        let (name, count) = line.trim().split_once(' ')?;
        Some((name.to_owned(), count.trim().to_owned()))
    };
    text.lines().filter_map(row).collect()
}

fn count(rows: &[(String, String)], name: &str) -> u64 {
    let row = rows.iter().find(|row| row.0 == name).expect("every count is printed");
    row.1.parse().expect("a count is a number")
}

#[test]
fn the_store_holds_what_the_model_says() {
    let rows = fine("--store", "0..200");
    assert_eq!((count(&rows, "seeds"), count(&rows, "violations")), (200, 0));
    assert!(count(&rows, "crashes") > 1_000, "{rows:?}");
}

#[test]
fn a_broker_that_crashes_under_random_requests_keeps_its_promises() {
    let rows = fine("--requests", "0..30");
    assert_eq!((count(&rows, "seeds"), count(&rows, "violations")), (30, 0));
    assert!(count(&rows, "crashes") > 50, "{rows:?}");
}

#[test]
fn clusters_heal_and_keep_all_rules() {
    let output = swarm(&["--seeds", "0..24"]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
}

/// Development builds can plant bugs: here two of the table.
#[cfg(debug_assertions)]
#[test]
fn planted_bugs_are_found() {
    let output = swarm(&["--planted", "11..13", "--seeds", "0..20"]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("undecided_shown"), "{text}");
}

/// What a planted bug breaks is made smaller until nothing more can be left out, and still fails.
#[cfg(debug_assertions)]
#[test]
fn a_seed_that_fails_shrinks_to_a_small_scenario() {
    let output = rocketscope(&["shrink", "0", "--planted", "11"]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.lines().count() < 60, "{text}");
    rocketscope::scenario::Scenario::parse(&text, &[]).expect("it is a scenario");
}

#[test]
fn seeds_that_are_no_range_are_refused() {
    let output = swarm(&["--store", "--seeds", "9..3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("as `0..100`"));
}
