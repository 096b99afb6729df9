//! Real clients and ours: scenarios that say the programs of recorded time lines agree
//! within the tolerances of the recordings.

use std::path::Path;

use crate::conform::{conform, text};

/// Recordings with the scenario of each: one that is shipped, or a file beside the kept recordings.
const PROGRAMS: [(&str, &str); 10] = [
    ("broadcast", "tests/conformance/clients/broadcast.toml"),
    ("broker_down", "tests/conformance/clients/broker_down.toml"),
    ("first_program", "first-program"),
    ("flow_control", "tests/conformance/clients/flow_control.toml"),
    ("lite_pull", "tests/conformance/clients/lite_pull.toml"),
    ("orderly", "tests/conformance/clients/orderly.toml"),
    ("rebalance", "tests/conformance/clients/rebalance.toml"),
    ("retry_later", "tests/conformance/clients/retry_later.toml"),
    ("seed_program", "tests/conformance/clients/seed_program.toml"),
    ("transaction_producer", "tests/conformance/clients/transaction_producer.toml"),
];

fn assert_agrees(arguments: &[&str], recordings: usize) {
    let output = conform(arguments);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", text(&output.stderr));
    let passed =
        told.lines().filter(|line| line.contains(".json: ") && !line.contains(": 0 passed"));
    assert_eq!(passed.count(), recordings, "{told}");
}

#[test]
fn clients_in_the_repository_do_what_the_real_ones_did() {
    assert_agrees(&["tests/conformance/clients"], 4);
}

#[test]
fn clients_beside_the_repository_do_what_the_real_ones_did() {
    let beside = Path::new("../shared/conformance/clients");
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join(beside).is_dir() {
        return;
    }
    for (recording, scenario) in PROGRAMS {
        let recording = beside.join(recording).with_extension("json");
        let recording = recording.to_string_lossy();
        assert_agrees(&["--scenario", scenario, &recording], 1);
    }
}

/// Where a program is another one, the time lines differ: the comparison sees it.
#[test]
fn another_program_has_another_time_line() {
    let recording = "tests/conformance/clients/broadcast.json";
    let other = "tests/conformance/clients/orderly.toml";
    let output = conform(&["--scenario", other, recording]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}
