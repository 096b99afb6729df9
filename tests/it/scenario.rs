//! Scenario files: what is refused and how it is said, tweaks, and the shipped ones.

use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::scenario::{Scenario, Tweak, shipped, shipped_text};
use rocketscope::session::load::stage;
use rocketscope::session::stage::Stop;

/// The smallest scenario; line numbers of the table below count in it.
const SMALL: &str = "\
title = \"Small\"
end = \"60s\"
[[topic]]
name = \"Orders\"
[[namesrv]]
name = \"ns-1\"
[[broker]]
name = \"broker-a\"
[[client]]
name = \"Producer\"
role = \"producer\"
group = \"Senders\"
[client.workload]
message = [{ topic = \"Orders\", body = \"{i}\" }]
[[client]]
name = \"Consumer\"
role = \"push\"
group = \"Readers\"
subscribe = [{ topic = \"Orders\" }]
";

fn parse(text: &str) -> Result<Scenario, String> {
    Scenario::parse(text, &[]).map_err(|error| error.to_string())
}

fn shipped_scenario(name: &str, tweaks: &[Tweak<'_>]) -> Scenario {
    let text = shipped_text(name).unwrap_or_else(|| panic!("{name} is shipped"));
    Scenario::parse(text, tweaks).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_smallest_scenario_is_right() {
    let scenario = parse(SMALL).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(scenario.lanes().len(), 1);
    assert_eq!(scenario.lanes()[0].nodes.len(), 4);
}

/// What is put in the place of what, and the message.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "end = \"60s\"",
        "end = 60",
        "2:7: `end` is the number 60; write a duration with its unit: `\"15s\"`, `\"1ms\"`, \
         `\"20us\"`",
    ),
    (
        "end = \"60s\"",
        "end = \"60 seconds\"",
        "2:7: `end` is the text `60 seconds`; write a duration with its unit: `\"15s\"`, \
         `\"1ms\"`, `\"20us\"`",
    ),
    ("end = \"60s\"", "ende = \"60s\"", "2:1: a scenario has no key `ende`; write `end`"),
    (
        "end = \"60s\"",
        "end = \"60s",
        "2:11: invalid basic string, expected `\"`; write it as TOML (https://toml.io)",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nlongPolingEnable = false",
        "9:1: a broker has no key `longPolingEnable`; write `longPollingEnable`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nlongPollingEnable = 0",
        "9:21: `longPollingEnable` is the number 0; write `true` or `false`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nsendMessageThreadPoolNums = 0",
        "9:29: `sendMessageThreadPoolNums` is out of range; write `1` to `256`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nshortPollingTimeMills = \"2h\"",
        "9:25: `shortPollingTimeMills` is out of range; write `\"1ms\"` to `\"60000ms\"`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nshortPollingTimeMills = 1000",
        "9:25: `shortPollingTimeMills` is the number 1000; write a duration with its unit: \
         `\"15s\"`, `\"1ms\"`, `\"20us\"`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nsend_time = { exponental = \"1ms\" }",
        "9:15: a distribution has no key `exponental`; write `exponential`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nsend_time = { uniform = [\"3ms\", \"1ms\"] }",
        "9:25: `uniform` begins with the longest; swap them",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nstarts = \"-11s\"",
        "9:10: `starts` is the text `-11s`; write a time from `\"-10s\"` on, as `\"200ms\"`",
    ),
    ("name = \"broker-a\"", "nam = \"broker-a\"", "8:1: a broker has no key `nam`; write `name`"),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nbrokerRole = \"SLAVE\"",
        "7:1: the slave `broker-a` stands before its master, or has none; write its master's name \
         as `brokerName`, and the slave behind it",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nbrokerId = 1",
        "9:12: `brokerId` does not fit `brokerRole`; leave it out, or write `0`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\n[[broker]]\nname = \"b\"\nbrokerName = \"broker-a\"",
        "11:14: there are two masters with the name `broker-a`; write `brokerRole = \"SLAVE\"`",
    ),
    (
        "name = \"broker-a\"",
        "name = \"broker-a\"\nenableControllerMode = true",
        "7:1: there is no controller; write `enableControllerInNamesrv = true` in the \
         `[[namesrv]]`",
    ),
    (
        "name = \"ns-1\"\n[[broker]]\nname = \"broker-a\"",
        "name = \"ns-1\"\nenableControllerInNamesrv = true\n[[broker]]\nname = \"broker-a\"\n\
         enableControllerMode = true\nbrokerRole = \"SLAVE\"",
        "11:14: the controller says the `brokerRole` of `broker-a`; leave it out",
    ),
    (
        "name = \"ns-1\"\n[[broker]]\nname = \"broker-a\"",
        "name = \"ns-1\"\nenableControllerInNamesrv = true\n[[broker]]\nname = \"broker-a\"\n\
         enableControllerMode = true\n[[broker]]\nname = \"b\"\nbrokerName = \"broker-a\"",
        "11:1: only some brokers `broker-a` are under a controller; write `enableControllerMode` \
         in all of them, or in none",
    ),
    (
        "name = \"ns-1\"",
        "name = \"ns-1\"\nenableControllerInNamesrv = true\n[[namesrv]]\nname = \"ns-2\"\n\
         enableControllerInNamesrv = true",
        "8:1: there are two controllers; leave `enableControllerInNamesrv` to one name server",
    ),
    (
        "name = \"broker-a\"",
        "name = \"ns-1\"",
        "8:8: there are two nodes with the name `ns-1`; give each a name of its own",
    ),
    (
        "role = \"producer\"",
        "role = \"sender\"",
        "11:8: `role` is `sender`; write `producer`, `push`, `pull`, `lite-pull` or `simple`",
    ),
    ("group = \"Senders\"\n", "", "9:1: a client has no `group`; add `group`"),
    (
        "topic = \"Orders\", body",
        "topic = \"Order\", body",
        "14:22: there is no topic `Order`; write `Orders`",
    ),
    (
        "topic = \"Orders\", body",
        "topic = \"Payments\", body",
        "14:22: there is no topic `Payments`; there are `Orders`",
    ),
    (
        "[client.workload]",
        "[client.workload]\nrate = \"5\"",
        "14:8: `rate` is the text `5`; write a rate, as `\"0.5/s\"` or `\"30/m\"`",
    ),
    (
        "[client.workload]",
        "[client.workload]\nrate = \"5/s\"\npause = \"1s\"",
        "13:1: `pause` and `senders` make a closed loop, `rate` and `gap` an open one; take one \
         kind out",
    ),
    (
        "[client.workload]",
        "[client.workload]\nrate = \"5/s\"\nspacing = \"odd\"",
        "15:11: `spacing` is `odd`; write `even`, `uneven` (half to one and a half times the \
         mean) or `random`",
    ),
    (
        "[[topic]]",
        "[[intervention]]\nat = \"1s\"\nkill = \"broker-b\"\n[[topic]]",
        "5:8: there is no node `broker-b`; write `broker-a`",
    ),
    (
        "[[topic]]",
        "[[slider]]\nlabel = \"Rounds\"\npaths = [\"client.Producer.rounds\"]\nmin = 1\nmax = 2\n\
         step = 1\n[[topic]]",
        "5:10: there is nothing at `client.Producer.rounds`; write the value there that the \
         slider begins with",
    ),
    (
        "role = \"push\"",
        "role = \"push\"\nshares = \"broker-a\"",
        "18:10: `broker-a` has no instance that a client could share; name a producer or a push, \
         pull or lite pull consumer that stands before it",
    ),
    (
        "role = \"push\"",
        "role = \"push\"\nshares = \"Producer\"\nmqClientApiTimeout = \"1s\"",
        "15:1: `mqClientApiTimeout` belongs to the instance that this client shares; write it at \
         the client that `shares` names",
    ),
    (
        "subscribe = [",
        "shares = \"Producer\"\nsubscribe = [{ topic = \"Orders\" }]\n[[client]]\n\
         name = \"Second\"\nrole = \"push\"\ngroup = \"Others\"\nshares = \"Consumer\"\n\
         subscribe = [",
        "25:10: `Consumer` shares an instance itself; write `Producer`",
    ),
    (
        "subscribe = [",
        "shares = \"Producer\"\nsubscribe = [{ topic = \"Orders\" }]\n[[client]]\n\
         name = \"Second\"\nrole = \"push\"\ngroup = \"Readers\"\nshares = \"Producer\"\n\
         subscribe = [",
        "21:1: the group `Readers` has a client in this process already; write another `group`, \
         or leave `shares` out",
    ),
    (
        "role = \"push\"",
        "role = \"simple\"\nshares = \"Producer\"",
        "15:1: a simple consumer shares no instance; leave `shares` out",
    ),
    (
        "role = \"push\"",
        "role = \"lite-pull\"\nshares = \"Producer\"",
        "15:1: a lite pull consumer shares an instance with another kind of client; leave \
         `shares` out: their client ids differ (`@STREAM`)",
    ),
    (
        "[[broker]]\nname = \"broker-a\"\n",
        "",
        "1:1: the scenario has no broker; add a `[[broker]]`",
    ),
];

#[test]
fn what_is_wrong_is_said_with_line_column_finding_and_cure() {
    for (right, wrong, expected) in WRONG {
        assert!(SMALL.contains(right), "{right} is in the small scenario");
        let text = SMALL.replacen(right, wrong, 1);
        let found = parse(&text).expect_err(&format!("{wrong} is wrong"));
        assert_eq!(&found, expected, "for {wrong}");
    }
}

#[test]
fn tweaks_reach_entries_by_name_and_add_what_is_not_written() {
    let tweaks = [
        Tweak { path: "end", value: "\"7s\"" },
        Tweak { path: "client.Producer.workload.rounds", value: "20" },
        Tweak { path: "client.Producer.starts", value: "\"250ms\"" },
        Tweak { path: "network.latency", value: "{ exponential = \"1ms\" }" },
    ];
    let scenario = Scenario::parse(SMALL, &tweaks).unwrap_or_else(|error| panic!("{error}"));
    let lane = &scenario.lanes()[0];
    assert_eq!(scenario.end, SimSpan::secs(7));
    assert_eq!(lane.planned_messages, Some(20));
    assert_eq!(lane.nodes[2].profile.starts, lane.zero + SimSpan::millis(250));
}

#[test]
fn a_wrong_tweak_is_named_by_its_path() {
    let cases = [
        ("end", "\"soon\"", "end: `end` is the text `soon`; write a duration with its unit"),
        ("end", "1s", "end: "),
        (
            "client.Prducer.group",
            "\"x\"",
            "client.Prducer.group: `client` has no entry with the \
          name `Prducer`; write `Producer`",
        ),
        ("client", "1", "client: `client` is the number 1; write a list"),
        ("end.of", "1", "end.of: the path goes on below `end`, which is one value; end the path"),
        ("a b", "1", "a b: `a b` is no path; write keys with dots between them"),
        ("sed", "2", "sed: a scenario has no key `sed`; write `seed`"),
    ];
    for (path, value, expected) in cases {
        let tweaks = [Tweak { path: "seed", value: "3" }, Tweak { path, value }];
        let error = Scenario::parse(SMALL, &tweaks).expect_err(path).to_string();
        assert!(error.starts_with(expected), "{path} = {value}: {error}");
    }
}

#[test]
fn shipped_scenarios_run_to_their_end() {
    for scenario in shipped() {
        let parsed = shipped_scenario(scenario.name, &[]);
        for lane in parsed.lanes() {
            let mut world = lane.build(parsed.seed);
            let events = world.run_until(lane.zero + parsed.end, &mut ());
            assert!(events > 0, "{} {} does something", scenario.name, lane.title);
        }
    }
}

#[test]
fn the_page_is_told_what_the_pictures_show() {
    let first = shipped_scenario("first-program", &[]);
    assert_eq!(first.lanes()[0].planned_messages, Some(30));
    let sliders: Vec<(&str, f64)> =
        first.sliders.iter().map(|slider| (slider.label.as_str(), slider.value)).collect();
    let expected =
        [("Rounds", 10.0), ("Pause between rounds", 1.0), ("Consumer looks again after", 20.0)];
    assert_eq!(sliders, expected);
    assert!(first.switches.iter().all(|switch| !switch.on), "nothing is switched on at first");
    let lanes = shipped_scenario("pull-and-push", &[]);
    let titles: Vec<&str> = lanes.lanes().iter().map(|lane| lane.title.as_str()).collect();
    assert_eq!(titles, ["Pull", "Short poll", "Push"]);
    assert_eq!(lanes.questions[2].at_load, Some(50.0));
}

#[test]
fn a_switch_that_is_set_is_on_and_its_values_can_be_given_back() {
    let off = shipped_scenario("first-program", &[]);
    for (index, switch) in off.switches.iter().enumerate() {
        let tweaks: Vec<Tweak<'_>> =
            switch.tweaks.iter().map(|(path, value)| Tweak { path, value }).collect();
        let on = shipped_scenario("first-program", &tweaks);
        assert!(on.switches[index].on, "{}", switch.label);
    }
}

#[test]
fn every_slider_can_go_to_both_ends() {
    for scenario in shipped() {
        for slider in &shipped_scenario(scenario.name, &[]).sliders {
            for end in [slider.min, slider.max] {
                let number = format!("{end}{}", slider.unit);
                let value = if slider.unit.is_empty() { number } else { format!("\"{number}\"") };
                let tweaks: Vec<Tweak<'_>> =
                    slider.paths.iter().map(|path| Tweak { path, value: &value }).collect();
                let moved = shipped_scenario(scenario.name, &tweaks);
                let found = moved.sliders.iter().find(|other| other.label == slider.label);
                assert_eq!(found.map(|slider| slider.value), Some(end), "{}", slider.label);
            }
        }
    }
}

#[test]
fn nodes_may_start_before_time_0() {
    let first = shipped_scenario("first-program", &[]);
    let lane = &first.lanes()[0];
    assert!(lane.nodes[0].profile.starts < lane.zero);
    assert!(SimTime::START < lane.nodes[0].profile.starts);
}

#[test]
fn the_documents_name_every_setting_and_their_example_can_be_run() {
    let text = include_str!("../../docs/SCENARIOS.md");
    for setting in rocketscope::rocketmq::settings::ALL {
        let named = text.contains(&format!("`{}`", setting.name))
            || text.contains(&format!("`\"{}\"`", setting.name));
        assert!(named || setting.owner == "constant", "{} is not described", setting.name);
    }
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    parse(example.expect("an example")).unwrap_or_else(|error| panic!("{error}"));
}

/// While a broker stands still for 2 s its producer waits for one answer; nothing is lost.
#[test]
fn a_pause_of_the_broker_is_a_wait_of_the_producer() {
    let stored = |more: &str| {
        let text = SMALL.replace("[client.workload]", "[client.workload]\npause = \"100ms\"");
        let scenario = parse(&format!("{text}{more}")).unwrap_or_else(|error| panic!("{error}"));
        let mut stage = stage(&scenario, scenario.seed);
        stage.run_in();
        stage.advance(Stop { time: scenario.end.as_nanos(), ordinal: u64::MAX }, u64::MAX);
        let ledger = stage.lanes()[0].seen().books.all;
        assert_eq!((ledger.lost, ledger.failed), (0, 0));
        ledger.stored
    };
    let paused = "[[intervention]]\nat = \"30s\"\npause = \"broker-a\"\nlasts = \"2s\"\n";
    let missing = stored("") - stored(paused);
    assert!((19..=21).contains(&missing), "{missing} messages fewer");
}
