//! A run: the stage at a position, the copies behind it, and what the person does with it.

use crate::scenario::Bound;

use super::checkpoints::Checkpoints;
use super::frame::RunInfo;
use super::journeys::Journeys;
use super::play::TempoState;
use super::promised::Promised;
use super::protocol::Selection;
use super::seek::Task;
use super::select::Picked;
use super::stage::{Stage, Stop};

/// Quiet spans that are remembered.
const SKIPPED: usize = 256;

/// A run at a position.
pub struct Run {
    pub(super) info: RunInfo,
    /// Title and subtitle of each lane.
    pub(super) titles: Vec<(String, String)>,
    /// What bounds each lane.
    pub(super) bounds: Vec<Option<Bound>>,
    pub(super) stage: Stage,
    /// The clock, ns since the scenario's start: never before the last event, never behind the next
    /// one.
    pub(super) now: u64,
    pub(super) checkpoints: Checkpoints,
    pub(super) task: Option<Task>,
    pub(super) tempo: TempoState,
    pub(super) rate: f64,
    pub(super) skipped: Vec<(u64, u64)>,
    pub(super) selection: Option<Picked>,
    /// The step of the selected message's journey that the person stands on, where several share a
    /// position.
    pub(super) step: Option<usize>,
    pub(super) journeys: Journeys,
    pub(super) promised: Promised,
}

impl Run {
    /// A run at its beginning.
    pub fn new(info: RunInfo, titles: Vec<(String, String)>, mut stage: Stage) -> Self {
        stage.run_in();
        let checkpoints = Checkpoints::new(&stage);
        Self {
            info,
            titles,
            bounds: Vec::new(),
            stage,
            now: 0,
            checkpoints,
            task: None,
            tempo: TempoState::default(),
            rate: 0.0,
            skipped: Vec::new(),
            selection: None,
            step: None,
            journeys: Journeys::default(),
            promised: Promised::default(),
        }
    }

    /// End of the scenario, or where a rule was broken.
    pub fn end(&self) -> u64 {
        let broken = self.stage.violation().map(|(_, violation)| violation.at);
        broken.map_or(self.info.end, |at| at.min(self.info.end))
    }

    /// The stage at the run's position.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The clock.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Copies that are kept, and events between them.
    pub fn checkpoints(&self) -> (usize, u64) {
        (self.checkpoints.count(), self.checkpoints.spacing())
    }

    /// Runs forward, `budget` events at most, and keeps copies where they are due; gives the
    /// events.
    pub(super) fn advance(&mut self, stop: Stop, budget: u64) -> u64 {
        let mut done = 0;
        loop {
            let due = self.checkpoints.due(self.stage.ordinal());
            let part = Stop { ordinal: stop.ordinal.min(due), ..stop };
            let events = self.stage.advance(part, budget - done);
            done += events;
            self.checkpoints.offer(&self.stage);
            if events == 0 || done >= budget || self.stage.ordinal() < due {
                return done;
            }
        }
    }

    /// The clock stands at the last event, or at the beginning.
    pub(super) fn settle(&mut self) {
        self.now = self.stage.last_at();
    }

    /// Remembers a quiet span that was skipped.
    pub(super) fn skip(&mut self, from: u64, to: u64) {
        let known = |span: &&mut (u64, u64)| span.0 <= to && from <= span.1;
        if let Some(span) = self.skipped.iter_mut().find(known) {
            *span = (span.0.min(from), span.1.max(to));
        } else if self.skipped.len() < SKIPPED {
            self.skipped.push((from, to));
        }
    }

    /// Selects something or nothing.
    pub(super) fn select(&mut self, selection: Option<Selection>) {
        self.selection = selection.map(|selection| Picked::new(selection, &self.stage));
        self.step = None;
    }
}
