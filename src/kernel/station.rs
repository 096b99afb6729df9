//! Servers with a queue in front: where load turns into waiting.

use std::collections::VecDeque;

use super::digest::{Digest, Digestible};
use super::time::{SimSpan, SimTime};
use super::usage::{Pool, Usage};

/// Which station of a node: its place in the actor's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StationId(pub u8);

/// `servers` servers and room for `capacity` waiting jobs. Jobs are served in the order of their
/// coming.
#[derive(Clone, Debug)]
pub struct Station<J> {
    servers: u32,
    capacity: u32,
    busy: u32,
    waiting: VecDeque<Waiting<J>>,
    usage: Usage,
}

/// A job that waits for a server.
#[derive(Clone, Debug)]
pub struct Waiting<J> {
    /// When it came.
    pub since: SimTime,
    /// How long a server will need.
    pub service: SimSpan,
    /// The job.
    pub job: J,
}

/// What became of a submitted job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A server took it at once.
    Serving,
    /// So many jobs stand before it.
    Waiting(u32),
    /// The queue is full; the job was not taken.
    Full,
}

impl<J> Station<J> {
    /// A station of `servers` servers (at least one).
    pub fn new(servers: u32, capacity: u32) -> Self {
        assert!(servers > 0, "a station without a server never ends");
        let (waiting, usage) = (VecDeque::new(), Usage::default());
        Self { servers, capacity, busy: 0, waiting, usage }
    }

    /// Its sums begin now.
    pub(super) fn open(&mut self, now: SimTime) {
        self.usage = Usage::since(now);
    }

    /// Servers that work.
    pub fn busy(&self) -> u32 {
        self.busy
    }

    /// All servers.
    pub fn servers(&self) -> u32 {
        self.servers
    }

    /// Jobs that wait, the next one first.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &Waiting<J>> + '_ {
        self.waiting.iter()
    }

    /// What it did, to be read beside [`Station::pool`].
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// How it stands at `now`.
    pub fn pool(&self, now: SimTime) -> Pool {
        let age = |entry: &Waiting<J>| now.since(entry.since).as_nanos();
        Pool {
            at: now,
            busy: self.busy,
            servers: self.servers,
            waiting: u32::try_from(self.waiting.len()).expect("a queue is bounded by a u32"),
            age: self.waiting.iter().map(age).sum(),
            oldest: self.waiting.front().map_or(0, age),
        }
    }

    /// Takes the head of the queue out if it satisfies `unwanted`: what fast failure does.
    pub(super) fn evict_head(
        &mut self,
        now: SimTime,
        unwanted: impl FnOnce(&Waiting<J>) -> bool,
    ) -> Option<Waiting<J>> {
        self.waiting.front().filter(|head| unwanted(head))?;
        let head = self.waiting.pop_front()?;
        self.usage.leaves(now.since(head.since));
        Some(head)
    }

    /// Takes a job in that comes now; `Ok` gives it back to be served.
    pub(super) fn admit(&mut self, entry: Waiting<J>) -> Result<Waiting<J>, Admission> {
        if self.busy < self.servers {
            self.usage.changes(entry.since, self.busy);
            self.usage.leaves(SimSpan::ZERO);
            self.busy += 1;
            return Ok(entry);
        }
        let before = u32::try_from(self.waiting.len()).expect("a queue is bounded by a u32");
        if before >= self.capacity {
            return Err(Admission::Full);
        }
        self.waiting.push_back(entry);
        Err(Admission::Waiting(before))
    }

    /// A server is done; gives it the next job.
    pub(super) fn release(&mut self, now: SimTime) -> Option<Waiting<J>> {
        assert!(self.busy > 0, "a server that did not work cannot be done");
        let next = self.waiting.pop_front();
        match &next {
            Some(next) => self.usage.leaves(now.since(next.since)),
            None => {
                self.usage.changes(now, self.busy);
                self.busy -= 1;
            }
        }
        next
    }
}

impl<J: Digestible> Digestible for Station<J> {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.busy));
        digest.word(self.waiting.len() as u64);
        for entry in &self.waiting {
            digest.put(&entry.since);
            digest.put(&entry.service);
            digest.put(&entry.job);
        }
    }
}
