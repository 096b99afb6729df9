//! Selectors of queues: the program's thread asks one before its send begins, and what it takes is
//! as good as a queue that the program names.
//!
//! Expectations are those of `DefaultMQProducer.send` with a `MessageQueueSelector`, and of
//! `DefaultMQProducerImpl.invokeMessageQueueSelector`.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::intervention::Intervention;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::ProducerConfig;
use rocketscope::rocketmq::sending::{Gathering, Mode, Outgoing, Pace, Place, Way};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{picked, reason};
use crate::client_kit::{Cluster, at, client_config, producer_config, rounds, sent};

const GATHERING: Gathering =
    Gathering { delay: SimSpan::millis(10), bytes: 32 << 10, total: 32 << 20 };

/// A producer that calls at 7 s, and knows no route. The name server is silent until 9 s where that
/// is wanted.
struct Stage {
    cluster: Cluster,
    producer: NodeId,
    broker: NodeId,
}

impl Stage {
    fn new(way: &Way, count: u32, edit: impl FnOnce(&mut ProducerConfig)) -> Self {
        let topic = TopicConfig::new(Name::new("T"), 1);
        let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a"], &[topic]);
        let workload = sent(rounds("T", count, SimSpan::millis(1)), way);
        let mut config = producer_config(client_config("p1", "PG", namesrv), workload);
        config.workload.first_after = SimSpan::secs(2);
        edit(&mut config);
        let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(5_000));
        let silent = Intervention::Pause(namesrv, SimSpan::millis(2_100));
        cluster.world.intervene(at(6_900), silent);
        Self { cluster, producer, broker: brokers[0] }
    }

    fn times(&self, wanted: impl Fn(&Fact) -> bool) -> Vec<i64> {
        self.cluster.log.times(self.producer, wanted)
    }

    fn chosen(&self) -> Vec<(u32, (&'static str, u32))> {
        let chosen = picked!(Fact::QueueChosen { msg, why, .. } => (msg.seq, reason(*why)));
        self.cluster.log.of(self.producer, chosen).into_iter().map(|(_, one)| one).collect()
    }
}

fn way(mode: Mode, place: Place) -> Way {
    Way { mode, place, ..Way::default() }
}

#[test]
fn the_time_of_a_send_begins_when_its_queue_is_selected() {
    let fails = |place| {
        let mut stage = Stage::new(&way(Mode::Sync, place), 1, |_| {});
        let silent = Intervention::Pause(stage.broker, SimSpan::secs(20));
        stage.cluster.world.intervene(at(6_900), silent);
        stage.cluster.run_until(20_000);
        let failed = stage.times(|fact| matches!(fact, Fact::Failed { .. }));
        let [failed] = failed[..] else { panic!("{failed:?}") };
        failed
    };
    let named = Place::Queue { broker: Name::new("broker-a"), id: 0 };
    assert_eq!(fails(named), 10_000, "3 s from the call");
    assert!((12_000..12_010).contains(&fails(Place::Hash)), "3 s from the selector's answer");
}

#[test]
fn a_program_that_asks_a_selector_waits_for_the_route_also_where_a_callback_takes_the_answer() {
    let between = |place| {
        let mut stage = Stage::new(&way(Mode::Async, place), 2, |_| {});
        stage.cluster.run_until(20_000);
        let called = stage.times(|fact| matches!(fact, Fact::Called { .. }));
        let acknowledged = stage.times(|fact| matches!(fact, Fact::Acknowledged { .. }));
        assert_eq!(acknowledged.len(), 2);
        called[1] - called[0]
    };
    assert_eq!(between(Place::Rotation), 1);
    assert!((2_000..2_010).contains(&between(Place::Hash)));
}

/// A program's thread that waits for the route as long as a send may take gives up by itself.
#[test]
fn a_selector_that_is_asked_too_late_ends_the_call() {
    for mode in [Mode::Sync, Mode::Async] {
        let mut stage = Stage::new(&way(mode, Place::Hash), 2, |config| {
            config.send_timeout = SimSpan::secs(1);
        });
        stage.cluster.run_until(20_000);
        let failed = picked!(Fact::Failed { msg, why } => (msg.seq, reason(*why)));
        let failed = stage.cluster.log.of(stage.producer, failed);
        let [(at, (0, ("call_timeout", 1_000)))] = failed[..] else { panic!("{failed:?}") };
        assert!((9_000..9_010).contains(&at), "{at}");
        let acknowledged = stage.times(|fact| matches!(fact, Fact::Acknowledged { .. }));
        assert_eq!(acknowledged.len(), 1, "the next one knows the route");
    }
}

#[test]
fn what_a_selector_took_is_gathered_with_what_goes_to_the_same_queue_by_name() {
    let hash = way(Mode::Async, Place::Hash);
    let mut stage = Stage::new(&hash, 1, |config| {
        config.rules.gathering = Some(GATHERING);
        let named = way(Mode::Async, Place::Queue { broker: Name::new("broker-a"), id: 0 });
        let first = config.workload.messages[0].clone();
        let named = Outgoing { way: Some(Rc::new(named)), ..first };
        config.workload.messages.push(named);
    });
    stage.cluster.run_until(20_000);
    let requests = stage.cluster.times_of(stage.producer, 310);
    assert_eq!(requests.len(), 1);
    assert_eq!(stage.chosen(), [(0, ("selected_by_hash", 0)), (1, ("queue_given", 0))]);
    let gathered = picked!(Fact::Gathered { why, .. } => reason(*why));
    let gathered = stage.cluster.log.of(stage.producer, gathered);
    assert!(gathered.len() == 2 && gathered.iter().all(|(_, why)| *why == ("gathered", 2)));
    let acknowledged = picked!(Fact::Acknowledged { msg, offset, .. } => (msg.seq, *offset));
    let acknowledged = stage.cluster.log.of(stage.producer, acknowledged);
    assert!(matches!(acknowledged[..], [(_, (0, 0)), (_, (1, 1))]), "{acknowledged:?}");
}

#[test]
fn threads_whose_selectors_take_one_queue_share_a_request() {
    let mut stage = Stage::new(&way(Mode::Sync, Place::Random), 4, |config| {
        config.rules.gathering = Some(GATHERING);
        config.workload.pace = Pace::Closed { senders: 4, pause: Spread::ZERO };
    });
    stage.cluster.run_until(20_000);
    assert_eq!(stage.cluster.times_of(stage.producer, 310).len(), 1);
    let chosen: Vec<_> = stage.chosen().into_iter().map(|(seq, (why, _))| (seq, why)).collect();
    assert_eq!(chosen, [0, 1, 2, 3].map(|seq| (seq, "selected_at_random")));
    let acknowledged = stage.times(|fact| matches!(fact, Fact::Acknowledged { .. }));
    assert!(acknowledged.len() == 4 && acknowledged[0] == acknowledged[3], "{acknowledged:?}");
}

#[test]
fn a_selector_that_takes_nothing_fails_before_anything_is_gathered() {
    let mut stage = Stage::new(&way(Mode::Async, Place::MachineRoom), 1, |config| {
        config.rules.gathering = Some(GATHERING);
    });
    stage.cluster.run_until(20_000);
    let failed = picked!(Fact::Failed { why, .. } => reason(*why));
    let failed = stage.cluster.log.of(stage.producer, failed);
    assert!(matches!(failed[..], [(_, ("selector_failed", 0))]), "{failed:?}");
    assert!(stage.times(|fact| matches!(fact, Fact::Gathered { .. })).is_empty());
}
