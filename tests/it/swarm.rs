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

/// What a planted bug breaks is made smaller until nothing more can be left out, and what is left
/// fails by itself.
#[cfg(debug_assertions)]
#[test]
fn a_seed_that_fails_shrinks_to_a_small_scenario() {
    use rocketscope::kernel::time::SimSpan;
    use rocketscope::rocketmq::planted::{Bug, plant};
    use rocketscope::scenario::Scenario;
    use rocketscope::session::claims::play_watched;

    let whole = String::from_utf8(swarm(&["--print", "--seeds", "0..1"]).stdout).unwrap();
    let output = rocketscope(&["shrink", "0", "--planted", "11"]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(1), "{text}");
    let (lines, before) = (text.lines().count(), whole.lines().count());
    assert!(lines < 60 && lines * 4 < before, "{lines} of {before}: {text}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("tries"), "it says how far it is: {told}");
    let scenario = Scenario::parse(&text, &[]).expect("it is a scenario");
    let rule = |bug| {
        plant(bug);
        let mut stage = rocketscope::session::load::stage(&scenario, scenario.seed);
        play_watched(&mut stage, &scenario, SimSpan::secs(3600), &mut |_| {});
        plant(None);
        stage.violation().map(|(_, violation)| violation.rule.key())
    };
    let broken = rule(Some(Bug::ALL[11].0)).expect("it still fails");
    assert!(text.lines().next().is_some_and(|line| line.contains(broken)), "{broken}: {text}");
    assert_eq!(rule(None), None, "and only with the bug");
}

/// Everything that a file can say of clients is drawn at some time.
#[test]
fn all_roles_are_drawn() {
    let output = swarm(&["--print", "--seeds", "0..60"]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    let roles = ["producer", "push", "pull", "lite-pull", "simple"];
    let roles = roles.map(|role| format!("role = \"{role}\""));
    let others = ["replies = true", "request = ", "autoBatch = true", "seek = ", "side_effect = "];
    let others = others.into_iter().chain(["assign_topics = ", "commits_after = "]);
    for what in roles.iter().map(String::as_str).chain(others) {
        assert!(text.contains(what), "{what} is never drawn");
    }
}

#[test]
fn a_given_scenario_is_played_under_faults_of_the_seeds() {
    let print = |seeds: &str| {
        let output = swarm(&["--scenario", "lite-pull", "--print", "--seeds", seeds]);
        String::from_utf8(output.stdout).expect("the output is UTF-8")
    };
    let (one, other) = (print("0..1"), print("1..2"));
    let clients = |text: &str| -> Vec<String> {
        text.split("[[").filter(|part| part.starts_with("client")).map(str::to_owned).collect()
    };
    assert_eq!(clients(&one), clients(&other), "clients stay");
    assert_ne!(one, other, "faults differ");
    let output = swarm(&["--scenario", "lite-pull", "--seeds", "0..4"]);
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    // Each lane of a scenario that compares has its turn.
    let output = swarm(&["--scenario", "order-three-ways", "--print", "--seeds", "0..3"]);
    let lanes = String::from_utf8(output.stdout).expect("the output is UTF-8");
    assert!(!lanes.contains("[[lane]]") && lanes.contains("orderly = true"), "{lanes}");
    let output = swarm(&["--scenario", "no-such-thing", "--seeds", "0..1"]);
    assert_eq!(output.status.code(), Some(2));
}

/// A process that stands still for longer than a queue may be idle (`pullMaxIdleTime`) asks first
/// when it goes on, unless it lets a pull that was lost rest for longer (`long-pause`).
#[test]
fn who_stands_still_for_long_keeps_its_queues() {
    let text = r#"
title = "Still"
end = "200s"
namesrv = [{ name = "n" }]
broker = [{ name = "b" }]
topic = [{ name = "T" }]
intervention = [{ at = "40s", pause = "c", lasts = "150s" }]
[[client]]
name = "p"
group = "P"
role = "producer"
workload = { rate = "1/s", message = [{ topic = "T", body = "m" }] }
[[client]]
name = "c"
group = "G"
role = "push"
subscribe = [{ topic = "T" }]
"#;
    let file = std::env::temp_dir().join(format!("still-{}.toml", std::process::id()));
    let path = file.to_str().expect("a path of letters");
    let taken = |text: &str| {
        std::fs::write(&file, text).expect("there is room for a file");
        let output = swarm(&["--scenario", path, "--counts", "--seeds", "0..2"]);
        let told = String::from_utf8(output.stdout).expect("the output is UTF-8");
        assert_eq!(output.status.code(), Some(0), "{told}");
        let mut lines = told.lines().map(str::trim);
        let count = lines.find_map(|line| line.strip_prefix("reason pull_expired "));
        count.expect("it is counted").trim().parse::<u32>().expect("a count")
    };
    let rests = text
        .replace("role = \"push\"", "role = \"push\"\npullTimeDelayMillsWhenException = \"5s\"");
    assert_eq!(taken(text), 0);
    assert!(taken(&rests) > 0);
    std::fs::remove_file(&file).expect("it was just written");
}

#[test]
fn seeds_that_are_no_range_are_refused() {
    let output = swarm(&["--store", "--seeds", "9..3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("as `0..100`"));
}
