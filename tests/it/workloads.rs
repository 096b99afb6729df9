//! Workloads as scenarios write them: when rounds begin, and what differs between messages.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rocketscope::facts::{Fact, MsgKey};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::Life;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::{Moment, Observer, World};
use rocketscope::rocketmq::cluster::content;
use rocketscope::rocketmq::protocol::Mq;
use rocketscope::scenario::Scenario;

const CLUSTER: &str = "\
title = \"Workload\"
end = \"30s\"
topic = [{ name = \"A\" }, { name = \"B\" }]
namesrv = [{ name = \"ns-1\", starts = \"-5s\" }]
broker = [{ name = \"broker-a\", starts = \"-4s\" }]
";

/// Calls of send: ns since time 0, with their topics; and where messages came to lie.
#[derive(Default)]
struct Calls {
    zero: u64,
    all: Vec<(u64, &'static str)>,
    stored: Vec<(MsgKey, u64)>,
}

impl Observer<Mq> for Calls {
    fn see(&mut self, moment: Moment, fact: &Fact) {
        if let Fact::Called { topic, .. } = fact {
            self.all.push((moment.at.as_nanos() - self.zero, topic.as_str()));
        } else if let Fact::Stored { msg, physical, .. } = fact {
            self.stored.push((*msg, *physical));
        }
    }
}

fn parse(workload: &str) -> Result<Scenario, String> {
    let client =
        "[[client]]\nname = \"P\"\nrole = \"producer\"\ngroup = \"G\"\n[client.workload]\n";
    let text = format!("{CLUSTER}{client}{workload}\n");
    Scenario::parse(&text, &[]).map_err(|error| error.to_string())
}

/// The workload until so many seconds after time 0.
fn run(workload: &str, until: u64) -> (Calls, World<Mq>) {
    let scenario = parse(workload).unwrap_or_else(|error| panic!("{error}"));
    let lane = &scenario.lanes()[0];
    let mut world = lane.build(1);
    let mut calls = Calls { zero: lane.zero.as_nanos(), ..Calls::default() };
    world.run_until(lane.zero + SimSpan::secs(until), &mut calls);
    (calls, world)
}

fn calls(workload: &str, until: u64) -> Vec<(u64, &'static str)> {
    run(workload, until).0.all
}

const A: &str = "message = [{ topic = \"A\", size = \"128B\" }]";

#[test]
fn a_ramp_has_as_many_rounds_as_the_area_under_it() {
    let all =
        calls(&format!("ramp = {{ from = \"0/s\", to = \"20/s\", over = \"10s\" }}\n{A}"), 11);
    assert_eq!(all.len(), 120, "t² until 10 s, then 20 a second");
    let (first, fourth) = (all[0].0, all[3].0);
    assert_eq!((fourth - first) / 1_000_000, 1000, "at 1 s and at 2 s of the program");
}

#[test]
fn a_curve_repeats_and_may_be_memoryless() {
    let day =
        "curve = [[\"0s\", \"0/s\"], [\"2s\", \"4/s\"], [\"4s\", \"0/s\"]]\ncurve_repeats = true\n";
    let even = calls(&format!("{day}{A}"), 20);
    assert!(even.len() > 24, "{}", even.len());
    for pair in even.windows(9) {
        assert_eq!(pair[8].0 - pair[0].0, 4_000_000_000, "eight rounds in each period of 4 s");
    }
    let random = calls(&format!("{day}spacing = \"random\"\n{A}"), 20);
    assert_ne!(random, even);
    assert!((20..60).contains(&random.len()), "{}", random.len());
}

#[test]
fn a_list_of_times_is_replayed() {
    let all = calls(&format!("replay = [\"0s\", \"20ms\", \"20ms\", \"1.5s\"]\n{A}"), 20);
    let after: Vec<u64> = all.iter().map(|(at, _)| (at - all[0].0) / 1_000_000).collect();
    assert_eq!(after, [0, 20, 20, 1500]);
}

/// How often each of 100 business keys was sent, the most frequent first.
fn keys(rule: &str) -> Vec<usize> {
    let (calls, world) = run(&format!("rate = \"500/s\"\n{}", keyed(rule)), 12);
    let Life::Up { actor } = world.life(NodeId(1)) else { panic!("the broker runs") };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (msg, physical) in calls.stored {
        let content = content(actor, msg, Some(physical)).expect("it is in the log");
        *counts.entry(content.keys.expect("each has a key")).or_default() += 1;
    }
    let mut counts: Vec<usize> = counts.into_values().collect();
    counts.sort_unstable_by_key(|count| Reverse(*count));
    counts
}

#[test]
fn keys_are_uniform_by_zipf_or_one_is_hot() {
    let uniform = keys("");
    assert!(uniform.len() == 100 && uniform[0] < 3 * uniform[99], "{uniform:?}");
    let zipf = keys("zipf = 1.0");
    assert!((8..12).contains(&(10 * zipf[0] / zipf[1] / 2)), "{zipf:?}");
    let hot = keys("hot_per_million = 900000");
    assert!((85..95).contains(&(100 * hot[0] / hot.iter().sum::<usize>())), "{hot:?}");
}

#[test]
fn a_distribution_of_keys_leaves_the_times_of_rounds_alone() {
    let zipf =
        calls(&format!("rate = \"50/s\"\nspacing = \"random\"\n{}", keyed("zipf = 1.0")), 10);
    let hot = calls(
        &format!("rate = \"50/s\"\nspacing = \"random\"\n{}", keyed("hot_per_million = 900000")),
        10,
    );
    assert_eq!(zipf, hot, "another distribution of keys does not move the rounds");
}

fn keyed(rule: &str) -> String {
    let key = format!("key = {{ prefix = \"k-\", count = 100, {rule} }}").replace(", }", " }");
    format!("message = [{{ topic = \"A\", size = \"1B\", {key} }}]")
}

#[test]
fn a_message_takes_one_of_several_topics() {
    let all = calls("rate = \"50/s\"\nmessage = [{ topics = [\"A\", \"B\"], size = \"1B\" }]", 20);
    let of_a = all.iter().filter(|(_, topic)| *topic == "A").count();
    assert!((400..600).contains(&of_a), "{of_a} of {}", all.len());
}

#[test]
fn what_cannot_be_is_refused_with_place_and_cure() {
    let cases = [
        (
            "ramp = { from = \"1/s\", to = \"2/s\", over = \"0s\" }",
            "`over` is 0; write at least `\"1ms\"`",
        ),
        ("curve = [[\"1s\", \"1/s\"]]", "points from `\"0s\"` on"),
        ("replay = [\"2s\", \"1s\"]", "sort them"),
        ("rate = \"1/s\"\nramp = { from = \"1/s\", to = \"2/s\", over = \"1s\" }", "has no `rate`"),
        ("curve = [[\"0s\", \"1/s\"]]\nspacing = \"uneven\"", "write `even` or `random`"),
    ];
    for (pace, expected) in cases {
        let error = parse(&format!("{pace}\n{A}")).expect_err(pace);
        assert!(error.contains(expected), "{pace}: {error}");
    }
    let both = parse("message = [{ topic = \"A\", topics = [\"B\"], size = \"1B\" }]");
    assert!(both.expect_err("both").contains("both `topic` and `topics`"));
    let keys = parse(&keyed("zipf = 1.0, hot_per_million = 5"));
    assert!(keys.expect_err("both").contains("both `zipf` and `hot`"));
}
