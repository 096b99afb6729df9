//! Requests and replies: a program that waits for what somebody else's listener answers.
//!
//! Expectations are those of the client reference, 4.9, and of `DefaultMQProducerImpl.request`.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::intervention::Intervention;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::LinkProfile;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{BrokerRole, PushConsumerConfig};
use rocketscope::rocketmq::remoting::{AdminRequest, Request};
use rocketscope::rocketmq::sending::{Mode, Way};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{picked, reason};
use crate::client_kit::{
    Cluster, at, broker_config, client_config, producer_config, push_config, rounds, sent,
};

/// Three requests that wait for 3 s each, and a consumer.
fn stage(edit: impl FnOnce(&mut PushConsumerConfig)) -> (Cluster, NodeId, NodeId) {
    let topic = TopicConfig::new(Name::new("T"), 1);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a"], &[topic]);
    let mut config = push_config(client_config("c1", "G", namesrv), &[("T", "*")]);
    config.rules.replies = true;
    edit(&mut config);
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let way = Way { request: Some(SimSpan::secs(3)), mode: Mode::Async, ..Way::default() };
    let workload = sent(rounds("T", 3, SimSpan::secs(1)), &way);
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(5_000));
    cluster.run_until(30_000);
    (cluster, producer, consumer)
}

#[test]
fn a_program_goes_on_when_the_reply_is_there() {
    let (cluster, producer, consumer) = stage(|config| {
        config.listener = Spread::Fixed(SimSpan::millis(40));
    });
    let replied = picked!(Fact::Replied { msg, waited, .. } => (msg.seq, waited.as_millis()));
    let replied = cluster.log.of(producer, replied);
    let found: Vec<u32> = replied.iter().map(|(_, (seq, _))| *seq).collect();
    assert_eq!(found, [0, 1, 2]);
    assert!(replied.iter().all(|(_, (_, waited))| (40..80).contains(waited)), "{replied:?}");
    let replies = cluster.requests_of(consumer, 325);
    for (asked, request) in replies.iter().zip(cluster.requests_of(producer, 310)) {
        let Request::Admin(admin) = &asked.request else { panic!("a reply") };
        let AdminRequest::SendReply(reply, 325) = &**admin else { panic!("a reply") };
        let Request::SendMessage(send) = &request.request else { panic!("a send") };
        assert_eq!(reply.topic.as_str(), "DefaultCluster_REPLY_TOPIC");
        let of = |send: &rocketscope::rocketmq::remoting::SendRequest, name| {
            send.message.wired().and_then(|it| it.properties.get(name)).map(str::to_owned)
        };
        for name in ["CORRELATION_ID", "REPLY_TO_CLIENT", "TTL"] {
            assert_eq!(of(reply, name), of(send, name), "{name}");
        }
        assert_eq!(of(reply, "REPLY_TO_CLIENT").as_deref(), Some("10.0.0.1@p1"));
        assert_eq!(of(send, "CORRELATION_ID").map(|id| id.len()), Some(36));
    }
    // The listener returns when its reply was taken: then the next call can be made.
    let calls = cluster.log.times(producer, |fact| matches!(fact, Fact::Called { .. }));
    assert!(calls.windows(2).all(|pair| (1_040..1_100).contains(&(pair[1] - pair[0]))));
    let consumed = cluster.log.times(consumer, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!((replies.len(), consumed.len()), (3, 3));
}

/// A queue in order rests until the reply to the message before is taken.
#[test]
fn a_listener_of_a_queue_in_order_sends_its_reply_before_the_next_message() {
    let topic = TopicConfig::new(Name::new("T"), 1);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a"], &[topic]);
    let mut config = push_config(client_config("c1", "G", namesrv), &[("T", "*")]);
    (config.rules.replies, config.rules.orderly) = (true, true);
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let way = Way { request: Some(SimSpan::secs(3)), callback: true, ..Way::default() };
    let way = Way { mode: Mode::Async, ..way };
    let workload = sent(rounds("T", 4, SimSpan::ZERO), &way);
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(28_000));
    // What the consumer sends takes its time.
    let slow =
        LinkProfile { latency: Spread::Fixed(SimSpan::millis(50)), ..LinkProfile::default() };
    cluster.world.intervene(at(27_000), Intervention::Link(consumer, brokers[0], slow));
    cluster.run_until(60_000);
    let replied = picked!(Fact::Replied { msg, .. } => msg.seq);
    let replied: Vec<u32> = cluster.log.of(producer, replied).into_iter().map(|it| it.1).collect();
    assert_eq!(replied, [0, 1, 2, 3]);
    let steps = cluster.log.of(consumer, |fact| {
        let begins = picked!(Fact::Consuming { msg, .. } => (msg.seq, "begins"));
        let replies = picked!(Fact::ReplySent { msg, .. } => (msg.seq, "replies"));
        let ends = picked!(Fact::Consumed { msg, .. } => (msg.seq, "ends"));
        begins(fact).or_else(|| replies(fact)).or_else(|| ends(fact))
    });
    let said: Vec<_> = steps.iter().map(|(_, step)| *step).collect();
    let each = |seq| [(seq, "begins"), (seq, "replies"), (seq, "ends")];
    assert_eq!(said, (0..4).flat_map(each).collect::<Vec<_>>());
    let rests = |step: &[(i64, (u32, &str))]| step[2].0 - step[1].0;
    assert!(steps.chunks(3).all(|step| rests(step) >= 50), "it waits for the answer: {steps:?}");
}

#[test]
fn without_a_reply_the_program_waits_as_long_as_it_said() {
    let (cluster, producer, _) = stage(|config| config.rules.replies = false);
    let gave_up = picked!(Fact::Unreplied { msg, why } => (msg.seq, reason(*why)));
    let gave_up = cluster.log.of(producer, gave_up);
    let said: Vec<_> = gave_up.iter().map(|(_, said)| *said).collect();
    let why = ("reply_too_late", 3_000);
    assert_eq!(said, [(0, why), (1, why), (2, why)]);
    let acknowledged = |fact: &Fact| matches!(fact, Fact::Acknowledged { .. });
    assert_eq!(
        cluster.log.times(producer, acknowledged).len(),
        3,
        "the sends themselves went well"
    );
    assert_eq!(gave_up[1].0 - gave_up[0].0, 4_000, "it goes on with its pause of 1 s");
}

#[test]
fn a_reply_that_comes_too_late_is_thrown_away() {
    let (cluster, producer, consumer) = stage(|config| {
        config.listener = Spread::Fixed(SimSpan::millis(3_500));
    });
    let replied = cluster.log.times(producer, |fact| matches!(fact, Fact::Replied { .. }));
    let gave_up = cluster.log.times(producer, |fact| matches!(fact, Fact::Unreplied { .. }));
    assert_eq!((replied.len(), gave_up.len()), (0, 3));
    // It is taken from the broker all the same, so that the reply's sender is told success.
    assert_eq!(cluster.requests_of(consumer, 325).len(), 3);
}

/// Client reference 4.9: the callback is called with nothing as soon as the request is stored.
#[test]
fn a_callback_is_called_twice_and_the_program_does_not_wait() {
    let topic = TopicConfig::new(Name::new("T"), 1);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a"], &[topic]);
    let mut config = push_config(client_config("c1", "G", namesrv), &[("T", "*")]);
    config.rules.replies = true;
    config.listener = Spread::Fixed(SimSpan::millis(400));
    cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let way = Way {
        request: Some(SimSpan::millis(300)),
        callback: true,
        mode: Mode::Async,
        ..Way::default()
    };
    let workload = sent(rounds("T", 2, SimSpan::secs(10)), &way);
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(5_000));
    cluster.run_until(30_000);
    let called = cluster.log.times(producer, |fact| matches!(fact, Fact::Called { .. }));
    assert_eq!(called[1] - called[0], 10_000, "only its pause lies between");
    let nothing = cluster.log.times(producer, |fact| matches!(fact, Fact::CalledBack { .. }));
    assert!((0..5).contains(&(nothing[0] - called[0])), "{nothing:?} {called:?}");
    // It is older than 300 ms only at a look, which is each second.
    let replied = picked!(Fact::Replied { waited, .. } => waited.as_millis());
    let replied = cluster.log.of(producer, replied);
    assert!(replied.len() == 2 && replied.iter().all(|(_, it)| (400..420).contains(it)));
}

#[test]
fn a_request_with_a_callback_is_given_up_at_a_look_each_second() {
    let topic = TopicConfig::new(Name::new("T"), 1);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a"], &[topic]);
    let way = Way {
        request: Some(SimSpan::millis(1_500)),
        callback: true,
        mode: Mode::Async,
        ..Way::default()
    };
    let workload = sent(rounds("T", 1, SimSpan::ZERO), &way);
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(5_000));
    cluster.run_until(30_000);
    let gave_up = cluster.log.times(producer, |fact| matches!(fact, Fact::Unreplied { .. }));
    assert_eq!(gave_up, [8_000], "the first look is 3 s after the start");
}

/// The swarm found it (seed 2836): a send of the client's own that began well, and then nobody was
/// left to whom it could go.
#[test]
fn a_reply_ends_when_its_route_has_no_master_any_more() {
    let topic = TopicConfig::new(Name::new("T"), 1);
    let (mut cluster, namesrv, brokers) =
        Cluster::new(1, &["broker-a"], std::slice::from_ref(&topic));
    let mut config = broker_config("broker-a", namesrv, &[topic]);
    (config.broker_id, config.ha.role, config.ha.named_by) =
        (1, BrokerRole::Slave, Some(brokers[0]));
    let slave = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
    cluster.add("broker-a-s", slave, SimTime::from_nanos(1_000_000_000));
    let mut config = push_config(client_config("c1", "G", namesrv), &[("T", "*")]);
    (config.rules.replies, config.listener) = (true, Spread::Fixed(SimSpan::secs(1)));
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let way = Way { request: Some(SimSpan::secs(3)), ..Way::default() };
    let workload = sent(rounds("T", 1, SimSpan::secs(1)), &way);
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    cluster.add("p1", MqDisk::Producer(Box::new(config)), at(28_000));
    // The reply is on its way when its broker dies; the client hears of the new route first.
    let slow = LinkProfile { latency: Spread::Fixed(SimSpan::secs(2)), ..LinkProfile::default() };
    cluster.world.intervene(at(28_500), Intervention::Link(consumer, brokers[0], slow));
    cluster.world.intervene(at(29_500), Intervention::Kill(brokers[0], End::Crashed));
    cluster.run_until(40_000);
    let replies = cluster.times_of(consumer, 325);
    assert!(matches!(replies[..], [at] if (29_000..29_500).contains(&at)), "{replies:?}");
    let lost = cluster.log.times(
        consumer,
        |fact| matches!(fact, Fact::Disconnected { peer, .. } if *peer == brokers[0]),
    );
    assert!(matches!(lost[..], [at] if (31_000..32_000).contains(&at)), "{lost:?}");
    let consumed = cluster.log.times(consumer, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!(consumed, lost, "the listener goes on without it");
}
