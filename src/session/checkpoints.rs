//! Copies of the stage by position, so that seeking back is a short replay.
//!
//! There are at most [`LIMIT`] of them, evenly spread: when it is full, every other one goes and
//! the distance between new ones doubles. One more lies right before the place that the person last
//! went back to.

use super::stage::Stage;

/// Copies at most.
pub(super) const LIMIT: usize = 200;
/// Events between copies at first.
pub(super) const FIRST_SPACING: u64 = 512;
/// A replay longer than this leaves a copy so many events before its end.
pub(super) const NEAR: u64 = 1024;

/// A copy of the stage.
struct Checkpoint {
    ordinal: u64,
    last_at: u64,
    stage: Stage,
}

/// All copies of a run.
pub(super) struct Checkpoints {
    list: Vec<Checkpoint>,
    near: Option<Checkpoint>,
    spacing: u64,
}

impl Checkpoints {
    /// The copies of a run that begins with `stage`.
    pub(super) fn new(stage: &Stage) -> Self {
        Self { list: vec![copy(stage)], near: None, spacing: FIRST_SPACING }
    }

    /// Where the run begins.
    pub(super) fn start(&self) -> u64 {
        self.list[0].ordinal
    }

    /// The position at which the next copy is due, from `ordinal` on.
    pub(super) fn due(&self, ordinal: u64) -> u64 {
        let last = self.list[self.list.len() - 1].ordinal;
        if ordinal < last { u64::MAX } else { last + self.spacing }
    }

    /// Keeps a copy where one is due.
    pub(super) fn offer(&mut self, stage: &Stage) {
        if stage.ordinal() >= self.due(stage.ordinal()) {
            self.list.push(copy(stage));
        }
        if self.list.len() > LIMIT {
            let mut index = 0;
            self.list.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.spacing *= 2;
        }
    }

    /// Keeps a copy near to where the person is.
    pub(super) fn keep_near(&mut self, stage: &Stage) {
        self.near = Some(copy(stage));
    }

    /// The last copy from which `ordinal` lies ahead, or which is there.
    pub(super) fn before(&self, ordinal: u64) -> &Stage {
        let index = self.list.partition_point(|copy| copy.ordinal <= ordinal).max(1) - 1;
        let found = &self.list[index];
        let near = self.near.as_ref();
        let near = near.filter(|near| near.ordinal <= ordinal && near.ordinal > found.ordinal);
        &near.unwrap_or(found).stage
    }

    /// The last copy at which nothing after `time` has happened yet.
    pub(super) fn before_time(&self, time: u64) -> &Stage {
        let index = self.list.partition_point(|copy| copy.last_at <= time).max(1) - 1;
        &self.list[index].stage
    }

    /// The last copy that satisfies `early`, where earlier copies do so too.
    pub(super) fn last_where(&self, early: impl Fn(&Stage) -> bool) -> &Stage {
        let index = self.list.partition_point(|copy| early(&copy.stage)).max(1) - 1;
        &self.list[index].stage
    }

    /// Copies that are kept.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// Events between copies.
    pub(super) fn spacing(&self) -> u64 {
        self.spacing
    }
}

fn copy(stage: &Stage) -> Checkpoint {
    Checkpoint { ordinal: stage.ordinal(), last_at: stage.last_at(), stage: stage.clone() }
}
