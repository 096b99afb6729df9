//! Single steps: of the history, and of the selected message's journey.

use super::journeys::Replay;
use super::run::Run;
use super::stage::Stop;

impl Run {
    /// One event forward or back.
    pub(super) fn step(&mut self, forward: bool) {
        if !forward {
            let here = self.stage.ordinal();
            return self.seek_ordinal(here.saturating_sub(1));
        }
        let stop = Stop { time: self.end(), ordinal: u64::MAX };
        self.step = None;
        self.rate = 0.0;
        self.tempo.forget();
        if self.advance(stop, 1) == 1 {
            self.settle();
        }
    }

    /// To the next or previous step of the selected message's journey. Steps that share a position
    /// are still gone through one by one.
    pub(super) fn step_message(&mut self, forward: bool) {
        if self.selected_replay().is_none() {
            return;
        }
        let current = self.current_step();
        let Some(journey) = self.journeys.newest().map(Replay::journey) else { return };
        let target = if forward {
            current.map_or(0, |current| current + 1)
        } else {
            match current {
                Some(0) | None => {
                    let called = journey.called_ordinal;
                    return self.seek_ordinal(called);
                }
                Some(current) => current - 1,
            }
        };
        let Some(ordinal) = journey.steps.get(target).map(|step| step.ordinal) else { return };
        if ordinal != self.stage.ordinal() {
            self.seek_ordinal(ordinal);
        }
        self.step = Some(target);
    }

    /// The step of the selected message that the person stands on.
    pub(super) fn current_step(&self) -> Option<usize> {
        let here = self.stage.ordinal();
        let steps = &self.journeys.newest()?.journey().steps;
        let chosen = self.step.filter(|step| steps.get(*step).is_some_and(|s| s.ordinal == here));
        chosen.or_else(|| steps.iter().rposition(|step| step.ordinal <= here))
    }
}
