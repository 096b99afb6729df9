//! The producer's accumulator (`autoBatch`): what threads send at about the same time goes in one
//! request.
//!
//! Expectations are those of the client reference, 4.7, and of `ProduceAccumulator`.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::intervention::Intervention;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::ProducerConfig;
use rocketscope::rocketmq::message::{Body, Template};
use rocketscope::rocketmq::remoting::{Request, SendRequest};
use rocketscope::rocketmq::sending::{Delay, Gathering, Mode, Outgoing, Pace, Place, Way};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{picked, reason};
use crate::client_kit::{Cluster, at, client_config, producer_config, rounds, sent};

const GATHERING: Gathering =
    Gathering { delay: SimSpan::millis(10), bytes: 32 << 10, total: 32 << 20 };

/// Threads that each send one message of 128 B at the same time, and then once more.
fn stage(threads: u32, edit: impl FnOnce(&mut ProducerConfig)) -> (Cluster, NodeId) {
    let (mut cluster, producer, _) = set(threads, edit);
    cluster.run_until(30_000);
    (cluster, producer)
}

fn set(threads: u32, edit: impl FnOnce(&mut ProducerConfig)) -> (Cluster, NodeId, Vec<NodeId>) {
    let topic = TopicConfig::new(Name::new("T"), 1);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a"], &[topic]);
    let mut workload = rounds("T", 2 * threads, SimSpan::ZERO);
    workload.pace = Pace::Closed { senders: threads, pause: Spread::Fixed(SimSpan::millis(1_000)) };
    let mut config = producer_config(client_config("p1", "PG", namesrv), workload);
    config.rules.gathering = Some(GATHERING);
    edit(&mut config);
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(5_000));
    (cluster, producer, brokers)
}

/// Sends that are batches, or those that are not.
fn sends(cluster: &Cluster, producer: NodeId, batches: bool) -> Vec<(i64, Rc<SendRequest>)> {
    let all = cluster.requests_of(producer, 310);
    let send = |request: &Request| {
        let Request::SendMessage(send) = request else { panic!("a send") };
        Rc::clone(send)
    };
    let all = all.iter().map(|asked| (asked.at, send(&asked.request)));
    all.filter(|(_, send)| send.batch.is_some() == batches).collect()
}

fn sizes(cluster: &Cluster, producer: NodeId) -> Vec<usize> {
    let sent = sends(cluster, producer, true);
    sent.iter().map(|(_, send)| send.batch.as_ref().map_or(0, Vec::len)).collect()
}

#[test]
fn threads_that_send_together_wait_for_one_request() {
    let (cluster, producer) = stage(4, |_| {});
    assert_eq!(sizes(&cluster, producer), [4, 4]);
    assert!(sends(&cluster, producer, false).is_empty());
    let called = cluster.log.times(producer, |fact| matches!(fact, Fact::Called { .. }));
    let sent = picked!(Fact::Gathered { msg, why } => (msg.seq, reason(*why)));
    let sent = cluster.log.of(producer, sent);
    assert!(sent.iter().all(|(_, (_, why))| *why == ("gathered", 4)));
    // The guard began with the client, and looks every 5 ms.
    let waits = sent.iter().zip(&called).map(|((sent, _), called)| sent - called);
    assert!(
        waits.clone().all(|waited| (10..16).contains(&waited)),
        "{:?}",
        waits.collect::<Vec<_>>()
    );
    let acknowledged = picked!(Fact::Acknowledged { msg, offset, .. } => (msg.seq, *offset));
    let acknowledged = cluster.log.of(producer, acknowledged);
    let offsets: Vec<_> = acknowledged.iter().map(|(_, one)| *one).collect();
    assert_eq!(offsets, (0..8).map(|seq| (seq, u64::from(seq))).collect::<Vec<_>>());
    assert_eq!(acknowledged[0].0, acknowledged[3].0, "all return together");
}

#[test]
fn too_many_bytes_go_at_once() {
    let (cluster, producer) =
        stage(6, |config| config.rules.gathering = Some(Gathering { bytes: 300, ..GATHERING }));
    assert_eq!(sizes(&cluster, producer), [3, 3, 3, 3]);
    let called = cluster.log.times(producer, |fact| matches!(fact, Fact::Called { .. }));
    let sent = cluster.log.times(producer, |fact| matches!(fact, Fact::Gathered { .. }));
    assert_eq!(called, sent);
}

#[test]
fn a_batch_has_one_tag_and_all_keys() {
    let (cluster, producer) = stage(2, |config| {
        let of = |tag, keys| Template {
            topic: Name::new("T"),
            tag: Some(Name::new(tag)),
            keys: Some(Name::new(keys)),
            body: Body::Synthetic(128),
        };
        let all = [of("a", "k1 k2"), of("b", "k2")];
        config.workload.messages = all.map(|template| Outgoing::plain(Rc::new(template))).to_vec();
    });
    let sent = sends(&cluster, producer, true);
    let found = |send: &SendRequest, name| {
        let wired = send.message.wired().expect("a batch is made as bytes");
        wired.properties.get(name).map(str::to_owned)
    };
    let found: Vec<_> = sent
        .iter()
        .map(|(_, send)| (found(send, "TAGS").unwrap(), found(send, "KEYS").unwrap()))
        .collect();
    assert_eq!(found[0].0, "a");
    assert_eq!(found[1], ("b".to_owned(), "k2".to_owned()));
    assert!(["k1 k2", "k2 k1"].contains(&found[0].1.as_str()), "{found:?}");
    assert_eq!(sizes(&cluster, producer), [2, 2, 2, 2]);
}

#[test]
fn what_is_delayed_goes_alone_and_uses_up_the_room_for_good() {
    let (cluster, producer) = stage(1, |config| {
        let way = Way { delay: Some(Delay::Level(1)), ..Way::default() };
        let delayed = Outgoing { way: Some(Rc::new(way)), ..config.workload.messages[0].clone() };
        config.workload.messages.push(delayed);
        config.workload.rounds = Some(4);
        config.rules.gathering = Some(Gathering { total: 300, ..GATHERING });
    });
    // 128 B are held while the first is sent, and 128 B for each delayed one.
    assert_eq!(sizes(&cluster, producer), [1, 1, 1]);
    assert_eq!(sends(&cluster, producer, false).len(), 5);
}

#[test]
fn of_a_batch_that_fails_only_the_thread_that_sent_it_learns_why() {
    let (cluster, producer) = stage(3, |config| {
        config.rules.max_message_size = 400;
    });
    let failed = picked!(Fact::Failed { msg, why } => (msg.seq, reason(*why)));
    let failed: Vec<_> = cluster.log.of(producer, failed).iter().map(|(_, one)| *one).collect();
    let (large, others) = (("client_too_large", 400), ("others_batch_failed", 0));
    assert_eq!(failed[..3], [(0, large), (1, others), (2, others)]);
    assert_eq!((failed.len(), sizes(&cluster, producer).len()), (6, 0));
}

#[test]
fn the_guard_waits_for_a_batch_that_is_being_sent() {
    let (cluster, producer) = stage(1, |config| {
        config.workload.pace = Pace::Open { gap: Spread::Fixed(SimSpan::secs(1)) };
        (config.retry_times, config.send_timeout) = (0, SimSpan::secs(3));
    });
    let gathered = |fact: &Fact| matches!(fact, Fact::Gathered { .. });
    let usual = cluster.log.times(producer, gathered);
    assert!((990..1_010).contains(&(usual[1] - usual[0])), "{usual:?}");

    let (mut cluster, producer, brokers) = set(1, |config| {
        config.workload.pace = Pace::Open { gap: Spread::Fixed(SimSpan::secs(1)) };
        (config.retry_times, config.send_timeout) = (0, SimSpan::secs(3));
    });
    let silent = Intervention::Pause(brokers[0], SimSpan::secs(20));
    cluster.world.intervene(at(4_900), silent);
    cluster.run_until(30_000);
    let sent = cluster.log.times(producer, gathered);
    let failed = cluster.log.times(producer, |fact| matches!(fact, Fact::Failed { .. }));
    assert_eq!((sent[1], sent.len()), (failed[0], 2), "{sent:?} {failed:?}");
    assert!((3_000..3_010).contains(&(sent[1] - sent[0])), "{sent:?}");
}

#[test]
fn without_the_setting_all_go_alone() {
    let (cluster, producer) = stage(2, |config| config.rules.gathering = None);
    assert!(sizes(&cluster, producer).is_empty());
    assert_eq!(sends(&cluster, producer, false).len(), 4);
}

/// Callbacks wait, no threads: the pool sends one batch, to the queue that the program names.
#[test]
fn asynchronous_sends_to_a_named_queue_are_gathered_too() {
    let way = Way {
        mode: Mode::Async,
        place: Place::Queue { broker: Name::new("broker-a"), id: 0 },
        ..Way::default()
    };
    let (cluster, producer) = stage(1, |config| {
        config.workload = sent(rounds("T", 6, SimSpan::millis(1)), &way);
    });
    assert_eq!(sizes(&cluster, producer).iter().sum::<usize>(), 6);
    assert!(sends(&cluster, producer, false).is_empty(), "none goes alone");
    assert!(sizes(&cluster, producer).len() <= 2, "{:?}", sizes(&cluster, producer));
    let called = cluster.log.times(producer, |fact| matches!(fact, Fact::Called { .. }));
    assert_eq!(called[5] - called[0], 5, "the program waits for nothing");
    let acknowledged = picked!(Fact::Acknowledged { msg, queue, .. } => (msg.seq, queue.id));
    let mut acknowledged: Vec<_> =
        cluster.log.of(producer, acknowledged).into_iter().map(|it| it.1).collect();
    acknowledged.sort_unstable();
    assert_eq!(acknowledged, (0..6).map(|seq| (seq, 0)).collect::<Vec<_>>());
}
