//! Transactions are atomic: consumers see a message of one only after its program said that it
//! counts.

use crate::facts::TransactionEnd;
use crate::observation::Observations;
use crate::observation::pages::Pages;
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// How far each message is, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    messages: Pages<State>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Not part of a transaction.
    #[default]
    Plain,
    /// Nobody said that it counts.
    Open,
    /// Somebody said so.
    Counts,
}

impl Transactions {
    /// A program sends a message of a transaction.
    pub(super) fn begun(&mut self, seen: &Seen<'_>) {
        if let Some(number) = seen.message {
            *self.messages.entry(number as usize) = State::Open;
        }
    }

    /// A program said what becomes of it.
    pub(super) fn decided(&mut self, seen: &Seen<'_>, end: TransactionEnd) {
        if let (Some(number), TransactionEnd::Commit) = (seen.message, end) {
            *self.messages.entry(number as usize) = State::Counts;
        }
    }

    /// A queue shows a message to consumers.
    #[inline]
    pub(super) fn shown(&self, seen: &Seen<'_>, so_far: &Observations) -> Verdict {
        let (Some(number), Some(queue)) = (seen.message, seen.queue) else { return Ok(()) };
        let topic = so_far.places.queues()[queue].topic;
        let is_open = self.messages.get(number as usize) == State::Open;
        if is_open && so_far.places.topics()[topic].planned.is_some() {
            return Err(Violation::of(Rule::UndecidedShown, seen, (1, 0)));
        }
        Ok(())
    }
}
