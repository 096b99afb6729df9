//! Messages stored and not yet consumed, per topic over time; the age of the oldest; the longest
//! time in which messages waited and none was consumed.

use super::messages::{Messages, flag};
use super::progress::Progress;
use super::series::Series;

/// Topics with a series: the first eight that came to be. Later ones have counts, but no series.
pub const TOPICS: usize = 8;

/// Counts of a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicCount {
    /// Messages stored.
    pub stored: u64,
    /// Of them those that some group is not done with.
    pub waiting: u64,
}

/// Waiting messages.
#[derive(Clone, Debug, Default)]
pub struct Depth {
    topics: Vec<TopicCount>,
    waiting: u64,
    series: Series<[u32; TOPICS]>,
    oldest: Series<u64>,
    /// Per queue: every message before this offset is done.
    cursors: Vec<u64>,
    dry: Dry,
}

/// Spans without consumption while messages waited.
#[derive(Clone, Copy, Debug, Default)]
struct Dry {
    /// The last consumption, or when the first message began to wait; `None`: nothing waits.
    since: Option<u64>,
    longest: Option<(u64, u64)>,
}

impl Depth {
    /// A topic's message was stored.
    #[inline]
    pub fn stored(&mut self, at: u64, topic: usize) {
        if self.topics.len() <= topic {
            self.topics.resize(topic + 1, TopicCount::default());
        }
        self.topics[topic].stored += 1;
        self.topics[topic].waiting += 1;
        self.waiting += 1;
        self.dry.since.get_or_insert(at);
        self.sample(at);
    }

    /// All groups are done with a message of a topic.
    #[inline]
    pub fn done(&mut self, at: u64, topic: usize) {
        self.topics[topic].waiting -= 1;
        self.waiting -= 1;
        self.sample(at);
    }

    /// Some group consumed something.
    #[inline]
    pub fn consumed(&mut self, at: u64) {
        self.dry.end(at);
        self.dry.since = (self.waiting > 0).then_some(at);
    }

    /// True where the oldest message has to be looked up for the next sample.
    #[inline]
    pub fn wants_oldest(&self, at: u64) -> bool {
        self.oldest.opens(at)
    }

    /// Samples the age of the oldest waiting message.
    pub fn sample_oldest(&mut self, at: u64, messages: &Messages, progress: &Progress) {
        let age = self.oldest_stored(messages, progress).map_or(0, |stored| at - stored);
        self.oldest.put(at, age);
    }

    /// When the oldest waiting message was stored.
    pub fn oldest_stored(&mut self, messages: &Messages, progress: &Progress) -> Option<u64> {
        let queues = progress.queues();
        self.cursors.resize(queues, 0);
        (0..queues)
            .filter_map(|queue| {
                let cursor = &mut self.cursors[queue];
                first_waiting(queue, cursor, messages, progress)
            })
            .min()
    }

    /// Counts of a topic.
    pub fn topic(&self, topic: usize) -> TopicCount {
        self.topics.get(topic).copied().unwrap_or_default()
    }

    /// All waiting messages.
    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    /// (time, waiting per topic).
    pub fn points(&self) -> &[(u64, [u32; TOPICS])] {
        self.series.points()
    }

    /// (time, age of the oldest waiting message in ns).
    pub fn oldest(&self) -> &[(u64, u64)] {
        self.oldest.points()
    }

    /// The longest span up to `now` in which messages waited and none was consumed.
    pub fn nothing_consumed(&self, now: u64) -> Option<(u64, u64)> {
        let mut dry = self.dry;
        dry.end(now);
        dry.longest
    }

    fn sample(&mut self, at: u64) {
        let mut counts = [0; TOPICS];
        for (count, topic) in counts.iter_mut().zip(&self.topics) {
            *count = u32::try_from(topic.waiting).unwrap_or(u32::MAX);
        }
        self.series.put(at, counts);
    }
}

impl Dry {
    fn end(&mut self, at: u64) {
        let Some(since) = self.since.filter(|since| *since < at) else { return };
        if self.longest.is_none_or(|(from, to)| to - from < at - since) {
            self.longest = Some((since, at));
        }
    }
}

/// When the first message of a queue was stored that some group is not done with.
fn first_waiting(
    queue: usize,
    cursor: &mut u64,
    messages: &Messages,
    progress: &Progress,
) -> Option<u64> {
    while *cursor < progress.stored(queue) {
        let number = progress.number(queue, *cursor);
        let record = number.map(|number| messages.record(number)).unwrap_or_default();
        let own = record.queue as usize == queue && u64::from(record.offset) == *cursor;
        if own && record.pending > 0 && record.flags & flag::GONE == 0 {
            return Some(record.stored);
        }
        *cursor += 1;
    }
    None
}
