//! What is done to a store: random operations, of which each seed prefers some.

use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::rng::Rng;
use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template, Wired};
use crate::rocketmq::properties::{KEYS, Properties, TAGS, UNIQ_KEY};

use super::Pair;
use super::checks::bytes_of;
use crate::cli::swarm::Counts;

/// Properties that a broker adds: `CLUSTER`, `MSG_REGION`, `TRACE_ON`.
const EXTRA: u32 = 9 + 14 + 12 + 13 + 10 + 4;
/// How often an operation is drawn at most, relative to the others.
const WEIGHTS: [u64; 9] = [40, 6, 20, 8, 1, 1, 2, 2, 3];
const KINDS: usize = WEIGHTS.len();
pub(super) const TOPICS: [&str; 4] = ["Orders", "Bills", "T", "%RETRY%Group"];
pub(super) const KEYS_SEEN: [&str; 3] = ["Aa", "BB", "order-1"];

/// Draws operations.
pub(super) struct Acts {
    weights: [u64; KINDS],
    templates: Vec<Rc<Template>>,
    queues: u64,
    now: i64,
    seq: [u32; 3],
}

impl Acts {
    pub(super) fn new(rng: &mut Rng) -> Self {
        // Some kinds of operations are off in some seeds; a store without puts shows nothing.
        let mut weights = WEIGHTS.map(|most| rng.below(most + 1) * u64::from(rng.below(4) > 0));
        weights[0] = weights[0].max(1);
        let templates = (0..1 + rng.below(5)).map(|_| template(rng)).collect();
        let now = 1_757_000_000_000;
        Self { weights, templates, queues: 1 + rng.below(4), now, seq: [0; 3] }
    }

    /// ms since 1970.
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// Does something to both; gives what, in words.
    pub(super) fn act(
        &mut self,
        pair: &mut Pair,
        rng: &mut Rng,
        counts: &mut Counts,
    ) -> &'static str {
        match super::super::draw(&self.weights, rng) {
            0 => self.put(pair, rng),
            1 => self.batch(pair, rng),
            2 => dispatch(pair, rng),
            3 => flush(pair, rng),
            4 => delete(pair, rng),
            5 => self.stop(pair, counts),
            6 => self.crash(pair, false, counts),
            7 => self.crash(pair, true, counts),
            _ => clean(pair),
        }
    }

    fn put(&mut self, pair: &mut Pair, rng: &mut Rng) -> &'static str {
        let message = self.message(rng);
        let queue = u32::try_from(rng.below(self.queues)).expect("queues are few");
        self.store(pair, &message, queue);
        "a put"
    }

    /// Messages of one topic and queue, one right behind the other.
    fn batch(&mut self, pair: &mut Pair, rng: &mut Rng) -> &'static str {
        let topic = Name::new(TOPICS[rng.index(TOPICS.len())]);
        let queue = u32::try_from(rng.below(self.queues)).expect("queues are few");
        let batch: Vec<_> = (0..2 + rng.below(6))
            .map(|_| Message { template: wired(topic, rng), ..self.message(rng) })
            .collect();
        let bytes = batch.iter().map(|message| bytes_of(message, queue)).sum();
        let blank = pair.store.make_room(&batch);
        assert_eq!(blank, pair.model.make_room(bytes), "the blank record before a batch");
        batch.iter().for_each(|message| self.store(pair, message, queue));
        "a batch"
    }

    fn store(&mut self, pair: &mut Pair, message: &Message, queue: u32) {
        let extra = if message.wired().is_some() { 0 } else { EXTRA };
        let size = bytes_of(message, queue);
        let put = pair.store.put(message, queue, extra, self.now);
        let before = pair.model.end();
        let (offset, physical) = pair.model.put(message, queue, size, self.now);
        let grown = pair.model.end() - before;
        assert_eq!((put.offset, put.physical, put.grown), (offset, physical, grown), "of a put");
        assert_eq!(u64::from(put.size), size, "the size is that of the bytes");
    }

    /// A process ends in order and another one goes on.
    fn stop(&mut self, pair: &mut Pair, counts: &mut Counts) -> &'static str {
        commit(pair);
        pair.model.flushed = pair.model.end();
        dispatch_all(pair);
        pair.store = std::mem::take(&mut pair.store).stopped();
        pair.model.stopped();
        pair.open(self.now);
        counts.recoveries += 1;
        "an orderly stop"
    }

    fn crash(&mut self, pair: &mut Pair, lost_power: bool, counts: &mut Counts) -> &'static str {
        let store = std::mem::take(&mut pair.store);
        // A process that has a transient pool loses what it did not commit.
        let left = if lost_power { Some(pair.model.flushed) } else { pair.model.committed };
        pair.store = store.recovered(left);
        pair.model.recover(left);
        pair.open(self.now);
        counts.crashes += 1;
        counts.recoveries += 1;
        if lost_power { "a power loss" } else { "a crash" }
    }

    fn message(&mut self, rng: &mut Rng) -> Message {
        self.now += [0, 0, 0, 1, 7, 3_000, 15_000][rng.index(7)];
        let template = Rc::clone(&self.templates[rng.index(self.templates.len())]);
        let producer = rng.index(self.seq.len());
        // Numbers mostly count up, as clients do, and sometimes jump.
        let step = if rng.below(30) == 0 { rng.word() >> 40 } else { 1 };
        let seq = &mut self.seq[producer];
        *seq = seq.wrapping_add(u32::try_from(step).expect("24 bits"));
        let producer = u32::try_from(producer).expect("producers are few");
        let key = MsgKey { producer: NodeId(producer), seq: *seq };
        let round = *seq % [1, 7, 1_000, u32::MAX][rng.index(4)];
        let born = self.now - i64::try_from(rng.below(9_000)).expect("small") + 500;
        let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 7, loader: producer };
        Message { key, template, round, born, maker }
    }
}

fn template(rng: &mut Rng) -> Rc<Template> {
    let topic = Name::new(TOPICS[rng.index(TOPICS.len())]);
    let some = |rng: &mut Rng, of: &[&str]| {
        (rng.below(2) == 0).then(|| Name::new(of[rng.index(of.len())]))
    };
    let (tag, keys) = (some(rng, &["Aa", "BB", "TagC"]), some(rng, &KEYS_SEEN));
    let body = match rng.below(3) {
        0 => Body::Text("Hello {i} of {i}".to_owned()),
        1 => Body::Text("plain".to_owned()),
        _ => Body::Synthetic(u32::try_from(rng.below(900)).expect("small")),
    };
    Rc::new(Template { topic, tag, keys, body })
}

/// A message that came as bytes.
fn wired(topic: Name, rng: &mut Rng) -> Rc<Template> {
    let mut properties = Properties::default();
    let (tag, key) = (["Aa", "TagC"][rng.index(2)], KEYS_SEEN[rng.index(KEYS_SEEN.len())]);
    properties.set(TAGS, tag);
    properties.set(KEYS, &format!("{key} extra"));
    properties.set(UNIQ_KEY, &format!("{:032X}", rng.below(50)));
    let body = vec![b'x'; rng.index(300)];
    let (flag, sys_flag, reconsume_times, prepared) = (0, 0, 0, 0);
    let wired = Wired { properties, body, flag, sys_flag, reconsume_times, prepared };
    let (tag, keys, body) = (Some(Name::new(tag)), None, Body::Wired(Rc::new(wired)));
    Rc::new(Template { topic, tag, keys, body })
}

fn dispatch(pair: &mut Pair, rng: &mut Rng) -> &'static str {
    let behind = pair.model.readable() - pair.model.dispatched;
    for _ in 0..rng.index(behind + 2).min(behind) {
        let record = pair.store.dispatch().expect("the model has another one");
        assert_eq!(record.message, pair.model.log[pair.model.dispatched].message, "dispatched");
        pair.model.dispatch();
    }
    assert_eq!(pair.store.is_behind(), pair.model.dispatched < pair.model.log.len(), "is behind");
    "a dispatch"
}

/// The oldest file goes.
fn clean(pair: &mut Pair) -> &'static str {
    // A broker cleans long after it has dispatched.
    dispatch_all(pair);
    let oldest = pair.store.oldest_file();
    assert_eq!(oldest, pair.model.oldest_file(), "when the oldest file was written last");
    if oldest.is_some() {
        let begin = pair.store.delete_oldest_file();
        assert_eq!(begin, pair.model.delete_oldest_file(), "where the log begins");
    }
    "a look for old files"
}

/// Everything is in the log's file, where there is a transient pool.
fn commit(pair: &mut Pair) {
    let end = pair.model.end();
    pair.model.committed = pair.model.committed.map(|_| end);
}

fn dispatch_all(pair: &mut Pair) {
    commit(pair);
    while pair.store.dispatch().is_some() {}
    pair.model.dispatch_all();
}

fn flush(pair: &mut Pair, rng: &mut Rng) -> &'static str {
    if rng.below(2) == 0 {
        commit(pair);
    }
    let (flushed, end) = (pair.model.flushed, pair.model.committed.unwrap_or(pair.model.end()));
    // A disk may take pages that end within a record.
    let whole = rng.below(2) == 0;
    pair.model.flushed = if whole { end } else { flushed + rng.below(end - flushed + 1) };
    "a flush"
}

/// As a broker deletes: what was stored is dispatched first.
fn delete(pair: &mut Pair, rng: &mut Rng) -> &'static str {
    dispatch_all(pair);
    let topic = Name::new(TOPICS[rng.index(TOPICS.len())]);
    pair.store.delete_topic(topic);
    pair.model.delete_topic(topic);
    "the deletion of a topic"
}
