//! Several name servers: they never talk to each other, so they may differ, and a client sees what
//! the one says that it is attached to.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::NamesrvConfig;
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{picked, reason};
use crate::client_kit::{
    Cluster, ZERO, at, broker_config, client_config, producer_config, push_config, rounds,
};

/// Two name servers, and a broker that knows both and has the topic `T`.
struct Pair {
    cluster: Cluster,
    namesrvs: [NodeId; 2],
    broker: NodeId,
}

impl Pair {
    fn new() -> Self {
        let (mut cluster, first, _) = Cluster::new(7, &[], &[]);
        let config = MqDisk::NameServer(NamesrvConfig::default());
        let namesrvs = [first, cluster.add("ns-2", config, SimTime::START)];
        let mut config = broker_config("broker-a", first, &[TopicConfig::new(Name::new("T"), 4)]);
        config.namesrvs = namesrvs.to_vec();
        let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
        let broker = cluster.add("broker-a", disk, SimTime::from_nanos(1_000_000_000));
        Self { cluster, namesrvs, broker }
    }

    /// A producer that sends to a topic four times a second, from time 0 on.
    fn producer(&mut self, topic: &str) -> NodeId {
        let mut client = client_config("p1", "PG", self.namesrvs[0]);
        client.namesrvs = self.namesrvs.to_vec();
        let config = producer_config(client, rounds(topic, 10_000, SimSpan::millis(250)));
        self.cluster.add("p1", MqDisk::Producer(Box::new(config)), ZERO)
    }

    fn intervene(&mut self, millis: u64, what: Intervention<rocketscope::rocketmq::protocol::Mq>) {
        self.cluster.world.intervene(at(millis), what);
    }

    /// Whom a client asked for routes, and when; each once where it asked several times in a row.
    fn asked(&self, client: NodeId) -> Vec<NodeId> {
        let asked = picked!(Fact::RouteAsked { server, .. } => *server);
        let asked = self.cluster.log.of(client, asked).into_iter().map(|(_, server)| server);
        let mut asked: Vec<_> = asked.collect();
        asked.dedup();
        asked
    }

    fn registrations(&self, namesrv: usize) -> Vec<(i64, &'static str)> {
        let why = picked!(Fact::BrokerRegistered { why, .. } => reason(*why).0);
        self.cluster.log.of(self.namesrvs[namesrv], why)
    }

    fn failures(&self, client: NodeId) -> Vec<i64> {
        self.cluster.log.times(client, |fact| matches!(fact, Fact::Failed { .. }))
    }

    /// How many queues of a topic a client was told of, and when.
    fn answers(&self, client: NodeId, of: &str) -> Vec<(i64, u32)> {
        let answers = picked!(Fact::RouteAnswered { topic, queues, .. } => (*topic, *queues));
        let answers = self.cluster.log.of(client, answers).into_iter();
        let of_topic = answers.filter(|(_, (topic, _))| topic.as_str() == of);
        of_topic.map(|(at, (_, queues))| (at, queues)).collect()
    }
}

#[test]
fn a_broker_registers_with_each_and_a_client_stays_with_one_until_it_dies() {
    let mut pair = Pair::new();
    let producer = pair.producer("T");
    pair.cluster.run_until(70_000);
    assert_eq!(pair.registrations(0), pair.registrations(1));
    assert_eq!(pair.registrations(0).len(), 4, "at the start, 10 s later, and every 30 s");
    let first = pair.asked(producer);
    assert_eq!(first.len(), 1, "one name server for all questions");
    pair.intervene(70_000, Intervention::Kill(first[0], End::Crashed));
    pair.cluster.run_until(130_000);
    let asked = pair.asked(producer);
    let other = pair.namesrvs[usize::from(first[0] == pair.namesrvs[0])];
    assert_eq!(asked.last(), Some(&other), "{asked:?}");
    assert!(pair.failures(producer).is_empty(), "who sends needs no name server");
}

#[test]
fn a_name_server_that_is_cut_off_from_a_broker_forgets_it_and_its_clients_keep_what_they_know() {
    let mut pair = Pair::new();
    let producer = pair.producer("T");
    pair.cluster.run_until(5000);
    let [attached] = pair.asked(producer)[..] else { panic!("it stays with one") };
    pair.intervene(5000, Intervention::Cut(attached, pair.broker));
    // It heard of the broker last when that started, and looks every 5 s.
    pair.cluster.run_until(119_000);
    assert!(pair.answers(producer, "T").iter().all(|(_, queues)| *queues == 4), "so far");
    pair.cluster.run_until(200_000);
    let gone = picked!(Fact::BrokerForgotten { why, .. } => reason(*why));
    assert_eq!(pair.cluster.log.of(attached, gone), [(122_000, ("broker_expired", 120_000))]);
    let answers = pair.answers(producer, "T");
    assert_eq!(answers.last().map(|(_, queues)| *queues), Some(0), "{answers:?}");
    assert!(pair.failures(producer).is_empty(), "a route that is known is kept");
    // A client that starts now depends on whom it is attached to.
    let late = |pair: &mut Pair, name: &str, namesrv: NodeId| {
        let client = client_config(name, "Late", namesrv);
        let config = push_config(client, &[("T", "*")]);
        let now = pair.cluster.world.now();
        pair.cluster.add(name, MqDisk::PushConsumer(Box::new(config)), now)
    };
    let other = pair.namesrvs[usize::from(attached == pair.namesrvs[0])];
    let (blind, seeing) = (late(&mut pair, "c1", attached), late(&mut pair, "c2", other));
    pair.cluster.run_until(210_000);
    let owned = |pair: &Pair, client| {
        let is_of_topic =
            |fact: &Fact| matches!(fact, Fact::Owned { queue, .. } if queue.topic.as_str() == "T");
        pair.cluster.log.times(client, is_of_topic).len()
    };
    assert_eq!((owned(&pair, blind), owned(&pair, seeing)), (0, 4), "one sees, one does not");
    pair.intervene(210_000, Intervention::Mend(attached, pair.broker));
    pair.cluster.run_until(270_000);
    assert!(owned(&pair, blind) > 0, "it was told when the broker came back to its name server");
}

#[test]
fn a_topic_that_is_made_while_a_name_server_is_cut_off_is_known_to_the_other_one_only() {
    let mut pair = Pair::new();
    let producer = pair.producer("New");
    pair.intervene(0, Intervention::Cut(pair.namesrvs[0], pair.broker));
    pair.cluster.run_until(40_000);
    let [attached] = pair.asked(producer)[..] else { panic!("it stays with one") };
    let queues = pair.answers(producer, "New").last().map(|(_, queues)| *queues);
    let is_cut_off = attached == pair.namesrvs[0];
    assert_eq!(queues, Some(if is_cut_off { 0 } else { 4 }));
    let told = |namesrv| {
        let of_topic = pair.registrations(namesrv).into_iter();
        of_topic.filter(|(_, why)| *why == "register_new_topic").count()
    };
    assert_eq!((told(0), told(1)), (0, 1));
}

#[test]
fn a_name_server_that_starts_again_knows_nothing_until_brokers_register_at_their_period() {
    let mut pair = Pair::new();
    let producer = pair.producer("T");
    pair.cluster.run_until(9000);
    let [attached] = pair.asked(producer)[..] else { panic!("it stays with one") };
    let at_fault = usize::from(attached == pair.namesrvs[1]);
    pair.intervene(9000, Intervention::Kill(attached, End::Crashed));
    pair.intervene(9500, Intervention::Start(attached));
    pair.cluster.run_until(70_000);
    let back: Vec<_> = pair.registrations(at_fault).into_iter().filter(|it| it.0 > 9000).collect();
    assert_eq!(back[0], (38_000, "register_period"), "nothing tells the broker sooner");
    let other = usize::from(at_fault == 0);
    assert!(pair.registrations(other).iter().all(|(_, why)| *why != "broker_closed"));
    assert!(pair.failures(producer).is_empty());
}
