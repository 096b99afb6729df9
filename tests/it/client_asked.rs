//! An administrator asks a broker about a consumer, or to move it: the consumer is a real one here.
//!
//! Expectations are read in `ClientRemotingProcessor`, `MQClientInstance.resetOffset` and
//! `consumeMessageDirectly`.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::config::PushConsumerConfig;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::topic::TopicConfig;
use rocketscope::wire::json::Json;
use rocketscope::wire::packets;

use crate::broker_kit::{Bench, Line, picked, reason, text};
use crate::client_kit::{client_config, pull_config, push_config};
use crate::subtle_kit::join;
use crate::wire_kit::{Addresses, ask, at, command, json, request};

/// A broker that lets clients do resets, with three messages in queue 0 of `T`, an administrator,
/// and a consumer that has been there for 25 s.
struct Stage {
    bench: Bench,
    admin: Line,
    consumer: NodeId,
    client: Name,
    /// Places of the messages in the log.
    places: Vec<u64>,
}

fn stage(edit: impl FnOnce(&mut PushConsumerConfig)) -> Stage {
    let mut bench = Bench::with(|config| {
        config.rules.server_side_reset = false;
        config.topics = vec![TopicConfig::new(Name::new("T"), 1)];
    });
    bench.watched = true;
    let admin = bench.connect("admin", bench.broker);
    let mut config = push_config(client_config("c1", "G", bench.namesrv), &[("T", "*")]);
    config.listener = Spread::ZERO;
    edit(&mut config);
    let client = config.client.client_id;
    let consumer = join(&mut bench, "c1", config);
    bench.run_until(25_000);
    let mut place = || bench.put(admin, text("T", "A", 0, "x")).expect("it is stored").2;
    let places = vec![place(), place(), place()];
    bench.run_until(31_000);
    Stage { bench, admin, consumer, client, places }
}

fn stuck(config: &mut PushConsumerConfig) {
    config.rules.answers = vec![AnswerRule::always(Answer::Stuck)];
}

impl Stage {
    /// 222 for the whole topic; what the broker says.
    fn reset(&mut self, timestamp: &str) -> i32 {
        let fields =
            [("group", "G"), ("topic", "T"), ("timestamp", timestamp), ("isForce", "true")];
        ask(&mut self.bench, self.admin, 222, &fields, "").0
    }

    /// 307 and 309: handed on to the consumer.
    fn call(&mut self, code: i32, more: &[(&str, &str)], patience: u64) -> (i32, Json) {
        let client = self.client;
        let mut fields = vec![("consumerGroup", "G"), ("clientId", client.as_str())];
        fields.extend(more);
        let wanted = command(code, &fields, "");
        let opaque = self.bench.send(self.admin, request(&wanted));
        self.bench.run(patience);
        let reply = self.bench.reply(opaque).expect("answered").1;
        json(&packets::answer(&wanted, &reply, self.bench.broker, &Addresses))
    }

    fn consume(&mut self, index: usize, patience: u64) -> (i32, Json) {
        let id = format!("7F00000100002A9F{:016X}", self.places[index]);
        self.call(309, &[("msgId", &id), ("topic", "T")], patience)
    }

    fn said<T>(&self, find: impl Fn(&Fact) -> Option<T>) -> Vec<(i64, T)> {
        self.bench.cluster.log.of(self.consumer, find)
    }

    fn count(&self, wanted: impl Fn(&Fact) -> bool) -> usize {
        self.bench.cluster.log.times(self.consumer, wanted).len()
    }

    /// Requests for messages of `T` that left the consumer from then to then, ms.
    fn pulls(&self, from: i64, to: i64) -> usize {
        let asked = picked!(Fact::Asked { queue, .. } => queue.topic.as_str() == "T");
        let all = self.said(asked).into_iter();
        all.filter(|(at, of_topic)| *of_topic && (from..to).contains(at)).count()
    }
}

/// When, the offset, and why.
type Moved = (i64, (u64, (&'static str, u32)));

fn awaited(stage: &Stage) -> Vec<Moved> {
    stage.said(picked!(Fact::ResetAwaited { offset, why, .. } => (*offset, reason(*why))))
}

fn set(stage: &Stage) -> Vec<Moved> {
    stage.said(picked!(Fact::OffsetSet { offset, why, .. } => (*offset, reason(*why))))
}

fn consumed(fact: &Fact) -> bool {
    matches!(fact, Fact::Consumed { .. })
}

#[test]
fn a_reset_moves_a_consumer_back_after_ten_seconds_of_rest() {
    let mut stage = stage(|_| ());
    assert_eq!(stage.count(consumed), 3);
    assert_eq!(stage.reset("0"), 0);
    let [(began, told)] = awaited(&stage)[..] else { panic!("one queue rests") };
    assert_eq!(told, (0, ("reset_rests", 10_000)));
    stage.bench.run(9_000);
    assert_eq!((stage.pulls(began, began + 9_000), set(&stage).len()), (0, 0), "it only rests");
    stage.bench.run(3_000);
    assert_eq!(set(&stage), [(began + 10_000, (0, ("offset_reset", 1)))]);
    let gone = picked!(Fact::Released { why, .. } => reason(*why));
    assert_eq!(stage.said(gone), [(began + 10_000, ("offset_reset", 1))]);
    let owned = picked!(Fact::Owned { queue, offset, .. } => (queue.topic.as_str(), *offset));
    let again: Vec<_> = stage.said(owned).into_iter().filter(|(at, _)| *at > began).collect();
    let [(taken, ("T", 0))] = again[..] else { panic!("{again:?}") };
    assert!(taken < began + 10_050, "it rebalances at once: {taken}");
    assert_eq!(stage.count(consumed), 6, "all three come a second time");
}

#[test]
fn a_reset_to_the_end_throws_away_what_the_consumer_holds() {
    let mut stage = stage(stuck);
    let held = ["mqTable"];
    let (code, json) = stage.call(307, &[], 30);
    assert!(code == 0 && at(&json, &held).contains(r#""cachedMsgCount":3"#), "{json}");
    assert_eq!(stage.reset("-1"), 0);
    let (_, json) = stage.call(307, &[], 30);
    let found = at(&json, &held);
    assert!(found.contains(r#""cachedMsgCount":0"#) && found.contains(r#""droped":true"#));
    stage.bench.run(12_000);
    assert_eq!(set(&stage)[0].1.0, 3);
    let (_, json) = stage.call(307, &[], 30);
    assert!(at(&json, &held).contains(r#""commitOffset":3"#), "{json}");
    let begun = stage.count(|fact| matches!(fact, Fact::Consuming { .. }));
    assert_eq!(begun, 3, "what was passed over does not come again");
}

#[test]
fn resets_are_done_one_after_the_other_with_a_rebalance_between_them() {
    let mut stage = stage(|_| ());
    assert_eq!((stage.reset("0"), stage.reset("-1")), (0, 0));
    stage.bench.run(25_000);
    let (began, done) = (awaited(&stage), set(&stage));
    let [(first, (0, _)), (second, (3, _))] = began[..] else { panic!("{began:?}") };
    assert!((first + 10_000..first + 11_000).contains(&second), "{began:?}");
    let times: Vec<i64> = done.iter().map(|(at, _)| *at).collect();
    assert_eq!(times, [first + 10_000, second + 10_000]);
    assert_eq!(stage.count(consumed), 3, "the second one came before the first pull");
}

#[test]
fn what_is_meant_for_another_topic_leaves_a_consumer_where_it_is() {
    let mut stage = stage(|_| ());
    let fields = [("group", "G"), ("topic", "Other"), ("timestamp", "0"), ("isForce", "true")];
    assert_ne!(ask(&mut stage.bench, stage.admin, 222, &fields, "").0, 0);
    stage.bench.run(11_000);
    assert_eq!((awaited(&stage).len(), set(&stage).len()), (0, 0));
}

#[test]
fn a_consumer_says_how_far_it_is() {
    let mut stage = stage(|_| ());
    let fields = [("group", "G"), ("topic", "T")];
    let (code, json) = ask(&mut stage.bench, stage.admin, 223, &fields, "");
    let Some(Json::Map(clients)) = json.get("consumerTable") else { panic!("{json}") };
    let [(Json::Text(client), Json::Map(queues))] = &clients[..] else { panic!("{json}") };
    assert_eq!((code, client.as_str(), queues.len()), (0, stage.client.as_str(), 1));
    assert_eq!(queues[0].1, Json::Int(3));
}

#[test]
fn a_consumer_tells_of_its_settings_subscriptions_and_threads() {
    let mut stage = stage(|config| config.threads = 2);
    let (code, json) = stage.call(307, &[("jstackEnable", "true")], 30);
    let property = |name: &str| at(&json, &["properties", name]);
    assert_eq!((code, property("PROP_CONSUME_TYPE")), (0, r#""CONSUME_PASSIVELY""#.to_owned()));
    assert_eq!(property("PROP_CONSUMEORDERLY"), r#""false""#);
    assert_eq!(property("PROP_THREADPOOL_CORE_SIZE"), r#""2""#);
    let Some(Json::Text(stacks)) = json.get("jstack") else { panic!("{json}") };
    assert_eq!(stacks.lines().count(), 2);
    let subscribed = at(&json, &["subscriptionSet"]);
    assert!(subscribed.contains(r#""T""#) && subscribed.contains("%RETRY%G"), "{subscribed}");
}

#[test]
fn a_listener_that_is_called_for_an_administrator_answers_without_moving_the_group() {
    let mut stage = stage(|config| config.listener = Spread::Fixed(SimSpan::millis(20)));
    let (code, json) = stage.consume(1, 60);
    assert_eq!((code, at(&json, &["consumeResult"])), (0, r#""CR_SUCCESS""#.to_owned()));
    assert_eq!(
        (at(&json, &["spentTimeMills"]), at(&json, &["order"])),
        ("20".into(), "false".into())
    );
    let handed = stage.said(picked!(Fact::HandedDirectly { why, .. } => reason(*why)));
    assert_eq!((handed[0].1, stage.count(consumed)), (("consume_directly", 0), 3));
}

#[test]
fn every_answer_of_a_listener_has_a_name_and_one_that_hangs_is_given_up() {
    let answers = [
        (Answer::Later { level: 0 }, false, "CR_LATER"),
        (Answer::Throws, false, "CR_THROW_EXCEPTION"),
        (Answer::Null, false, "CR_RETURN_NULL"),
        (Answer::Suspend { millis: -1 }, true, "CR_LATER"),
        (Answer::Rollback, true, "CR_ROLLBACK"),
        (Answer::Commit, true, "CR_COMMIT"),
    ];
    for (answer, orderly, name) in answers {
        let mut stage = stage(|config| {
            config.rules.answers = vec![AnswerRule::always(answer)];
            config.rules.orderly = orderly;
        });
        let (code, json) = stage.consume(0, 60);
        assert_eq!((code, at(&json, &["consumeResult"])), (0, format!("{name:?}")));
        assert_eq!(at(&json, &["order"]), orderly.to_string());
    }
    assert_eq!(stage(stuck).consume(0, 11_000).0, 207);
}

#[test]
fn a_pull_consumer_tells_of_itself_and_calls_no_listener() {
    let mut stage = stage(|_| ());
    let config = pull_config(client_config("c2", "G2", stage.bench.namesrv), "T", SimSpan::secs(1));
    let client = config.client.client_id;
    let disk = rocketscope::rocketmq::cluster::MqDisk::PullConsumer(Box::new(config));
    let now = stage.bench.cluster.world.now();
    stage.bench.cluster.add("c2", disk, now);
    stage.bench.run(5_000);
    let fields = [("consumerGroup", "G2"), ("clientId", client.as_str())];
    let (code, json) = ask(&mut stage.bench, stage.admin, 307, &fields, "");
    let way = at(&json, &["properties", "PROP_CONSUME_TYPE"]);
    assert_eq!((code, way), (0, r#""CONSUME_ACTIVELY""#.to_owned()));
    let id = format!("7F00000100002A9F{:016X}", stage.places[0]);
    let fields = [fields[0], fields[1], ("msgId", &id)];
    assert_eq!(ask(&mut stage.bench, stage.admin, 309, &fields, "").0, 1);
}
