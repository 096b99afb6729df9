//! What scenarios claim of their outcome, and what they let happen when something in the run does.

use rocketscope::scenario::Scenario;
use rocketscope::session::Session;
use rocketscope::session::claims::{Finding, play};
use rocketscope::session::frame::Frame;
use rocketscope::session::lane::DigestOf;
use rocketscope::session::load::{load, stage};
use rocketscope::session::protocol::{Position, Recipe, Source};
use rocketscope::session::stage::Stage;

use crate::session_kit::Page;

/// Ten messages a second for a consumer that takes 150 ms for each, in one thread.
const SLOW: &str = "\
title = \"Claims\"
end = \"20s\"
topic = [{ name = \"A\", queues = 2 }]
namesrv = [{ name = \"ns-1\", starts = \"-5s\" }]
broker = [{ name = \"broker-a\", starts = \"-4s\" }]
[[client]]
name = \"P\"
role = \"producer\"
group = \"PG\"
workload = { rate = \"10/s\", message = [{ topic = \"A\", size = \"128B\" }] }
[[client]]
name = \"C\"
role = \"push\"
group = \"G\"
starts = \"-3s\"
consumeThreadMin = 1
handling = \"150ms\"
subscribe = [{ topic = \"A\" }]
";

fn parse(more: &str) -> Result<Scenario, String> {
    Scenario::parse(&format!("{SLOW}{more}\n"), &[]).map_err(|error| error.to_string())
}

fn played(more: &str) -> (Vec<Finding>, Stage) {
    let scenario = parse(more).unwrap_or_else(|error| panic!("{error}"));
    let mut stage = stage(&scenario, scenario.seed);
    let findings = play(&mut stage, &scenario, scenario.end);
    (findings, stage)
}

/// What one assertion found, and whether it held.
fn found(claim: &str) -> (Option<u64>, bool) {
    let (findings, _) = played(&format!("[[assert]]\nsays = \"So it is.\"\n{claim}"));
    let [finding] = &findings[..] else { panic!("one assertion, one lane: {findings:?}") };
    (finding.found, finding.held)
}

#[test]
fn numbers_of_the_ledger_are_compared_with_what_is_written() {
    assert_eq!(found("count = \"sent\"\nat = \"10.05s\"\nequals = 101"), (Some(101), true));
    assert_eq!(found("count = \"sent\"\nat = \"10.05s\"\nequals = 100"), (Some(101), false));
    let within = "count = \"consumed\"\ngroup = \"G\"\nat_least = 120\nat_most = 140";
    assert!(found(within).1, "20 s at 150 ms each: {:?}", found(within));
    assert!(!found("count = \"consumed\"\nat_least = 10\nat_most = 20").1);
    assert!(found("count = \"consumed\"\nat_most = { count = \"stored\", times = 0.7 }").1);
    assert!(!found("count = \"consumed\"\nequals = { count = \"stored\" }").1);
}

#[test]
fn a_lag_a_wait_and_an_owner_are_measured_too() {
    let (early, late) =
        (found("lag = \"G\"\nat = \"5s\"\nat_least = 10").0, found("lag = \"G\"\nat_least = 10").0);
    assert!(early < late, "{early:?} {late:?}");
    let of_queues =
        ["0", "1"].map(|queue| found(&format!("lag = \"G\"\nqueue = {queue}\nat_least = 1")).0);
    assert_eq!(of_queues[0].zip(of_queues[1]).map(|(a, b)| a + b), late);
    assert!(found("diff = \"G\"\nat_least = { lag = \"G\" }").1, "what is done is committed later");
    assert_eq!(found("owned = \"C\"\nequals = 2"), (Some(2), true));
    assert!(found("latency = \"p99\"\nat_least = \"5s\"").1);
    assert!(found("latency = \"p50\"\nat_most = { latency = \"p99\" }").1);
    assert!(found("standstill = true\nat_most = \"2s\"").1);
}

#[test]
fn facts_are_counted_and_timed_by_kind_reason_and_place() {
    let (all, held) = found("facts = \"Consumed\"\nat_least = 100");
    assert!(held);
    let parts = ["topic = \"A\"\nqueue = 0", "topic = \"A\"\nqueue = 1"];
    let sum: u64 =
        parts.iter().filter_map(|part| found(&format!("facts = \"Consumed\"\n{part}")).0).sum();
    assert_eq!(Some(sum), all);
    assert_eq!(found("facts = \"Consumed\"\nnode = \"P\"\nequals = 0"), (Some(0), true));
    assert_eq!(found("facts = \"Dead\""), (Some(0), false), "without a bound one is enough");
    assert!(found("facts = \"RebalanceBegan\"\nwhy = \"register_period\"\nequals = 0").1);
    assert!(found("first = \"Consumed\"\nat_most = \"2s\"").1);
    assert!(found("last = \"Consumed\"\nat_least = { first = \"Consumed\", times = 5 }").1);
    assert_eq!(found("first = \"Dead\"\nat_most = \"20s\""), (None, false), "it never was");
}

#[test]
fn lanes_are_compared_with_each_other() {
    let lanes = "[[lane]]\nname = \"One\"\n[[lane]]\nname = \"Two\"\n\
        set = { \"client.C.consumeThreadMin\" = 4 }\n";
    let (findings, _) = played(&format!(
        "{lanes}[[assert]]\nsays = \"Two do more.\"\nlane = \"Two\"\ncount = \"consumed\"\n\
         at_least = {{ lane = \"One\", times = 1.4 }}\n\
         [[assert]]\nsays = \"Nothing is lost.\"\ncount = \"lost\"\nequals = 0\n"
    ));
    let where_and_held: Vec<_> = findings.iter().map(|f| (f.assertion, f.lane, f.held)).collect();
    assert_eq!(where_and_held, [(0, 1, true), (1, 0, true), (1, 1, true)]);
}

const WAITS: &str = "
[[intervention]]
link = [\"P\", \"broker-a\"]
latency = \"5ms\"
when = { lag = \"G\", at_least = 10 }
[[intervention]]
stop = \"P\"
when = { facts = \"Stored\", topic = \"A\", at_least = 60 }
[[intervention]]
kill = \"C\"
when = { count = \"consumed\", at_least = 50 }
at = \"3s\"
after = \"1s\"
[[intervention]]
start = \"C\"
when = { count = \"consumed\", at_least = 50 }
after = \"3s\"
";

#[test]
fn what_waits_for_something_happens_once_that_is_so() {
    let claims = "\
        [[assert]]\nsays = \"a\"\nlast = \"Sent\"\nat_least = \"5.8s\"\nat_most = \"6.2s\"\n\
        [[assert]]\nsays = \"b\"\ncount = \"consumed\"\nat = \"9s\"\nat_least = 50\nat_most = 58\n\
        [[assert]]\nsays = \"c\"\nfacts = \"ProcessStarted\"\nnode = \"C\"\nequals = 2\n\
        [[assert]]\nsays = \"d\"\ncount = \"consumed\"\nequals = { count = \"stored\" }\n\
        [[assert]]\nsays = \"e\"\ncount = \"lost\"\nequals = 0\n";
    let (findings, _) = played(&format!("{WAITS}{claims}"));
    let failed: Vec<&Finding> = findings.iter().filter(|finding| !finding.held).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn a_replay_from_any_copy_gives_the_same_history() {
    let (_, straight) = played(WAITS);
    let source = Source::Text(format!("{SLOW}{WAITS}"));
    let recipe = Recipe { source, ..Recipe::default() };
    let mut page = Page::of(Session::with(load(&recipe).expect("it can be read")));
    page.want.state_digest = true;
    let both = |frame: &Frame| (frame.history_digest.clone(), frame.state_digest.clone());
    let end = page.seek(Position::End);
    assert_eq!(end.history_digest, straight.digest(DigestOf::History));
    for second in [7, 2, 12, 5, 9] {
        page.seek(Position::Time(second * 1_000_000_000));
        let again = page.seek(Position::End);
        assert_eq!(both(&again), both(&end), "back to {second} s and forward");
    }
}

#[test]
fn what_cannot_be_measured_is_refused_with_place_and_cure() {
    let wrong = [
        ("count = \"snet\"\nequals = 1", "there is no count `snet`; write `sent`"),
        ("equals = 1", "nothing is measured; add one of `count`, `lag`, `diff`, `latency`"),
        (
            "count = \"sent\"",
            "nothing is said about the number; add `equals`, `at_least` or `at_most`",
        ),
        (
            "count = \"sent\"\nlag = \"G\"\nequals = 1",
            "`count` and `lag` are two measures; take one of them out, or write two entries",
        ),
        (
            "count = \"sent\"\nequals = \"1s\"",
            "`equals` is the text `1s`; write a whole number, as `10`, or another measure",
        ),
        (
            "latency = \"p99\"\nat_most = 5",
            "`at_most` is the number 5; write a duration with its unit, as `\"20ms\"`, or",
        ),
        ("lag = \"H\"\nequals = 1", "there is no group `H`; write `G`"),
        ("facts = \"Throtled\"", "there is no kind of facts `Throtled`; write `Throttled`"),
        ("facts = \"Throttled\"\nwhy = \"no\"", "there is no reason `no`"),
        (
            "count = \"lost\"\ngroup = \"G\"\nequals = 0",
            "this cannot be measured of so small a part",
        ),
        ("count = \"sent\"\nlane = \"X\"\nequals = 0", "there is no lane `X`; take it out"),
        (
            "count = \"sent\"\nequals = { latency = \"p50\" }",
            "a count is compared with a time; compare two of one kind",
        ),
        (
            "count = \"sent\"\nat = \"30s\"\nequals = 0",
            "`at` lies behind the scenario's end; write an earlier time",
        ),
    ];
    for (claim, message) in wrong {
        let error = parse(&format!("[[assert]]\nsays = \"So it is.\"\n{claim}")).expect_err(claim);
        assert!(error.contains(message), "{claim}: {error}");
    }
    let wrong = [
        ("stop = \"P\"", "an intervention has no `at`; add `at`"),
        (
            "stop = \"P\"\nat = \"1s\"\nafter = \"1s\"",
            "`after` belongs to `when`; write a later `at`",
        ),
        (
            "stop = \"P\"\nwhen = { latency = \"p99\", at_least = \"1s\" }",
            "nothing can wait for a percentile",
        ),
    ];
    for (action, message) in wrong {
        let error = parse(&format!("[[intervention]]\n{action}")).expect_err(action);
        assert!(error.contains(message), "{action}: {error}");
    }
}
