//! What is selected, in terms that stay right while topics and queues come into being.

use crate::facts::QueueRef;

use super::compose::shown_queues;
use super::journeys::Replay;
use super::protocol::Selection;
use super::run::Run;
use super::stage::Stage;

/// A selection as the page named it, and the queue that its index meant then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picked {
    /// As the page named it.
    pub selection: Selection,
    /// The queue, where one is selected and there was one.
    pub queue: Option<QueueRef>,
}

impl Picked {
    /// A selection at a position.
    pub(super) fn new(selection: Selection, stage: &Stage) -> Self {
        let queue = match selection {
            Selection::Queue { lane, queue } => queue_at(stage, lane, queue),
            Selection::Message { .. } | Selection::Node { .. } | Selection::Link { .. } => None,
        };
        Self { selection, queue }
    }

    /// The queue that is selected; one that did not exist yet is looked for again.
    pub(super) fn queue(&self, stage: &Stage) -> Option<QueueRef> {
        self.queue.or_else(|| Self::new(self.selection, stage).queue)
    }
}

fn queue_at(stage: &Stage, lane: u8, index: u32) -> Option<QueueRef> {
    let seen = stage.lanes().get(usize::from(lane))?.seen();
    let queue = *shown_queues(seen).get(index as usize)?;
    Some(seen.places.queues()[queue].queue)
}

impl Run {
    /// The selection as the page named it.
    pub(super) fn selected(&self) -> Option<Selection> {
        self.selection.map(|picked| picked.selection)
    }

    /// The journey of the selected message, as far as this call's share of work brings it.
    pub(super) fn selected_replay(&mut self) -> Option<&Replay> {
        let Some(Selection::Message { lane, number }) = self.selected() else { return None };
        let end = self.end();
        self.journeys.of(usize::from(lane), number, &self.checkpoints, end)
    }
}
