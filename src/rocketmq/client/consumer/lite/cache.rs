//! Answers that wait for the program.
//!
//! Follows `consumeRequestCache`: first come, first handed out; those of queues that were given up
//! are passed over when their turn comes, and count until then.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::kernel::digest::{Digest, Digestible};

use super::super::holding::Owned;
use super::super::threads::Placed;

/// Messages of one answer.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Number of the owned queue.
    pub(super) id: u32,
    pub(super) messages: Rc<[Placed]>,
}

/// All answers that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache {
    answers: VecDeque<Found>,
}

impl Cache {
    pub(super) fn put(&mut self, found: Found) {
        self.answers.push_back(found);
    }

    /// The next answer of a queue that is still owned.
    pub(super) fn next(&mut self, owned: &Owned) -> Option<Found> {
        loop {
            let found = self.answers.pop_front()?;
            if owned.get(found.id).is_some() {
                return Some(found);
            }
        }
    }

    /// Throws away what it has of a queue.
    pub(super) fn clear(&mut self, id: u32) {
        self.answers.retain(|found| found.id != id);
    }

    pub(super) fn len(&self) -> u64 {
        self.answers.len() as u64
    }
}

impl Digestible for Cache {
    fn digest(&self, digest: &mut Digest) {
        for found in &self.answers {
            digest.put(&found.id);
            digest.word(found.messages.first().map_or(0, |(offset, _)| *offset));
        }
    }
}
