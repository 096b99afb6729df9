//! What clients did and saw, in order of time: the same for a recording and for a run.

use std::collections::{BTreeMap, BTreeSet};

/// A queue as recordings write it: topic, broker, id.
pub(super) type Queue = (String, String, i64);

/// All of it. Times in ms since time 0.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) requests: Vec<Asked>,
    pub(super) sent: Vec<Sent>,
    pub(super) failed: Vec<i64>,
    pub(super) begun: Vec<Begun>,
    /// Looks at what a consumer holds.
    pub(super) held: Vec<Held>,
    pub(super) actions: Vec<i64>,
    /// Calls for messages that came back: when, whose, and with how many.
    pub(super) polled: Vec<(i64, String, i64)>,
    /// Local transactions: when, what the message is called, and how it ended.
    pub(super) decided: Vec<(i64, String, String)>,
    /// Answers to brokers that asked, in the same words.
    pub(super) answered: Vec<(i64, String, String)>,
    /// What messages are called that listeners got.
    pub(super) handed: Vec<String>,
}

/// A request of a client.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) at: i64,
    pub(super) who: String,
    pub(super) peer: String,
    pub(super) request: String,
    pub(super) ext: BTreeMap<String, String>,
}

/// A send that returned well.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) at: i64,
    pub(super) who: String,
    pub(super) queue: Queue,
    /// The program chose the queue by a key.
    pub(super) keyed: bool,
}

/// A listener that began.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) at: i64,
    pub(super) who: String,
    /// The message's first queue and offset: its identity.
    pub(super) queue: Queue,
    pub(super) offset: i64,
    /// `reconsumeTimes`.
    pub(super) times: i64,
}

/// What a consumer holds at a moment.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) at: i64,
    pub(super) who: String,
    pub(super) queues: BTreeSet<Queue>,
}

impl Asked {
    /// A field of the header as a number; 0 where it is missing.
    pub(super) fn number(&self, field: &str) -> i64 {
        self.ext.get(field).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// A field of the header; empty where it is missing.
    pub(super) fn field(&self, field: &str) -> &str {
        self.ext.get(field).map_or("", String::as_str)
    }
}

impl Timeline {
    /// The last moment of it.
    pub(super) fn end(&self) -> i64 {
        let requests = self.requests.iter().map(|asked| asked.at);
        let begun = self.begun.iter().map(|begun| begun.at);
        requests.chain(begun).chain(self.held.iter().map(|held| held.at)).max().unwrap_or(0)
    }

    /// Requests with this name, of anybody.
    pub(super) fn asked<'a>(&'a self, request: &'a str) -> impl Iterator<Item = &'a Asked> {
        self.requests.iter().filter(move |asked| asked.request == request)
    }

    /// True where somebody asked that.
    pub(super) fn has(&self, request: &str) -> bool {
        self.asked(request).next().is_some()
    }

    /// What a consumer held last at a moment.
    pub(super) fn holding(&self, who: &str, at: i64) -> BTreeSet<Queue> {
        let mut held = self.held.iter().rev();
        let last = held.find(|held| held.who == who && held.at <= at);
        last.map(|held| held.queues.clone()).unwrap_or_default()
    }

    /// Everybody who sends or consumes.
    pub(super) fn consumers(&self) -> BTreeSet<&str> {
        let pulls = self.asked("PULL_MESSAGE").chain(self.asked("LITE_PULL_MESSAGE"));
        pulls.map(|asked| asked.who.as_str()).collect()
    }
}
