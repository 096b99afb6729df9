//! What a store is asked, and what the model says it should answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::kernel::actor::NodeId;
use crate::kernel::digest::Digest;
use crate::kernel::name::Name;
use crate::kernel::rng::Rng;
use crate::rocketmq::message::Message;
use crate::rocketmq::remoting::{Pulled, PulledMessage, Reply, ReplyBody, TagExpression};
use crate::rocketmq::store::{GetLimits, GetResult, GetStatus, KeyQuery, Transfer};
use crate::wire::Command;
use crate::wire::packets::{Places, answer};

use super::Pair;
use super::acts::{KEYS_SEEN, TOPICS};
use super::model::{Kept, Queue};

/// Entries that a scan looks at (`maxFilterMessageSize`).
const WINDOW: u64 = 800;

type Checked = Result<(), String>;

struct OneHost;

impl Places for OneHost {
    fn address(&self, _: NodeId) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 10_911)
    }
}

/// Bytes of the record of a message, counted.
pub(super) fn bytes_of(message: &Message, queue: u32) -> u64 {
    let message = message.clone();
    let (offset, physical, size, reconsume_times, store_time) = Default::default();
    let pulled =
        PulledMessage { offset, physical, size, reconsume_times, queue, store_time, message };
    records_bytes(&[pulled])
}

/// Bytes of an answer's records, counted.
pub(in crate::cli::swarm) fn records_bytes(messages: &[PulledMessage]) -> u64 {
    let pulled = Pulled {
        topic: Name::new("T"),
        queue: 0,
        status: GetStatus::Found,
        next: 0,
        min: 0,
        max: 0,
        suggested: 0,
        messages: messages.into(),
    };
    let reply = Reply::success(ReplyBody::Pulled(pulled));
    answer(&Command::request(11, 1), &reply, NodeId(0), &OneHost).body.len() as u64
}

/// By keys that messages have, may have, and cannot have.
fn by_key(pair: &Pair, rng: &mut Rng) -> Checked {
    let log = &pair.model.log;
    let some = log.get(rng.index(log.len() + 1));
    let unique = some.map(|kept| kept.message.unique_key());
    let known = rng.below(2) == 0;
    let key = unique.filter(|_| known).unwrap_or_else(|| KEYS_SEEN[rng.index(3)].to_owned());
    let around = log.get(rng.index(log.len() + 1)).map_or(0, |kept| kept.store_time);
    let begin = if rng.below(2) == 0 { 0 } else { around };
    let end = if rng.below(2) == 0 { i64::MAX } else { around + rng.below(9_000).cast_signed() };
    let topic = some.map_or(TOPICS[0], |kept| kept.topic().as_str());
    let query = KeyQuery { topic, key: &key, most: [1, 3, 64][rng.index(3)], begin, end };
    let (found, last) = pair.store.query(query);
    let places: Vec<u64> = found.iter().map(|record| record.physical).collect();
    let left = &log[pair.model.deleted..];
    let there = |place: &u64| left.iter().any(|kept| kept.physical == *place);
    let wanted: Vec<u64> = pair.model.query(query).into_iter().filter(there).collect();
    same(&format!("records with {topic}#{key}"), places, wanted)?;
    let newest = pair.model.index.last();
    let newest = newest.map_or((0, 0), |(file, _)| (file.times().1, file.end_physical()));
    same("the end of the index", last, newest)
}

/// A few questions.
pub(super) fn some(pair: &Pair, rng: &mut Rng) -> Checked {
    whole(pair)?;
    record(pair, rng.index(pair.model.log.len() + 1))?;
    by_key(pair, rng)?;
    let (topic, queue) = (TOPICS[rng.index(TOPICS.len())], rng.below(5));
    let queue = u32::try_from(queue).expect("queues are few");
    one_queue(pair, (Name::new(topic), queue), rng)
}

/// Every record and every queue.
pub(super) fn all(pair: &Pair, rng: &mut Rng) -> Checked {
    whole(pair)?;
    (0..=pair.model.log.len()).try_for_each(|number| record(pair, number))?;
    for topic in TOPICS {
        for queue in 0..5 {
            one_queue(pair, (Name::new(topic), queue), rng)?;
        }
    }
    for (number, (file, _)) in pair.model.index.iter().enumerate() {
        // A file's bytes follow from its fields; those of a real one are some 400 MB. Records that
        // are deleted cannot be asked for their keys any more.
        if pair.model.deleted == 0 {
            let made = pair.store.index_file(number);
            same("an index file", made.as_ref() == Some(file), true)?;
        }
    }
    let digest = |pair: &Pair| {
        let mut digest = Digest::default();
        digest.put(&pair.store);
        digest.finish()
    };
    same("the digest of a copy", digest(&pair.clone()), digest(pair))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Checked {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?} instead of {wanted:?}")) }
}

fn whole(pair: &Pair) -> Checked {
    let (log, model) = (pair.store.log(), &pair.model);
    same("the end of the log", log.end(), model.end())?;
    same("the number of records", log.records(), model.log.len() as u64)
}

fn record(pair: &Pair, number: usize) -> Checked {
    let kept = pair.model.log.get(number).filter(|_| number >= pair.model.deleted);
    let wanted = kept.map(parts_of);
    let log = pair.store.log();
    let parts = |record: Option<crate::rocketmq::store::Record>| {
        record.map(|it| {
            let size = u64::from(it.size);
            (it.physical, size, it.queue, it.offset, it.store_time, it.tags_code, it.message)
        })
    };
    same("a record", parts(log.record(number as u64)), wanted.clone())?;
    let Some(kept) = kept else { return Ok(()) };
    same("the record at a place", parts(log.at(kept.physical)), wanted)?;
    same("a record behind a place", log.at(kept.physical + 1), None)?;
    let content = pair.store.content(kept.physical).map(|content| content.body);
    same("the body at a place", content, Some(kept.message.body_text()))
}

type Parts = (u64, u64, u32, u64, i64, i64, Message);

fn parts_of(kept: &Kept) -> Parts {
    let (physical, size, message) = (kept.physical, kept.size, kept.message.clone());
    (physical, size, kept.queue, kept.offset, kept.store_time, kept.tags_code(), message)
}

fn one_queue(pair: &Pair, at: (Name, u32), rng: &mut Rng) -> Checked {
    let ((topic, id), none) = (at, Queue::default());
    let (store, queue) = (&pair.store, pair.model.queues.get(&at).unwrap_or(&none));
    // Upstream makes a queue with its first question, so one that is not there is an empty one.
    same("the first offset", store.min_offset(topic, id), queue.min())?;
    same("the next offset", store.max_offset(topic, id), queue.max())?;
    let offset = rng.below(queue.max() + 3);
    let kept = |offset: u64| {
        let entry = usize::try_from(offset.checked_sub(queue.first)?).ok()?;
        let entry = Some(entry).filter(|entry| *entry >= queue.deleted)?;
        queue.entries.get(entry).map(|number| &pair.model.log[*number])
    };
    let unit = store.unit(topic, id, offset).map(|it| (it.physical, it.size, it.tags_code));
    let wanted = kept(offset).map(|it| {
        (it.physical, u32::try_from(it.size).expect("records are small"), it.tags_code())
    });
    same("an entry", unit, wanted)?;
    let time = store.store_time(topic, id, offset);
    same("a store time", time, kept(offset).map(|it| it.store_time))?;
    by_time(pair, at, queue, rng)?;
    read(pair, at, queue, rng)
}

fn by_time(pair: &Pair, at: (Name, u32), queue: &Queue, rng: &mut Rng) -> Checked {
    let times: Vec<i64> =
        queue.entries[queue.deleted..].iter().map(|n| pair.model.log[*n].store_time).collect();
    let around = times.get(rng.index(times.len() + 1)).copied().unwrap_or(0);
    let millis = around + i64::try_from(rng.below(3)).expect("small") - 1;
    let early = times.iter().filter(|time| **time < millis).count() as u64;
    let until = times.iter().filter(|time| **time <= millis).count() as u64;
    let (lower, upper) = (queue.min() + early, queue.min() + until.saturating_sub(1));
    same("the first from a time on", pair.store.offset_at(at, millis, false), lower)?;
    same("the last up to a time", pair.store.offset_at(at, millis, true), upper)
}

fn read(pair: &Pair, at: (Name, u32), queue: &Queue, rng: &mut Rng) -> Checked {
    let tags = TagExpression::new(["*", "Aa", "TagC || Aa", "Nobody"][rng.index(4)]);
    let limits = GetLimits {
        max_messages: u32::try_from(rng.below(40)).expect("small"),
        in_memory: transfer(rng),
        on_disk: transfer(rng),
        near: [0, 3_000, u64::MAX][rng.index(3)],
    };
    let offset = if rng.below(20) == 0 { rng.word() } else { rng.below(queue.max() + 3) };
    let found = pair.store.get(at, offset, tags, limits);
    let wanted = expected(pair, queue, offset, (tags, limits));
    let places = |messages: &[PulledMessage]| -> Vec<(u64, u64)> {
        messages.iter().map(|message| (message.offset, message.physical)).collect()
    };
    let GetResult { status, next, min, max, messages, .. } = found;
    let what = format!("a read from {offset}");
    same(&what, (status, next, min, max, places(&messages)), wanted)?;
    let sizes: u64 = messages.iter().map(|message| u64::from(message.size)).sum();
    same("bytes of an answer", records_bytes(&messages), sizes)
}

fn transfer(rng: &mut Rng) -> Transfer {
    Transfer { count: [1, 8, 32][rng.index(3)], bytes: [100, 2_000, 262_144][rng.index(3)] }
}

type Read = (GetStatus, u64, u64, u64, Vec<(u64, u64)>);

fn expected(
    pair: &Pair,
    queue: &Queue,
    offset: u64,
    (tags, limits): (TagExpression, GetLimits),
) -> Read {
    let (first, min, max) = (queue.first, queue.min(), queue.max());
    let nothing = |status, next| (status, next, min, max, Vec::new());
    if max == 0 {
        return (GetStatus::NoMessageInQueue, 0, 0, 0, Vec::new());
    } else if offset < min || offset > i64::MAX.cast_unsigned() {
        return nothing(GetStatus::OffsetTooSmall, min);
    } else if offset == max {
        return nothing(GetStatus::OffsetOverflowOne, offset);
    } else if offset > max {
        return nothing(GetStatus::OffsetOverflowBadly, max);
    }
    let (mut found, mut bytes, mut next) = (Vec::new(), 0, offset);
    for place in offset..max.min(offset + WINDOW.max(u64::from(limits.max_messages))) {
        let kept = &pair.model.log[queue.entries[usize::try_from(place - first).expect("small")]];
        let (count, all) = (found.len() as u64 + 1, bytes + kept.size);
        let is_near = pair.model.end() - kept.physical <= limits.near;
        let most = if is_near { limits.in_memory } else { limits.on_disk };
        let is_over = count > u64::from(limits.max_messages.min(most.count));
        if count > 1 && (is_over || all > u64::from(most.bytes)) {
            break;
        }
        next = place + 1;
        if tags.matches_hash(kept.tags_code()) {
            bytes = all;
            found.push((place, kept.physical));
        }
    }
    let status = if found.is_empty() { GetStatus::NoMatchedMessage } else { GetStatus::Found };
    (status, next, min, max, found)
}
