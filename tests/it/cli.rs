//! The command line as a program: exit codes, messages, and JSON that is equal for equal seeds.

use std::path::PathBuf;
use std::process::{Command, Output};

use rocketscope::scenario::shipped;
use rocketscope::session::Session;
use rocketscope::session::protocol::{
    Command as Order, PROTOCOL_VERSION, Position, Recipe, Request, Source, Update, Want,
};
use serde_json::Value;

use crate::session_kit::brief;

fn rocketscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rocketscope"))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("the command line does not start: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

fn json(arguments: &[&str]) -> Value {
    let output = rocketscope(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// A file of this test's own.
fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("the tests' folder can be written");
    path
}

#[test]
fn two_runs_of_a_seed_are_equal_byte_for_byte_and_another_seed_differs() {
    for scenario in brief() {
        let run = |seed| rocketscope(&["run", scenario.name, "--seed", seed, "--json"]).stdout;
        let first = run("7");
        assert!(!first.is_empty(), "{}", scenario.name);
        assert_eq!(text(&first), text(&run("7")), "{}", scenario.name);
        assert_ne!(text(&first), text(&run("8")), "{}", scenario.name);
    }
}

#[test]
fn the_first_program_loses_nothing() {
    let report = json(&["run", "first-program"]);
    let ledger = &report["ledger"];
    for figure in ["sent", "acknowledged", "stored", "delivered", "consumed", "expected"] {
        assert_eq!(ledger[figure], 30, "{figure}");
    }
    for figure in ["retrying", "dead", "lost", "duplicated", "failed"] {
        assert_eq!(ledger[figure], 0, "{figure}");
    }
    assert_eq!(report["groups"]["ConsumerGroupName"]["consumed"], 30);
    assert_eq!(report["queues"].as_array().map(Vec::len), Some(12));
    let early = json(&["run", "first-program", "--until", "19.9s"]);
    assert_eq!((&early["ledger"]["stored"], &early["ledger"]["consumed"]), (&30.into(), &0.into()));
}

#[test]
fn pull_short_poll_and_push_keep_their_promises() {
    let report = json(&["run", "pull-and-push"]);
    let lanes = report["lanes"].as_array().expect("three lanes");
    let mean = |lane: usize| lanes[lane]["wait"]["mean"].as_u64().expect("a mean");
    let ms = 1_000_000;
    assert!((2_000 * ms..3_000 * ms).contains(&mean(0)), "pull waits {} ns", mean(0));
    assert!((300 * ms..1_200 * ms).contains(&mean(1)), "short poll waits {} ns", mean(1));
    assert!(mean(2) < 10 * ms, "push waits {} ns", mean(2));
    assert_eq!(asks_most(&report), "Short poll");
    let rate = "client.Producer.workload.rate=\"50/s\"";
    assert_eq!(asks_most(&json(&["run", "pull-and-push", "--set", rate])), "Push");
}

/// The lane with the most requests for a message.
fn asks_most(report: &Value) -> String {
    let lanes = report["lanes"].as_array().expect("three lanes");
    let figure = |lane: &Value, part: &str, name: &str| {
        lane[part][name].as_u64().unwrap_or_else(|| panic!("no {part} {name}"))
    };
    let rate = |lane: &&Value| {
        let delivered = figure(lane, "ledger", "delivered");
        figure(lane, "requests", "answered") * 1000 / delivered
    };
    let most = lanes.iter().max_by_key(rate).expect("three lanes");
    most["title"].as_str().expect("a title").to_owned()
}

#[test]
fn a_rush_leaves_a_backlog_that_drains() {
    let lag = |until| {
        let report = json(&["run", "slow-consumer", "--until", until]);
        report["groups"]["OrderReaders"]["lag"].as_u64().expect("a lag")
    };
    let (before, full, after) = (lag("5s"), lag("20s"), lag("55s"));
    assert!(before < 100, "{before} wait before the rush");
    assert!(full > 4_000, "{full} wait at its end");
    assert!(after < 100, "{after} wait after it");
}

#[test]
fn the_digests_are_those_of_the_page() {
    for scenario in brief() {
        let report = json(&["run", scenario.name]);
        let (history, state) = page_digests(scenario.name);
        assert_eq!(report["digest"]["history"], history, "{}", scenario.name);
        assert_eq!(report["digest"]["state"], state, "{}", scenario.name);
    }
}

/// The digests in the frame at a scenario's end, as the worker makes it.
fn page_digests(scenario: &str) -> (String, String) {
    let mut session = Session::new();
    let source = Source::Shipped(scenario.to_owned());
    let recipe = Recipe { source, ..Recipe::default() };
    let mut command = Order::Load { recipe, position: Position::End };
    loop {
        let want = Want { state_digest: true, ..Want::default() };
        let (version, generation) = (PROTOCOL_VERSION, 1);
        let reply = session.handle(&Request { version, generation, number: 1, command, want });
        let Update::Frame(frame) = reply.update else { panic!("{:?}", reply.update) };
        if frame.working.is_none() {
            return (frame.history_digest, frame.state_digest.expect("it was asked for"));
        }
        command = Order::Continue;
    }
}

#[test]
fn input_that_cannot_be_used_ends_with_2_and_says_where() {
    let broken = file("broken.toml", "title = \"Broken\"\nend = \"9 s\"\n");
    let broken = broken.to_string_lossy();
    let place = format!("error: {broken}:2:7: `end` is the text `9 s`; write a duration with its");
    let cases: [(&[&str], &str); 6] = [
        (&["run", &broken], &place),
        (&["run", "first-programm"], "error: first-programm: no shipped scenario has this name"),
        (
            &["run", "first-program", "--set", "end=9"],
            "error: --set end: `end` is the number 9; write a duration with its unit",
        ),
        (&["run", "first-program", "--until", "9"], "error: invalid value '9' for '--until"),
        (&["run"], "error: the following required arguments were not provided"),
        (&["jump"], "error: unrecognized subcommand 'jump'"),
    ];
    for (arguments, expected) in cases {
        let output = rocketscope(arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.starts_with(expected), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?} prints nothing else");
    }
}

#[test]
fn a_scenario_of_ones_own_runs_and_a_loss_ends_with_1() {
    let text = rocketscope::scenario::shipped_text("first-program").expect("it is shipped");
    let power =
        format!("{text}\n[[intervention]]\nat = \"5s\"\nkill = \"broker-a\"\nhow = \"power\"\n");
    let mine = file("mine.toml", text);
    let lossy = file("lossy.toml", &power);
    let run = |path: &PathBuf| rocketscope(&["run", &path.to_string_lossy(), "--json"]);
    assert_eq!(run(&mine).status.code(), Some(0));
    let lossy = run(&lossy);
    let report: Value = serde_json::from_slice(&lossy.stdout).expect("the report is printed too");
    assert!(report["ledger"]["lost"].as_u64() > Some(0), "{report:#}");
    assert_eq!(lossy.status.code(), Some(1));
}

#[test]
fn help_has_examples_and_the_list_names_what_is_shipped() {
    let help = rocketscope(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("rocketscope run first-program --seed 7 --json"));
    let list = text(&rocketscope(&["scenarios"]).stdout);
    for scenario in shipped() {
        assert!(list.contains(scenario.name), "{list}");
    }
}
