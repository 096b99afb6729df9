//! Simple consumers (5.x): a program that calls for messages, acknowledges each by itself, or lets
//! it come again. Expectations are those of the client reference (7, row 2) and of the proxy's
//! sources.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{AdminRequest, PopRequest, Request, TagExpression};
use rocketscope::rocketmq::retry_policy::RetryPolicy;
use rocketscope::rocketmq::simple_rules::{SimpleConfig, SimpleRules};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, picked, reason, text};
use crate::client_kit::{at, client_config};
use crate::subtle_kit::{clock, count};

fn bench() -> (Bench, Line) {
    let topics = ["T", "U"].map(|topic| TopicConfig::new(Name::new(topic), 4)).to_vec();
    let mut bench = Bench::with(|config| config.topics = topics);
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    (bench, line)
}

/// A simple consumer of `T` that starts now.
fn join(bench: &mut Bench, edit: impl FnOnce(&mut SimpleConfig)) -> NodeId {
    let client = client_config("c1", "G", bench.namesrv);
    let subscriptions = vec![(Name::new("T"), TagExpression::ALL)];
    let mut config = SimpleConfig { client, subscriptions, rules: SimpleRules::default() };
    edit(&mut config);
    let boots = at(clock(bench));
    let node = bench.cluster.add("c1", MqDisk::Simple(Box::new(config)), boots);
    bench.run(200);
    node
}

fn fill(bench: &mut Bench, line: Line, count: u32) {
    for seq in 0..count {
        let mut send = text("T", "A", (seq % 4).cast_signed(), "m");
        send.message.key.seq = seq;
        bench.put(line, send).expect("it is stored");
    }
}

fn answering(config: &mut SimpleConfig, tries: u32, answer: Answer) {
    config.rules.answers = vec![AnswerRule { tries, ..AnswerRule::always(answer) }];
}

fn consumed(bench: &Bench, node: NodeId) -> Vec<(i64, u32)> {
    bench.cluster.log.of(node, picked!(Fact::Consumed { msg, .. } => msg.seq))
}

fn pops(bench: &Bench, node: NodeId) -> Vec<PopRequest> {
    let mut pops = Vec::new();
    for asked in bench.cluster.requests_of(node, 200_050) {
        if let Request::Admin(admin) = &asked.request
            && let AdminRequest::Pop(pop) = &**admin
        {
            pops.push(*pop);
        }
    }
    pops
}

#[test]
fn each_message_is_popped_and_acknowledged_once_and_nobody_hears_of_the_consumer() {
    let (mut bench, line) = bench();
    let node = join(&mut bench, |_| ());
    fill(&mut bench, line, 40);
    bench.run(5_000);
    let mut all: Vec<u32> = consumed(&bench, node).into_iter().map(|(_, seq)| seq).collect();
    all.sort_unstable();
    assert_eq!(all, (0..40).collect::<Vec<_>>());
    assert_eq!(bench.cluster.times_of(node, 200_051).len(), 40, "each by itself");
    for pop in pops(&bench, node) {
        assert_eq!((pop.queue, pop.most, pop.invisible), (-1, 16, 15_000));
        assert_eq!((pop.poll_millis, pop.from_last), (20_000, true));
    }
    bench.intervene(Intervention::Tell(node, Order::Shutdown));
    bench.run(40_000);
    for code in [34, 35, 38, 15] {
        assert_eq!(bench.cluster.times_of(node, code), [] as [i64; 0], "{code}");
    }
    let members = picked!(Fact::MembersChanged { group, .. } => *group);
    assert_eq!(bench.said(members), [] as [Name; 0]);
}

#[test]
fn a_call_waits_for_five_to_twenty_seconds_and_the_next_one_is_for_the_next_topic() {
    for (wanted, held) in [(1_000, 5_000), (8_000, 8_000), (60_000, 20_000)] {
        let (mut bench, _) = bench();
        let node = join(&mut bench, |config| {
            config.rules.await_duration = SimSpan::millis(wanted);
            config.subscriptions.push((Name::new("U"), TagExpression::ALL));
        });
        bench.run(65_000);
        let polled = bench.cluster.log.of(
            node,
            picked!(Fact::Polled { count, waited, why, .. } =>
                (*count, waited.as_millis(), reason(*why))),
        );
        let expected = u32::try_from(held).expect("ms");
        for (_, (count, waited, why)) in &polled {
            assert_eq!((*count, *why), (0, ("receive_timeout", expected)));
            // A broker answers a little early.
            assert!((held - 100..held + 1_100).contains(waited), "{waited} of {held}");
        }
        let topics: Vec<&str> = pops(&bench, node).iter().map(|pop| pop.topic.as_str()).collect();
        assert!(polled.len() >= 3 && topics.starts_with(&["T", "U", "T"]), "{topics:?}");
    }
}

#[test]
fn what_is_not_acknowledged_comes_again_when_its_time_is_over() {
    let again = |answer| {
        let (mut bench, line) = bench();
        let node = join(&mut bench, |config| answering(config, 1, answer));
        fill(&mut bench, line, 1);
        let first = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consuming { .. }))[0];
        bench.run(60_000);
        let why = picked!(Fact::NotConsumed { why, .. } => reason(*why));
        let why = bench.cluster.log.of(node, why)[0].1;
        let place = picked!(Fact::Consumed { queue, .. } => queue.topic.as_str());
        let [(at, "%RETRY%G_T")] = bench.cluster.log.of(node, place)[..] else { panic!("{why:?}") };
        (why, at - first)
    };
    let (why, after) = again(Answer::Null);
    assert_eq!(why, ("not_acknowledged", 15_000));
    // 15 s, and what revival takes.
    assert!((15_000..22_000).contains(&after), "{after}");
    let (why, after) = again(Answer::Suspend { millis: 30_000 });
    assert_eq!(why, ("program_hides", 30_000));
    assert!((30_000..45_000).contains(&after), "{after}");
}

#[test]
fn a_handle_is_good_for_the_invisible_time_only() {
    let (mut bench, line) = bench();
    let node = join(&mut bench, |config| {
        config.rules.invisible = SimSpan::secs(10);
        config.rules.handling = Spread::Fixed(SimSpan::secs(12));
    });
    fill(&mut bench, line, 1);
    bench.run(20_000);
    let late = picked!(Fact::PopExpired { why, .. } => reason(*why));
    let late: Vec<_> = bench.cluster.log.of(node, late).into_iter().map(|it| it.1).collect();
    assert_eq!(late, [("handle_expired", 10_000)]);
    assert_eq!(bench.cluster.times_of(node, 200_051), [] as [i64; 0]);
}

/// Client reference 7, row 6: with 16 retries a message is handed out 17 times.
#[test]
fn what_was_handed_out_seventeen_times_goes_to_the_dead_letters() {
    let (mut bench, line) = bench();
    let node = join(&mut bench, |config| {
        answering(config, u32::MAX, Answer::Suspend { millis: 1_000 });
    });
    fill(&mut bench, line, 1);
    bench.run(400_000);
    let begun = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consuming { .. }));
    assert_eq!(begun.len(), 17);
    assert_eq!(count(&mut bench, line, "%DLQ%G"), 1);
}

/// Whoever is gone is passed over (`PopLongPollingService.pollRemotingCommands`).
#[test]
fn a_call_of_a_process_that_died_keeps_nobody_else_waiting() {
    let (mut bench, line) = bench();
    let dead = join(&mut bench, |_| ());
    bench.run(100);
    let client = client_config("c2", "G", bench.namesrv);
    let subscriptions = vec![(Name::new("T"), TagExpression::ALL)];
    let config = SimpleConfig { client, subscriptions, rules: SimpleRules::default() };
    let boots = at(clock(&bench));
    let node = bench.cluster.add("c2", MqDisk::Simple(Box::new(config)), boots);
    bench.run(500);
    bench.intervene(Intervention::Kill(dead, End::Crashed));
    bench.run(100);
    fill(&mut bench, line, 4);
    bench.run(100);
    assert_eq!(consumed(&bench, node).len(), 4);
}

#[test]
fn who_asks_for_more_time_has_a_handle_that_is_good_for_longer() {
    let (mut bench, line) = bench();
    let node = join(&mut bench, |config| {
        config.rules.invisible = SimSpan::secs(10);
        config.rules.renews = Some(SimSpan::secs(6));
        config.rules.handling = Spread::Fixed(SimSpan::secs(20));
    });
    fill(&mut bench, line, 1);
    bench.run(60_000);
    // After 6, 12 and 18 s, each for the handle that came with the answer before.
    let mut handles = Vec::new();
    for asked in bench.cluster.requests_of(node, 200_053) {
        if let Request::Admin(admin) = &asked.request
            && let AdminRequest::ChangeInvisible(ack, millis) = &**admin
        {
            handles.push((ack.handle.popped, *millis));
        }
    }
    assert_eq!(handles.len(), 3);
    assert!(handles.windows(2).all(|pair| (5_900..6_100).contains(&(pair[1].0 - pair[0].0))));
    assert_eq!(consumed(&bench, node).len(), 1, "and it is acknowledged in time");
    assert_eq!(bench.cluster.times_of(node, 200_051).len(), 1);
    let begun = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consuming { .. }));
    assert_eq!(begun.len(), 1, "nobody else gets it: {begun:?}");
}

#[test]
fn without_a_time_of_its_own_a_message_is_hidden_as_the_groups_policy_says() {
    for (policy, waits) in [
        (RetryPolicy::Customized, [10_000, 30_000, 60_000]),
        (RetryPolicy::Exponential, [5_000, 10_000, 20_000]),
    ] {
        let (mut bench, line) = bench();
        let node = join(&mut bench, |config| {
            answering(config, 3, Answer::Suspend { millis: -1 });
            config.rules.policy = policy;
        });
        fill(&mut bench, line, 1);
        bench.run(200_000);
        let mut asked = Vec::new();
        for request in bench.cluster.requests_of(node, 200_053) {
            if let Request::Admin(admin) = &request.request
                && let AdminRequest::ChangeInvisible(_, millis) = &**admin
            {
                asked.push(*millis);
            }
        }
        assert_eq!(asked, waits, "{policy:?}");
    }
}
