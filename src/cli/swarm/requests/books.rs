//! What was asked, what was answered, and what must therefore be there.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::MsgKey;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::rocketmq::remoting::{
    AdminReply, Packet, PullRequest, Pulled, PulledMessage, Reply, ReplyBody, Request,
    TagExpression, code, sys_flag,
};

use super::super::store::records_bytes;
use super::world::Site;

/// A queue.
pub(super) type At = (Name, u32);

/// What an answer will be held against.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// A send of a message to a topic, in so many parts.
    Send { key: MsgKey, topic: Name, parts: usize },
    /// A pull from an offset.
    Pull { at: At, offset: u64 },
    /// A pull of the last check, which wants all.
    Last { at: At, offset: u64 },
    /// A committed offset.
    Offset { at: At },
    /// Anything else: any answer will do.
    Other,
}

/// A message that was acknowledged.
#[derive(Clone, Copy, Debug)]
struct Kept {
    key: MsgKey,
    physical: u64,
}

/// Everything that is known.
#[derive(Default)]
pub(super) struct Books {
    asked: BTreeMap<u32, Asked>,
    /// Keys that were sent, with their topics.
    pub(super) sent: BTreeMap<MsgKey, Name>,
    /// Half messages that were told to be rolled back, and never to be committed.
    pub(super) rolled_back: BTreeSet<MsgKey>,
    /// Transactions that wait for their end: key, half offset, place.
    pub(super) halves: Vec<(MsgKey, u64, u64)>,
    pub(super) half_keys: BTreeSet<MsgKey>,
    /// What was acknowledged and not lost since, by place.
    kept: BTreeMap<(Name, u32, u64), Kept>,
    /// Offsets that were committed, by queue.
    pub(super) committed: BTreeMap<At, BTreeSet<u64>>,
    /// Topics whose queues were deleted once: their offsets begin anew.
    pub(super) deleted: BTreeSet<Name>,
    /// What the last check found of each queue, and how many messages there are.
    found: BTreeMap<At, BTreeMap<u64, MsgKey>>,
    ends: BTreeMap<At, u64>,
    /// Places that were acknowledged, for questions about them.
    pub(super) places: Vec<u64>,
}

impl Books {
    pub(super) fn expect(&mut self, opaque: u32, asked: Asked) {
        self.asked.insert(opaque, asked);
    }

    /// The broker ended: what may be gone is not expected any more.
    pub(super) fn ended(&mut self, end: End, site: &Site) {
        if end == End::PowerLost {
            // What still flies may be about records that are gone.
            self.asked.values_mut().for_each(|asked| *asked = Asked::Other);
            // What was flushed is known by its end, which the next record's place tells.
            let flushed = site.world.disk(site.broker).flushed();
            let ends: BTreeSet<u64> = self.kept.values().map(|kept| kept.physical).collect();
            let last = ends.range(..=flushed).next_back().copied().unwrap_or(0);
            let is_flushed = |physical: u64| physical < last;
            self.kept.retain(|_, kept| is_flushed(kept.physical));
            self.halves.clear();
        }
    }

    /// Everything that came since the last look.
    pub(super) fn read_all(&mut self, site: &mut Site) -> Result<(), String> {
        for (_, _, packet) in site.world.take_outbox() {
            if let Packet::Reply { opaque, reply, .. } = packet {
                match self.asked.remove(&opaque) {
                    Some(asked) => self.read(asked, &reply)?,
                    None => return Err(format!("an answer to request {opaque} that nobody sent")),
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, asked: Asked, reply: &Reply) -> Result<(), String> {
        match (asked, &reply.body) {
            (Asked::Send { key, topic, parts }, body) => self.sent(key, topic, parts, body),
            (Asked::Pull { at, offset }, ReplyBody::Pulled(pulled)) => {
                self.pulled(at, offset, pulled).map(|_| ())
            }
            (Asked::Last { at, offset }, ReplyBody::Pulled(pulled)) => {
                self.last(at, offset, pulled)
            }
            (Asked::Last { .. }, _) if reply.code != code::TOPIC_NOT_EXIST => {
                Err(format!("the last check was answered with code {}", reply.code))
            }
            (Asked::Offset { at }, ReplyBody::Offset(offset)) => {
                let known = self.committed.get(&at).is_some_and(|all| all.contains(offset));
                if known || *offset == 0 {
                    return Ok(());
                }
                Err(format!("offset {offset} of {at:?} was never committed"))
            }
            (_, ReplyBody::Admin(answer)) => self.admin(answer),
            (Asked::Pull { .. } | Asked::Last { .. } | Asked::Offset { .. } | Asked::Other, _) => {
                Ok(())
            }
        }
    }

    fn sent(
        &mut self,
        key: MsgKey,
        topic: Name,
        parts: usize,
        body: &ReplyBody,
    ) -> Result<(), String> {
        let (queue, offset, places) = match body {
            ReplyBody::Sent { queue, offset, physical } => (*queue, *offset, vec![*physical]),
            ReplyBody::SentWired { queue, offset, places, .. } => {
                (*queue, *offset, places.iter().map(|place| place.0).collect())
            }
            ReplyBody::Empty
            | ReplyBody::Route(_)
            | ReplyBody::SendRefused
            | ReplyBody::Forbidden(_)
            | ReplyBody::Pulled(_)
            | ReplyBody::Offset(_)
            | ReplyBody::Consumers(_)
            | ReplyBody::HeartbeatTaken
            | ReplyBody::Registered { .. }
            | ReplyBody::Admin(_) => return Ok(()),
        };
        if places.len() != parts {
            return Err(format!("{parts} messages were stored at {} places", places.len()));
        }
        if self.half_keys.contains(&key) {
            self.halves.push((key, offset, places[0]));
            return Ok(());
        }
        for (offset, physical) in (offset..).zip(places) {
            self.places.push(physical);
            let old = self.kept.insert((topic, queue, offset), Kept { key, physical });
            if let Some(old) = old.filter(|_| !self.deleted.contains(&topic)) {
                return Err(format!("{topic} {queue} {offset}: {old:?}, then {key:?}"));
            }
        }
        Ok(())
    }

    /// Gives the messages by offset.
    fn pulled(&mut self, at: At, from: u64, pulled: &Pulled) -> Result<Vec<(u64, MsgKey)>, String> {
        let sizes: u64 = pulled.messages.iter().map(|message| u64::from(message.size)).sum();
        if records_bytes(&pulled.messages) != sizes {
            return Err(format!("{at:?} {from}: {sizes} B are told of other records"));
        }
        let (mut offset, mut end) = (from, 0);
        let mut found = Vec::new();
        for message in pulled.messages.iter() {
            if message.offset < offset || message.physical < end {
                return Err(format!("{at:?}: {} does not follow {offset}", message.offset));
            }
            (offset, end) = (message.offset + 1, message.physical + u64::from(message.size));
            self.is_sent(message)?;
            let kept = self.kept.get(&(at.0, at.1, message.offset));
            let other = kept.filter(|kept| kept.key != message.message.key);
            if let Some(kept) = other.filter(|_| !self.deleted.contains(&at.0)) {
                return Err(format!("{at:?} {}: not {:?}", message.offset, kept.key));
            }
            found.push((message.offset, message.message.key));
        }
        if pulled.messages.is_empty() || pulled.next >= offset {
            return Ok(found);
        }
        Err(format!("{at:?}: the next offset {} lies before {offset}", pulled.next))
    }

    fn is_sent(&self, message: &PulledMessage) -> Result<(), String> {
        let (key, topic) = (message.message.key, message.message.template.topic);
        if topic.as_str().starts_with("RMQ_SYS") || topic.as_str().starts_with("rmq_sys") {
            return Ok(());
        }
        match self.sent.get(&key) {
            None => Err(format!("{key:?} was handed out, and nobody sent it")),
            Some(_) if self.rolled_back.contains(&key) => {
                Err(format!("{key:?} was rolled back and handed out"))
            }
            Some(_) => Ok(()),
        }
    }

    fn admin(&mut self, answer: &AdminReply) -> Result<(), String> {
        if let AdminReply::Popped(popped) = answer {
            popped.messages.iter().try_for_each(|message| self.is_sent(message))?;
        } else if let AdminReply::Found { messages, .. } = answer {
            messages.iter().try_for_each(|message| {
                if self.half_keys.contains(&message.message.key) {
                    return Ok(());
                }
                self.is_sent(message)
            })?;
        }
        Ok(())
    }

    /// Asks every queue for what was not read yet; false where all are read.
    pub(super) fn ask_for_more(&mut self, site: &mut Site, round: u32) -> bool {
        let mut asks = false;
        for at in [("Orders", 0), ("Orders", 1), ("Orders", 2), ("Bills", 0)] {
            let at = (Name::new(at.0), at.1);
            let next = self.ends.get(&at).copied().unwrap_or(0);
            if next == u64::MAX || round > 0 && !self.ends.contains_key(&at) {
                continue;
            }
            let opaque = site.ask(Request::Pull(pull(at, next, 32)), false);
            self.expect(opaque, Asked::Last { at, offset: next });
            asks = true;
        }
        asks
    }

    fn last(&mut self, at: At, offset: u64, pulled: &Pulled) -> Result<(), String> {
        let found = self.pulled(at, offset, pulled)?;
        let dense = (offset..).zip(&found).all(|(wanted, (found, _))| wanted == *found);
        if !dense {
            return Err(format!("{at:?}: the offsets {found:?} from {offset} have holes"));
        }
        let is_end = pulled.messages.is_empty() && pulled.next == offset;
        self.ends.insert(at, if is_end { u64::MAX } else { pulled.next });
        self.found.entry(at).or_default().extend(found);
        Ok(())
    }

    /// All that was acknowledged and not lost was found.
    pub(super) fn settle(&self) -> Result<(), String> {
        let waited = self.asked.values().any(|asked| matches!(asked, Asked::Last { .. }));
        if waited {
            return Err("the last check got no answer".to_owned());
        }
        for ((topic, queue, offset), kept) in &self.kept {
            let at = (*topic, *queue);
            let is_checked = self.ends.contains_key(&at) && !self.deleted.contains(topic);
            let found = self.found.get(&at).and_then(|found| found.get(offset));
            if is_checked && found != Some(&kept.key) {
                return Err(format!("{at:?} {offset}: {kept:?} is lost, {found:?} is there"));
            }
        }
        Ok(())
    }
}

/// A pull that carries its subscription and does not wait.
pub(super) fn pull((topic, queue): At, offset: u64, max_messages: u32) -> PullRequest {
    PullRequest {
        group: Name::new("Readers"),
        topic,
        queue,
        offset,
        max_messages,
        sys_flag: sys_flag::SUBSCRIPTION,
        commit_offset: 0,
        suspend_timeout: 0,
        sub_version: 0,
        tags: TagExpression::ALL,
    }
}
