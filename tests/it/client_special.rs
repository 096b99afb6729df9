//! Messages with properties of their own, as programs send them: transactions, batches, delays.

use std::rc::Rc;

use rocketscope::facts::{Fact, TransactionEnd};
use rocketscope::kernel::choice::Choice;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::observation::ledger::Ledger;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::message::{Body, Template};
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::sending::{Decisions, Outgoing, TransactionRule, Way};
use rocketscope::rocketmq::topic::TopicConfig;
use rocketscope::scenario::Scenario;
use rocketscope::session::load::stage;
use rocketscope::session::stage::Stop;

use crate::client_kit::{
    Cluster, Log, at, broker_config, client_config, producer_config, push_config, rounds,
};

fn scenario(workload: &str, end: &str) -> Scenario {
    let text = format!(
        "title = \"Special\"\nend = \"{end}\"\n\
         topic = [{{ name = \"T\", queues = 4 }}]\n\
         namesrv = [{{ name = \"ns-1\", starts = \"-5s\" }}]\n\
         broker = [{{ name = \"broker-a\", starts = \"-4s\" }}]\n\
         [[client]]\nname = \"C\"\nrole = \"push\"\ngroup = \"R\"\n\
         subscribe = [{{ topic = \"T\" }}]\n\
         [[client]]\nname = \"P\"\nrole = \"producer\"\ngroup = \"G\"\n\
         workload = {{ {workload} }}\n"
    );
    Scenario::parse(&text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// What became of a workload.
fn ledger(workload: &str, end: &str) -> Ledger {
    let scenario = scenario(workload, end);
    let mut stage = stage(&scenario, scenario.seed);
    stage.run_in();
    stage.advance(Stop { time: scenario.end.as_nanos(), ordinal: u64::MAX }, u64::MAX);
    stage.lanes()[0].seen().books.all
}

/// What a run states, with times in ms since time 0.
fn facts(workload: &str, end: &str) -> Vec<(i64, Fact)> {
    let scenario = scenario(workload, end);
    let lane = &scenario.lanes()[0];
    let (mut world, mut log) = (lane.build(1), Log::default());
    world.run_until(lane.zero + scenario.end, &mut log);
    // The log of the other stories counts from their own time 0.
    log.entries.iter().map(|entry| (entry.millis() - 7_000, entry.fact)).collect()
}

fn transactions(rule: &str) -> String {
    format!(
        "rounds = 20, pause = \"100ms\", \
         message = [{{ topic = \"T\", size = \"9B\", transaction = {rule} }}]"
    )
}

#[test]
fn what_is_committed_is_consumed_and_what_is_rolled_back_never_was() {
    let committed = ledger(&transactions("{ commit = 1, takes = \"5ms\" }"), "20s");
    assert_eq!((committed.stored, committed.consumed), (20, 20));
    let undone = ledger(&transactions("{ rollback = 1 }"), "100s");
    assert_eq!((undone.sent, undone.acknowledged), (20, 20));
    assert_eq!((undone.stored, undone.consumed, undone.lost), (0, 0, 0));
}

#[test]
fn who_says_nothing_or_does_not_know_is_asked_and_may_commit_then() {
    for first in ["{ never = 1 }", "{ unknown = 1 }"] {
        let early = ledger(&transactions(first), "25s");
        assert_eq!((early.stored, early.consumed), (0, 0), "{first}");
        let late = ledger(&transactions(first), "100s");
        assert_eq!((late.stored, late.consumed, late.duplicated), (20, 20, 0), "{first}");
    }
    let undone = ledger(&transactions("{ never = 1, check = { rollback = 1 } }"), "100s");
    assert_eq!((undone.stored, undone.consumed), (0, 0));
}

#[test]
fn a_local_transaction_takes_its_time_and_its_thread_waits() {
    let all = facts(&transactions("{ commit = 1, takes = \"500ms\" }"), "20s");
    let decided: Vec<i64> = all
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Decided { end: TransactionEnd::Commit, .. }))
        .map(|(at, _)| *at)
        .collect();
    assert_eq!(decided.len(), 20);
    assert!(decided.windows(2).all(|pair| pair[1] - pair[0] >= 600), "{decided:?}");
}

/// What the recording of a real transactional producer shows: op records are written in batches of
/// 3 s, later than the first question, so a committed message is asked about and delivered twice.
#[test]
fn a_committed_message_is_asked_about_and_delivered_twice_where_brokers_ask_early() {
    let topic = TopicConfig::new(Name::new("TxT"), 4);
    let (mut cluster, namesrv, _) = Cluster::new(1, &[], &[]);
    let mut config = broker_config("broker-a", namesrv, &[topic]);
    config.rules.transaction_timeout = SimSpan::secs(2);
    config.rules.transaction_interval = SimSpan::secs(2);
    let broker = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
    let broker = cluster.add("broker-a", broker, SimTime::from_nanos(1_000_000_000));
    let always = |number: u64| {
        let choice = Choice::weighted((0..4).map(|other| u64::from(other == number)));
        Decisions { choice, in_turn: Vec::new(), takes: Spread::ZERO }
    };
    let outgoing = |number: u64| {
        let (local, check) = (always(number), Decisions::always_commit());
        let transaction = Some(Rc::new(TransactionRule { local, check }));
        let template = Template {
            topic: Name::new("TxT"),
            tag: Some(Name::new("T")),
            keys: None,
            body: Body::Text(format!("tx{number}")),
        };
        let way = Some(Rc::new(Way { transaction, ..Way::default() }));
        Outgoing { template: Rc::new(template), way }
    };
    let mut workload = rounds("TxT", 1, SimSpan::ZERO);
    workload.messages = (0..3).map(outgoing).collect();
    let mut config = producer_config(client_config("p1", "TPG", namesrv), workload);
    config.stops_when_done = false;
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(50));
    let consumer = push_config(client_config("c1", "TxG", namesrv), &[("TxT", "*")]);
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(consumer)), at(0));
    cluster.run_until(35_000);
    let consumed = cluster.log.of(consumer, |fact| {
        if let Fact::Consumed { msg, .. } = fact { Some(msg.seq) } else { None }
    });
    let times = |seq: u32| consumed.iter().filter(|(_, of)| *of == seq).count();
    assert_eq!(times(0), 2, "the committed one: {consumed:?}");
    assert_eq!(times(2), 1, "the unknown one: {consumed:?}");
    let asked = cluster.log.of(broker, |fact| {
        if let Fact::Retried { msg, why, .. } = fact { Some((msg.seq, *why)) } else { None }
    });
    assert!(asked.iter().all(|(_, (_, why))| Because::TransactionAsked.is(*why)));
    assert!(asked.iter().any(|(at, (seq, _))| *seq == 2 && *at < 4_000), "{asked:?}");
    let ends = cluster.requests_of(producer, 37);
    assert!(ends.len() >= 6, "three ends and three answers or more: {}", ends.len());
}

#[test]
fn a_batch_is_one_request_and_each_of_its_messages_is_one() {
    let batch = "rounds = 5, pause = \"10ms\", \
                 message = [{ topic = \"T\", size = \"100B\", batch = 20 }]";
    let ledger = ledger(batch, "20s");
    assert_eq!((ledger.sent, ledger.acknowledged, ledger.stored), (100, 100, 100));
    assert_eq!((ledger.consumed, ledger.lost, ledger.failed), (100, 0, 0));
    let all = facts(batch, "20s");
    let offsets: Vec<(u32, u64)> = all
        .iter()
        .filter_map(|(_, fact)| {
            let Fact::Acknowledged { queue, offset, .. } = fact else { return None };
            Some((queue.id, *offset))
        })
        .collect();
    for batch in offsets.chunks(20) {
        let follow = |pair: &[(u32, u64)]| pair[0].0 == pair[1].0 && pair[0].1 + 1 == pair[1].1;
        assert!(batch.windows(2).all(follow), "{batch:?}");
    }
    let stored = |wanted: &Fact| {
        let Fact::Stored { physical, .. } = wanted else { return None };
        let is_it =
            |fact: &Fact| matches!(fact, Fact::Stored { physical: other, .. } if other == physical);
        all.iter().find(|(_, fact)| is_it(fact)).map(|(at, _)| *at)
    };
    let times: Vec<i64> = all.iter().filter_map(|(_, fact)| stored(fact)).collect();
    assert!(times.chunks(20).all(|chunk| chunk.iter().all(|at| *at == chunk[0])));
}

#[test]
fn a_body_that_is_too_large_is_not_sent_at_all() {
    let large = "rounds = 1, message = [{ topic = \"T\", size = \"1MiB\", batch = 4 }]";
    let all = facts(large, "5s");
    let failed: Vec<_> = all
        .iter()
        .filter_map(|(_, fact)| if let Fact::Failed { why, .. } = fact { Some(*why) } else { None })
        .collect();
    assert!(failed.len() == 4 && failed.iter().all(|why| Because::ClientTooLarge.is(*why)));
    assert!(!all.iter().any(|(_, fact)| matches!(fact, Fact::Sent { .. })));
}

#[test]
fn delayed_messages_count_once_they_are_in_their_queues() {
    let delayed = |how: &str| {
        format!(
            "rounds = 10, pause = \"50ms\", message = [{{ topic = \"T\", size = \"9B\", {how} }}]"
        )
    };
    for (how, early, late) in [
        ("delayTimeLevel = 3", "9s", "25s"),
        ("delayTimeSec = \"10s\"", "9s", "25s"),
        ("delayTimeMs = \"10s\"", "9s", "25s"),
        ("deliverTimeMs = \"12s\"", "11s", "25s"),
    ] {
        let before = ledger(&delayed(how), early);
        assert_eq!((before.acknowledged, before.stored, before.consumed), (10, 0, 0), "{how}");
        let after = ledger(&delayed(how), late);
        assert_eq!((after.stored, after.consumed, after.lost), (10, 10, 0), "{how}");
    }
}

#[test]
fn what_clients_refuse_is_refused_in_files() {
    let cases = [
        ("batch = 2, delayTimeLevel = 1", "a batch has no delay"),
        ("transaction = { commit = 1 }, send = \"async\"", "synchronously and alone"),
        ("transaction = { }", "nothing is said of how transactions end"),
        ("delayTimeLevel = 1, delayTimeMs = \"1s\"", "more than one way"),
        ("sharding_key = true", "`sharding_key` has no key to take"),
    ];
    for (what, expected) in cases {
        let text = format!(
            "title = \"Special\"\nend = \"1s\"\ntopic = [{{ name = \"T\" }}]\n\
             namesrv = [{{ name = \"ns-1\" }}]\nbroker = [{{ name = \"broker-a\" }}]\n\
             [[client]]\nname = \"P\"\nrole = \"producer\"\ngroup = \"G\"\n\
             workload = {{ message = [{{ topic = \"T\", size = \"9B\", {what} }}] }}\n"
        );
        let error = Scenario::parse(&text, &[]).expect_err(what).to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
}
