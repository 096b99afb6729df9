//! A broker and its name server, asked by hand: outsiders connect, send typed requests and look at
//! what comes back and at what the broker stated meanwhile.

use std::rc::Rc;

use rocketscope::facts::{Fact, MsgKey, Why};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::ConnId;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::BrokerConfig;
use rocketscope::rocketmq::message::{Body, Message, ProcessIdentity, Template};
use rocketscope::rocketmq::protocol::Mq;
use rocketscope::rocketmq::reasons::VOCABULARY;
use rocketscope::rocketmq::remoting::{
    ConsumerData, Heartbeat, Packet, PullRequest, Pulled, Reply, ReplyBody, Request, Route,
    SendRequest, Subscription, TagExpression, sys_flag,
};
use rocketscope::rocketmq::topic::TBW102;

use crate::client_kit::{Cluster, Entry, ZERO, broker_config};

/// A broker, a name server, and outsiders.
pub(crate) struct Bench {
    pub(crate) cluster: Cluster,
    pub(crate) namesrv: NodeId,
    pub(crate) broker: NodeId,
    /// What nodes ask each other is written down.
    pub(crate) watched: bool,
    next_opaque: u32,
    /// What came to the outsiders and was not asked for yet: ms since time 0, connection, packet.
    inbox: Vec<(f64, ConnId, Packet)>,
}

/// An outsider's connection.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) node: NodeId,
    pub(crate) conn: ConnId,
}

impl Bench {
    /// A broker with the defaults that started 2 s before time 0; time is 0 now.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same with other settings.
    pub(crate) fn with(tune: impl FnOnce(&mut BrokerConfig)) -> Self {
        let (mut cluster, namesrv, _) = Cluster::new(7, &[], &[]);
        let mut config = broker_config("broker-a", namesrv, &[]);
        tune(&mut config);
        let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
        let broker = cluster.add("broker-a", disk, SimTime::from_nanos(1_000_000_000));
        Self::of(cluster, namesrv, broker)
    }

    /// The same with a cluster that is there already.
    pub(crate) fn of(cluster: Cluster, namesrv: NodeId, broker: NodeId) -> Self {
        let (watched, next_opaque, inbox) = (false, 1, Vec::new());
        let mut bench = Self { cluster, namesrv, broker, watched, next_opaque, inbox };
        bench.run_to(ZERO);
        bench
    }

    /// ms since time 0.
    pub(crate) fn now(&self) -> f64 {
        since_zero(self.cluster.world.now())
    }

    /// Runs for so long.
    pub(crate) fn run(&mut self, millis: u64) {
        self.run_to(self.cluster.world.now() + SimSpan::millis(millis));
    }

    /// Runs until so many ms after time 0.
    pub(crate) fn run_until(&mut self, millis: u64) {
        self.run_to(ZERO + SimSpan::millis(millis));
    }

    fn run_to(&mut self, end: SimTime) {
        // An event at the end keeps the world's clock from staying behind it.
        self.intervene_at(end, Intervention::Mend(self.namesrv, self.broker));
        if self.watched {
            self.cluster.run_to(end);
        } else {
            self.cluster.world.run_until(end, &mut self.cluster.log);
        }
        let came = self.cluster.world.take_outbox();
        let came = came.into_iter().map(|(at, conn, packet)| (since_zero(at), conn, packet));
        self.inbox.extend(came);
    }

    fn intervene_at(&mut self, at: SimTime, intervention: Intervention<Mq>) {
        self.cluster.world.intervene(at, intervention);
    }

    pub(crate) fn intervene(&mut self, intervention: Intervention<Mq>) {
        self.intervene_at(self.cluster.world.now(), intervention);
    }

    /// A new outsider with a connection to a node.
    pub(crate) fn connect(&mut self, name: &str, to: NodeId) -> Line {
        let node = self.cluster.world.add_outsider(Name::new(name));
        self.intervene(Intervention::Connect { from: node, to });
        self.run(1);
        let conn = self.cluster.world.newest_connection(node).expect("it was just asked for");
        Line { node, conn }
    }

    pub(crate) fn hang_up(&mut self, line: Line) {
        self.intervene(Intervention::Disconnect { from: line.node, conn: line.conn });
    }

    pub(crate) fn kill(&mut self, end: End) {
        self.intervene(Intervention::Kill(self.broker, end));
        self.run(1);
    }

    pub(crate) fn start(&mut self) {
        self.intervene(Intervention::Start(self.broker));
        self.run(2);
    }

    /// Sends a request; its number.
    pub(crate) fn send(&mut self, line: Line, request: Request) -> u32 {
        let opaque = self.next_opaque;
        self.next_opaque += 1;
        let packet = Packet::Request { opaque, oneway: false, request };
        let (from, conn) = (line.node, line.conn);
        self.intervene(Intervention::Packet { from, conn, packet });
        opaque
    }

    /// The reply to a request, and when it came, if it came.
    pub(crate) fn reply(&mut self, opaque: u32) -> Option<(f64, Reply)> {
        let is_it = |packet: &Packet| match packet {
            Packet::Reply { opaque: of, .. } => *of == opaque,
            Packet::Request { .. } | Packet::Ha(_) => false,
        };
        let at = self.inbox.iter().position(|(_, _, packet)| is_it(packet))?;
        match self.inbox.remove(at) {
            (at, _, Packet::Reply { reply, .. }) => Some((at, reply)),
            (_, _, Packet::Request { .. } | Packet::Ha(_)) => unreachable!("it is a reply"),
        }
    }

    /// What the broker asked of an outsider since the last look: when, and what.
    pub(crate) fn pushed(&mut self, line: Line) -> Vec<Request> {
        self.questions(line).into_iter().map(|(_, request)| request).collect()
    }

    /// The same with the numbers of the requests.
    pub(crate) fn questions(&mut self, line: Line) -> Vec<(u32, Request)> {
        let mut pushed = Vec::new();
        self.inbox.retain(|(_, conn, packet)| match packet {
            Packet::Request { opaque, request, .. } if *conn == line.conn => {
                pushed.push((*opaque, request.clone()));
                false
            }
            Packet::Request { .. } | Packet::Reply { .. } | Packet::Ha(_) => true,
        });
        pushed
    }

    /// Answers what the broker asked.
    pub(crate) fn answer(&mut self, line: Line, opaque: u32, reply: Reply) {
        let packet = Packet::Reply { opaque, to: 0, reply };
        let (from, conn) = (line.node, line.conn);
        self.intervene(Intervention::Packet { from, conn, packet });
    }

    /// Sends a request and waits 30 ms for the reply.
    pub(crate) fn ask(&mut self, line: Line, request: Request) -> Reply {
        let opaque = self.send(line, request);
        self.run(30);
        self.reply(opaque).expect("an answer comes within 30 ms").1
    }

    /// Sends a message; code and place.
    pub(crate) fn put(&mut self, line: Line, send: SendRequest) -> Result<(u32, u64, u64), u16> {
        let reply = self.ask(line, Request::SendMessage(Rc::new(send)));
        let ReplyBody::Sent { queue, offset, physical } = reply.body else {
            return Err(reply.code);
        };
        Ok((queue, offset, physical))
    }

    /// Asks for messages and waits for the answer.
    pub(crate) fn pull(&mut self, line: Line, pull: PullRequest) -> (u16, Option<Pulled>) {
        let reply = self.ask(line, Request::Pull(pull));
        (reply.code, pulled(&reply))
    }

    pub(crate) fn route(&mut self, line: Line, topic: &str) -> Option<Rc<Route>> {
        let reply = self.ask(line, Request::GetRoute { topic: Name::new(topic) });
        let ReplyBody::Route(route) = reply.body else {
            assert_eq!(reply.code, 17);
            return None;
        };
        Some(route)
    }

    /// What the broker stated, as a function picks it.
    pub(crate) fn said<T>(&self, find: impl Fn(&Fact) -> Option<T>) -> Vec<T> {
        self.stated(find).into_iter().map(|(_, found)| found).collect()
    }

    /// The same with times in ms.
    pub(crate) fn stated<T>(&self, find: impl Fn(&Fact) -> Option<T>) -> Vec<(i64, T)> {
        self.cluster.log.of(self.broker, find)
    }

    /// Everything that was stated, by any node.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.cluster.log.entries
    }
}

fn since_zero(at: SimTime) -> f64 {
    (at.as_nanos().cast_signed() - ZERO.as_nanos().cast_signed()) as f64 / 1e6
}

/// The answer's messages and offsets.
pub(crate) fn pulled(reply: &Reply) -> Option<Pulled> {
    if let ReplyBody::Pulled(pulled) = &reply.body { Some(pulled.clone()) } else { None }
}

/// The answer's offset.
pub(crate) fn offset_of(reply: &Reply) -> Option<u64> {
    if let ReplyBody::Offset(offset) = reply.body { Some(offset) } else { None }
}

/// Picks what a pattern binds out of facts.
macro_rules! picked {
    ($fact:pat => $value:expr) => {
        |fact: &Fact| if let $fact = fact { Some($value) } else { None }
    };
}
pub(crate) use picked;

/// Key of a reason, and its value.
pub(crate) fn reason(why: Why) -> (&'static str, u32) {
    (VOCABULARY.reason(why.reason).key, why.value)
}

/// A message: topic, tag, keys and body.
pub(crate) fn message(seq: u32, topic: &str, tag: Option<&str>, body: Body) -> Message {
    keyed(seq, topic, (tag, None), body)
}

/// The same with keys.
pub(crate) fn keyed(
    seq: u32,
    topic: &str,
    (tag, keys): (Option<&str>, Option<&str>),
    body: Body,
) -> Message {
    let (tag, keys) = (tag.map(Name::new), keys.map(Name::new));
    let template = Rc::new(Template { topic: Name::new(topic), tag, keys, body });
    let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 1, loader: 1 };
    let key = MsgKey { producer: NodeId(90), seq };
    Message { key, template, round: 0, born: 1_700_000_000_000, maker }
}

/// A send to a queue as clients with 8 default queues make it.
pub(crate) fn send(message: Message, queue: i32) -> SendRequest {
    SendRequest {
        group: Name::new("PG"),
        topic: message.template.topic,
        default_topic: Name::new(TBW102),
        default_queues: 8,
        queue,
        message,
        max_reconsume: None,
        batch: None,
    }
}

/// A short text for a queue.
pub(crate) fn text(topic: &str, tag: &str, queue: i32, body: &str) -> SendRequest {
    send(message(0, topic, Some(tag), Body::Text(body.to_owned())), queue)
}

/// A pull of a pull consumer: it carries its subscription and does not want to wait.
pub(crate) fn pull(topic: &str, queue: u32, offset: u64, tags: &str) -> PullRequest {
    PullRequest {
        group: Name::new("G"),
        topic: Name::new(topic),
        queue,
        offset,
        max_messages: 32,
        sys_flag: sys_flag::SUBSCRIPTION,
        commit_offset: 0,
        suspend_timeout: 0,
        sub_version: 0,
        tags: TagExpression::new(tags),
    }
}

/// The same, willing to wait so many ms.
pub(crate) fn patient(topic: &str, offset: u64, tags: &str, millis: u32) -> PullRequest {
    PullRequest {
        sys_flag: sys_flag::SUBSCRIPTION | sys_flag::SUSPEND,
        suspend_timeout: millis,
        ..pull(topic, 0, offset, tags)
    }
}

/// A consumer's heartbeat for one topic.
pub(crate) fn heartbeat(
    client: &str,
    group: &str,
    (topic, tags): (&str, &str),
    version: i64,
) -> Request {
    let subscription =
        Subscription { topic: Name::new(topic), tags: TagExpression::new(tags), version };
    let subscriptions = vec![subscription];
    let consumer = ConsumerData::new(Name::new(group), true, subscriptions);
    let client = Name::new(client);
    Request::Heartbeat(Rc::new(Heartbeat { client, producers: vec![], consumers: vec![consumer] }))
}
