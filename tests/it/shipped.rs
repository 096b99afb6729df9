//! Every shipped scenario is as it says: its assertions hold, and no rule is broken.

use std::collections::BTreeSet;

use rocketscope::scenario::{Scenario, shipped, shipped_text};
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
