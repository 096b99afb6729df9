//! What is asked and what goes wrong: drawn at random, each seed with its own preferences.

use std::rc::Rc;

use crate::kernel::disk::DiskProfile;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::rng::Rng;
use crate::kernel::time::SimSpan;
use crate::kernel::world::Intervention;
use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template, Wired};
use crate::rocketmq::properties::{KEYS, Properties, TAGS, UNIQ_KEY};
use crate::rocketmq::protocol::Order;
use crate::rocketmq::remoting::{
    AckRequest, AdminRequest, EndTransaction, MessageQuery, PopHandle, PopKind, PopRequest,
    PullRequest, Recall, RecallHandle, Request, ResetOffsets, SendRequest, TagExpression, sys_flag,
};
use crate::rocketmq::topic::{TBW102, TopicConfig};

use super::books::{Asked, At, Books, pull};
use super::world::Site;
use crate::cli::swarm::Counts;

/// How often a kind is drawn at most, relative to the others.
const WEIGHTS: [u64; 12] = [30, 15, 6, 4, 4, 4, 25, 6, 10, 8, 2, 10];

pub(super) struct Acts {
    weights: [u64; WEIGHTS.len()],
    templates: Vec<Rc<Template>>,
}

impl Acts {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let mut weights = WEIGHTS.map(|most| rng.below(most + 1) * u64::from(rng.below(5) > 0));
        weights[0] = weights[0].max(1);
        let template = |_| {
            let (topic, tag) = (topic(rng), (rng.below(2) == 0).then(|| Name::new("TagA")));
            let keys = (rng.below(2) == 0).then(|| Name::new("key-1 key-2"));
            let sizes = [5, 128, 4_000];
            let body = Body::Synthetic(sizes[rng.index(3)]);
            Rc::new(Template { topic, tag, keys, body })
        };
        Self { weights, templates: (0..4).map(template).collect() }
    }

    pub(super) fn act(
        &mut self,
        site: &mut Site,
        books: &mut Books,
        rng: &mut Rng,
        counts: &mut Counts,
    ) {
        match super::super::draw(&self.weights, rng) {
            0 => self.send(site, books, rng),
            1 => send_wired(site, books, rng, None),
            2 => send_batch(site, books, rng),
            3 => {
                let delays = [
                    ("DELAY", "1"),
                    ("DELAY", "3"),
                    ("TIMER_DELAY_MS", "1"),
                    ("TIMER_DELAY_MS", "2500"),
                    ("TIMER_DELAY_SEC", "4"),
                    ("TIMER_DELAY_SEC", "200000"),
                    ("TIMER_DELIVER_MS", "7"),
                ];
                let delay = delays[rng.index(delays.len())];
                send_wired(site, books, rng, Some(delay));
            }
            4 => send_wired(site, books, rng, Some(("TRAN_MSG", "true"))),
            5 => end_transaction(site, books, rng),
            6 => ask_pull(site, books, rng),
            7 => offsets(site, books, rng),
            8 => pops(site, books, rng),
            9 => administer(site, books, rng),
            10 => doom(site, books, rng),
            _ => mishap(site, books, rng, counts),
        }
    }

    fn send(&mut self, site: &mut Site, books: &mut Books, rng: &mut Rng) {
        let template = Rc::clone(&self.templates[rng.index(self.templates.len())]);
        let message = message(site, template);
        let (key, topic) = (message.key, message.template.topic);
        books.sent.insert(key, topic);
        let opaque = site.ask(request(message, rng, None), false);
        books.expect(opaque, Asked::Send { key, topic, parts: 1 });
    }
}

fn topic(rng: &mut Rng) -> Name {
    Name::new(["Orders", "Orders", "Bills", "Doomed"][rng.index(4)])
}

fn at(rng: &mut Rng) -> At {
    (topic(rng), u32::try_from(rng.below(3)).expect("small"))
}

fn message(site: &Site, template: Rc<Template>) -> Message {
    let maker = ProcessIdentity { ip: [10, 0, 0, 9], pid: 9, loader: 9 };
    Message { key: site.key(), template, round: 0, born: site.wall(), maker }
}

fn request(message: Message, rng: &mut Rng, batch: Option<Vec<Message>>) -> Request {
    let queue = [-1, 0, 0, 1, 2, 9][rng.index(6)];
    Request::SendMessage(Rc::new(SendRequest {
        group: Name::new("Senders"),
        topic: message.template.topic,
        default_topic: Name::new(TBW102),
        default_queues: 4,
        queue,
        message,
        max_reconsume: None,
        batch,
    }))
}

fn wired(topic: Name, extra: Option<(&str, &str)>, rng: &mut Rng) -> Rc<Template> {
    let mut properties = Properties::default();
    properties.set(UNIQ_KEY, &format!("{:032X}", rng.below(1_000)));
    properties.set(KEYS, "key-2");
    properties.set(TAGS, "TagB");
    properties.set("PGROUP", "Senders");
    if let Some((name, value)) = extra {
        properties.set(name, value);
    }
    let body = vec![b'y'; 1 + rng.index(500)];
    let (flag, sys_flag, reconsume_times, prepared) = (0, 0, 0, 0);
    let wired = Wired { properties, body, flag, sys_flag, reconsume_times, prepared };
    let (tag, body) = (Some(Name::new("TagB")), Body::Wired(Rc::new(wired)));
    Rc::new(Template { topic, tag, keys: None, body })
}

/// An ordinary one, a delayed one, or the half of a transaction.
fn send_wired(site: &mut Site, books: &mut Books, rng: &mut Rng, extra: Option<(&str, &str)>) {
    let topic = topic(rng);
    let message = message(site, wired(topic, extra, rng));
    let key = message.key;
    books.sent.insert(key, topic);
    let is_half = extra.is_some_and(|(name, _)| name == "TRAN_MSG");
    if is_half {
        books.half_keys.insert(key);
    }
    let opaque = site.ask(request(message, rng, None), false);
    // A delayed message is acknowledged with its place among the delayed ones.
    let asked = match extra {
        Some(_) if !is_half => Asked::Other,
        Some(_) | None => Asked::Send { key, topic, parts: 1 },
    };
    books.expect(opaque, asked);
}

fn send_batch(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    let topic = topic(rng);
    let whole = message(site, wired(topic, None, rng));
    let parts = 2 + rng.index(5);
    let batch = (0..parts).map(|_| Message { template: wired(topic, None, rng), ..whole.clone() });
    let batch = Some(batch.collect());
    let key = whole.key;
    books.sent.insert(key, topic);
    let opaque = site.ask(request(whole, rng, batch), false);
    books.expect(opaque, Asked::Send { key, topic, parts });
}

fn end_transaction(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    if books.halves.is_empty() {
        return;
    }
    let (key, half, physical) = books.halves.remove(rng.index(books.halves.len()));
    let decision = [8, 8, 12, 0][rng.index(4)];
    if decision == 12 {
        books.rolled_back.insert(key);
    }
    let (group, from_check) = (Name::new("Senders"), rng.below(2) == 0);
    let end = EndTransaction { group, half, physical, decision, from_check };
    let opaque = site.ask(Request::Admin(Rc::new(AdminRequest::EndTransaction(end))), true);
    books.expect(opaque, Asked::Other);
}

fn ask_pull(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    let (at, offset) = (at(rng), rng.below(60));
    let most = [1, 8, 32, 100][rng.index(4)];
    let tags = TagExpression::new(["*", "*", "TagA", "TagB"][rng.index(4)]);
    let suspend = if rng.below(3) == 0 { sys_flag::SUSPEND } else { 0 };
    let plain = pull(at, offset, most);
    let sys_flag = plain.sys_flag | suspend;
    let suspend_timeout = u32::try_from(rng.below(6_000)).expect("small");
    let pull = PullRequest { tags, sys_flag, suspend_timeout, ..plain };
    let opaque = site.ask(Request::Pull(pull), false);
    books.expect(opaque, Asked::Pull { at, offset });
}

fn offsets(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    let (at, group) = (at(rng), Name::new("Readers"));
    let (topic, queue) = at;
    if rng.below(2) == 0 {
        let offset = rng.below(60);
        books.committed.entry(at).or_default().insert(offset);
        let offset = offset.cast_signed();
        let opaque = site.ask(Request::UpdateOffset { group, topic, queue, offset }, false);
        return books.expect(opaque, Asked::Other);
    }
    let or_zero = rng.below(2) == 0;
    let opaque = site.ask(Request::QueryOffset { group, topic, queue, or_zero }, false);
    books.expect(opaque, Asked::Offset { at });
}

fn pops(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    let ((topic, queue), group) = (at(rng), Name::new("Poppers"));
    let kinds = [PopKind::Peeks, PopKind::Asks, PopKind::Counts, PopKind::Pops];
    let admin = if rng.below(2) == 0 {
        AdminRequest::Pop(PopRequest {
            group,
            topic,
            queue: queue.cast_signed() - i32::from(rng.below(2) == 0),
            most: 1 + u32::try_from(rng.below(32)).expect("small"),
            invisible: strange(1_000 + rng.below(5_000).cast_signed(), rng),
            poll_millis: strange(rng.below(3_000).cast_signed(), rng),
            born: strange(site.wall(), rng),
            tags: TagExpression::ALL,
            from_last: rng.below(2) == 0,
            in_order: rng.below(4) == 0,
            attempt: None,
            kind: kinds[rng.index(8).min(3)],
        })
    } else {
        let ack = acknowledgement(site, rng);
        match rng.below(4) {
            0 => AdminRequest::ChangeInvisible(ack, strange(2_000, rng)),
            1 => AdminRequest::BatchAck(vec![ack]),
            _ => AdminRequest::Ack(ack),
        }
    };
    let opaque = site.ask(Request::Admin(Rc::new(admin)), false);
    books.expect(opaque, Asked::Other);
}

/// Now and then a number that nobody means.
fn strange(usual: i64, rng: &mut Rng) -> i64 {
    [usual, i64::MAX, i64::MIN, -1, 0][rng.index(40).saturating_sub(35)]
}

/// Of something that was popped lately, or never.
fn acknowledgement(site: &mut Site, rng: &mut Rng) -> AckRequest {
    let ((topic, queue), group) = (at(rng), Name::new("Poppers"));
    let start = rng.below(40);
    let (offsets, broker) = (vec![start + rng.below(3)], Name::new("broker-a"));
    let popped = site.wall() - rng.below(3_000).cast_signed();
    let revive = [0, 1, 5, 8, 999][rng.index(5)];
    let (popped, invisible) = (strange(popped, rng), strange(2_000, rng));
    let handle = PopHandle { start, popped, invisible, revive, broker };
    let retry = Name::new(&format!("%RETRY%{group}_{topic}"));
    let topic = if rng.below(5) == 0 { retry } else { topic };
    AckRequest { group, topic, queue, offsets, handle }
}

fn administer(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    let ((topic, queue), group) = (at(rng), Name::new("Admins"));
    let physical = books.places.get(rng.index(books.places.len() + 1)).copied();
    let physical = physical.unwrap_or_else(|| rng.below(9_000));
    let millis = site.wall() - rng.below(60_000).cast_signed();
    let key = ["key-1", "key-2", "nothing"][rng.index(3)];
    let request = match rng.below(16) {
        0 => AdminRequest::TopicStats { topic },
        1 => AdminRequest::ConsumeStats { group, topics: vec![topic], named: false },
        2 => AdminRequest::SearchOffset { topic, queue, millis, upper: rng.below(2) == 0 },
        3 => AdminRequest::EarliestTime { topic, queue },
        4 => AdminRequest::QueryMessages(MessageQuery {
            topic,
            key: Rc::from(key),
            unique: rng.below(3) == 0,
            most: 20,
            begin: millis,
            end: i64::MAX,
        }),
        5 => AdminRequest::ViewMessage { physical },
        6 => AdminRequest::ResetOffsets(ResetOffsets {
            group,
            topic,
            queue: queue.cast_signed() - 1,
            offset: None,
            millis,
            force: false,
            for_c: false,
        }),
        7 => AdminRequest::QueueEntries {
            group: Some(group),
            topic,
            queue,
            first: rng.below(30),
            count: 9,
        },
        8 => AdminRequest::SendBack { group, physical, level: 0, max_reconsume: Some(2) },
        9 => AdminRequest::ResumeCheck { physical },
        10 => AdminRequest::AllProducers,
        11 => AdminRequest::RuntimeInfo,
        12 => AdminRequest::TopicStatistics { name: Name::new("TOPIC_PUT_SIZE"), key: topic },
        13 => {
            let key = Rc::from(format!("{:032X}", rng.below(1_000)));
            let (broker, millis) = (Name::new("broker-a"), site.wall() + 3_000);
            let handle = Some(RecallHandle { topic, broker, millis, key });
            AdminRequest::Recall(Recall { group, topic, handle })
        }
        14 => AdminRequest::EarliestTime { topic, queue },
        _ => AdminRequest::GroupsOfTopic { topic },
    };
    let opaque = site.ask(Request::Admin(Rc::new(request)), false);
    books.expect(opaque, Asked::Other);
}

/// A topic of its own comes and goes.
fn doom(site: &mut Site, books: &mut Books, rng: &mut Rng) {
    let topic = Name::new("Doomed");
    let request = if rng.below(2) == 0 {
        AdminRequest::SetTopic(TopicConfig::new(topic, 3))
    } else {
        books.deleted.insert(topic);
        AdminRequest::DeleteTopic { topic, code: 215 }
    };
    let opaque = site.ask(Request::Admin(Rc::new(request)), false);
    books.expect(opaque, Asked::Other);
}

fn mishap(site: &mut Site, books: &mut Books, rng: &mut Rng, counts: &mut Counts) {
    let broker = site.broker;
    let span = SimSpan::millis(1 + rng.below(4_000));
    if !site.is_up() {
        counts.recoveries += 1;
        return site.start();
    }
    match rng.below(9) {
        kind @ (0 | 1) => {
            let end = if kind == 0 { End::Crashed } else { End::PowerLost };
            counts.crashes += 1;
            site.end(end);
            books.ended(end, site);
        }
        2 => {
            site.end(End::Stopped);
            books.ended(End::Stopped, site);
        }
        3 => site.intervene(Intervention::Pause(broker, span)),
        4 => site.intervene(Intervention::Stall(broker, span)),
        5 => {
            let jump = rng.below(20_000).cast_signed() - 5_000;
            site.intervene(Intervention::Clock(broker, jump));
        }
        6 => {
            let bytes_per_second = [0, 10_000, 200_000_000][rng.index(3)];
            let base = SimSpan::millis(rng.below(300));
            let profile = DiskProfile { base, seek: base, bytes_per_second };
            site.intervene(Intervention::Disk(broker, profile));
        }
        7 => {
            let percent = [0, 80, 88, 95][rng.index(4)];
            site.intervene(Intervention::Tell(broker, Order::FillDisk { percent }));
        }
        _ => site.hang_up(),
    }
}
