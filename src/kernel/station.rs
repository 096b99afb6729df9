//! Servers with a queue in front: where load turns into waiting.

use std::collections::VecDeque;

use super::digest::{Digest, Digestible};
use super::time::{SimSpan, SimTime};

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
        Self { servers, capacity, busy: 0, waiting: VecDeque::new() }
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

    /// Takes the head of the queue out if it satisfies `unwanted`: what fast failure does.
    pub fn evict_head(&mut self, unwanted: impl FnOnce(&Waiting<J>) -> bool) -> Option<Waiting<J>> {
        self.waiting.front().filter(|head| unwanted(head))?;
        self.waiting.pop_front()
    }

    /// Takes a job in; `Ok` gives it back to be served now.
    pub(super) fn admit(&mut self, entry: Waiting<J>) -> Result<Waiting<J>, Admission> {
        if self.busy < self.servers {
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
    pub(super) fn release(&mut self) -> Option<Waiting<J>> {
        assert!(self.busy > 0, "a server that did not work cannot be done");
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.busy -= 1;
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
