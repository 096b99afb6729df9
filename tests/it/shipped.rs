//! Every shipped scenario is as it says: its assertions hold, and no rule is broken.

use std::collections::BTreeSet;

use rocketscope::scenario::{Scenario, Tweak, shipped, shipped_text};
use rocketscope::session::claims::{Finding, play};
use rocketscope::session::load::stage;

use crate::session_kit::brief;

fn parsed(name: &str) -> Scenario {
    let text = shipped_text(name).unwrap_or_else(|| panic!("{name} is shipped"));
    Scenario::parse(text, &[]).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn what_shipped_scenarios_claim_is_so() {
    for name in brief().map(|shipped| shipped.name) {
        let scenario = parsed(name);
        let mut stage = stage(&scenario, scenario.seed);
        let findings = play(&mut stage, &scenario, scenario.end);
        stage.close();
        let violation = stage.violation();
        assert!(violation.is_none(), "{name}: {violation:?}");
        let failed: Vec<(&str, &Finding)> = findings
            .iter()
            .filter(|finding| !finding.held)
            .map(|finding| (scenario.assertions[finding.assertion].says.as_str(), finding))
            .collect();
        assert!(failed.is_empty(), "{name}: {failed:?}");
        assert!(findings.len() >= 2, "{name} claims something");
    }
}

#[test]
fn each_can_be_told_from_the_others_and_says_what_to_look_at() {
    let all = shipped();
    let titles: BTreeSet<&str> = all.iter().map(|shipped| shipped.title).collect();
    let lines: BTreeSet<&str> = all.iter().map(|shipped| shipped.line).collect();
    assert_eq!((titles.len(), lines.len()), (all.len(), all.len()));
    for shipped in all {
        let about = parsed(shipped.name).about;
        assert!(about.line.chars().count() <= 44, "{}: {}", shipped.name, about.line);
        assert!(about.look_at.len() >= 3, "{} says what to look at", shipped.name);
    }
    assert!(all.len() >= 30, "{}", all.len());
}

/// Files that nobody lists would be fetched by nobody.
#[test]
fn every_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/static/scenarios");
    let files = std::fs::read_dir(folder).expect("the folder is there").flatten();
    let files: BTreeSet<String> =
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    let listed: BTreeSet<String> =
        shipped().iter().map(|shipped| format!("{}.toml", shipped.name)).collect();
    assert_eq!(files, listed);
}

/// Queues of c1, c2 and c3 before and after c2 leaves, for each switch of `allocation`.
#[test]
fn each_strategy_shares_queues_as_its_scenario_says() {
    let base = shipped_text("allocation").expect("it is shipped");
    let (base, _) = base.split_once("# What must be so.").expect("it claims something");
    let mut text = base.to_owned();
    for (at, member) in ["15s", "35s"].iter().flat_map(|at| [1, 2, 3].map(|member| (at, member))) {
        let claim = format!("says = \"-\"\nat = \"{at}\"\nowned = \"c{member}\"\nequals = 0");
        text.push_str(&format!("[[assert]]\n{claim}\n"));
    }
    let rows = [
        ("AVG_BY_CIRCLE", [3, 3, 2, 4, 0, 4]),
        ("CONSISTENT_HASH", [2, 3, 3, 3, 0, 5]),
        ("CONFIG", [2, 2, 4, 2, 0, 4]),
        ("MACHINE_ROOM", [2, 1, 1, 2, 0, 2]),
        ("MACHINE_ROOM_NEARBY", [4, 2, 2, 4, 0, 4]),
    ];
    let switches = parsed("allocation").switches;
    for (switch, (name, shares)) in switches.iter().zip(rows) {
        assert!(switch.label.starts_with(&format!("{name}:")), "{}", switch.label);
        let tweaks: Vec<Tweak<'_>> =
            switch.tweaks.iter().map(|(path, value)| Tweak { path, value }).collect();
        let scenario = Scenario::parse(&text, &tweaks).unwrap_or_else(|error| panic!("{error}"));
        let mut stage = stage(&scenario, scenario.seed);
        let findings = play(&mut stage, &scenario, scenario.end);
        let found: Vec<u64> = findings.iter().filter_map(|finding| finding.found).collect();
        assert_eq!(found, shares, "{name}");
    }
    assert_eq!(switches.len(), rows.len());
}
