//! Reading from a queue (`DefaultMessageStore.getMessage`): every status, next offsets, limits, tag
//! filter.
//!
//! Left out: the suggestion to read from a slave.

use crate::kernel::name::Name;
use crate::rocketmq::broker::filter::sql92::Sql92;
use crate::rocketmq::message::Message;
use crate::rocketmq::properties::{KEYS, TAGS};
use crate::rocketmq::remoting::{PulledMessage, TagExpression};

use super::MessageStore;
use super::consume_queue::ConsumeQueue;

/// `maxFilterMessageSize` in entries: a scan looks at no more (or at the batch, if that is larger).
const SCAN_WINDOW: u64 = 800;

/// How a read ended (`GetMessageStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GetStatus {
    Found,
    NoMatchedMessage,
    NoMessageInQueue,
    OffsetTooSmall,
    OffsetOverflowOne,
    OffsetOverflowBadly,
    /// An administrator set another offset.
    OffsetReset,
}

/// Limits of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetLimits {
    /// What the client asked for.
    pub max_messages: u32,
    /// `maxTransferCountOnMessageInMemory` and `maxTransferBytesOnMessageInMemory`.
    pub in_memory: Transfer,
    /// `maxTransferCountOnMessageInDisk` and `maxTransferBytesOnMessageInDisk`.
    pub on_disk: Transfer,
    /// What lies further behind the end of the log counts as read from the disk, bytes.
    pub near: u64,
}

/// How much one answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Messages.
    pub count: u32,
    /// Bytes.
    pub bytes: u32,
}

impl GetLimits {
    /// Those of a record that lies so many bytes behind the end of the log.
    fn at(&self, behind: u64) -> Transfer {
        let Transfer { count, bytes } =
            if behind > self.near { self.on_disk } else { self.in_memory };
        Transfer { count: count.min(self.max_messages), bytes }
    }
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct GetResult {
    pub status: GetStatus,
    /// Where to read next.
    pub next: u64,
    pub min: u64,
    pub max: u64,
    pub messages: Vec<PulledMessage>,
    /// Runs of entries that were passed over because their tag does not match: the first one's
    /// offset, and how many.
    pub skipped: Vec<(u64, u32)>,
}

impl MessageStore {
    /// Messages from `offset` on whose tag matches.
    pub fn get(
        &self,
        (topic, queue): (Name, u32),
        offset: u64,
        tags: TagExpression,
        limits: GetLimits,
    ) -> GetResult {
        let queue = self.queue(topic, queue);
        let (min, max) = queue.map_or((0, 0), |queue| (queue.min_offset(), queue.max_offset()));
        let outside = |status, next| {
            let (messages, skipped) = (Vec::new(), Vec::new());
            GetResult { status, next, min, max, messages, skipped }
        };
        let Some(queue) = queue.filter(|_| max > 0) else {
            return outside(GetStatus::NoMessageInQueue, 0);
        };
        match offset {
            // A negative one comes in two's complement.
            _ if offset < min || offset > i64::MAX.cast_unsigned() => {
                outside(GetStatus::OffsetTooSmall, min)
            }
            _ if offset == max => outside(GetStatus::OffsetOverflowOne, offset),
            _ if offset > max => outside(GetStatus::OffsetOverflowBadly, max),
            _ => self.scan(queue, offset, tags, limits),
        }
    }

    /// The answer to a group whose offset an administrator set.
    pub fn moved_to(&self, (topic, queue): (Name, u32), next: u64) -> GetResult {
        let queue = self.queue(topic, queue);
        let (min, max) = queue.map_or((0, 0), |queue| (queue.min_offset(), queue.max_offset()));
        let (messages, skipped) = (Vec::new(), Vec::new());
        GetResult { status: GetStatus::OffsetReset, next, min, max, messages, skipped }
    }

    fn scan(
        &self,
        queue: &ConsumeQueue,
        offset: u64,
        tags: TagExpression,
        limits: GetLimits,
    ) -> GetResult {
        let (min, max) = (queue.min_offset(), queue.max_offset());
        let mut result = GetResult {
            status: GetStatus::NoMatchedMessage,
            next: offset,
            min,
            max,
            messages: Vec::new(),
            skipped: Vec::new(),
        };
        let end = max.min(offset + SCAN_WINDOW.max(u64::from(limits.max_messages)));
        let mut bytes = 0;
        let filter = PropertyFilter::of(tags);
        for at in offset..end {
            let record = queue.record(at).and_then(|number| self.log.record(number));
            let record = record.expect("the end is no later than the last entry");
            let most = limits.at(self.log.end() - record.physical);
            if is_full(result.messages.len(), bytes + record.size, most) {
                break;
            }
            result.next = at + 1;
            if !tags.matches_hash(record.tags_code) || !filter.passes(&record.message) {
                skip(&mut result.skipped, at);
                continue;
            }
            bytes += record.size;
            result.messages.push(PulledMessage { offset: at, ..record.pulled() });
            result.status = GetStatus::Found;
        }
        result
    }
}

/// The second test of a filter: by the properties of the message itself.
pub struct PropertyFilter(Option<Sql92>);

impl PropertyFilter {
    /// Compiles an SQL92 expression; tags have no second test at the broker.
    pub fn of(tags: TagExpression) -> Self {
        Self(tags.is_sql().then(|| Sql92::compile(tags.as_str()).ok()).flatten())
    }

    /// True where the properties match.
    pub fn passes(&self, message: &Message) -> bool {
        let Some(sql) = &self.0 else { return true };
        let template = &message.template;
        let own = |name: &str| match name {
            TAGS => template.tag.map(Name::as_str),
            KEYS => template.keys.map(Name::as_str),
            _ => None,
        };
        let wired = message.wired().map(|wired| &wired.properties);
        sql.matches(|name| wired.map_or_else(|| own(name), |properties| properties.get(name)))
    }
}

fn skip(skipped: &mut Vec<(u64, u32)>, offset: u64) {
    match skipped.last_mut() {
        Some((first, count)) if *first + u64::from(*count) == offset => *count += 1,
        Some(_) | None => skipped.push((offset, 1)),
    }
}

/// `isTheBatchFull`: a first message always passes.
fn is_full(count: usize, bytes: u32, most: Transfer) -> bool {
    count > 0 && (count + 1 > most.count as usize || bytes > most.bytes)
}
