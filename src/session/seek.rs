//! Going to a position or to a condition, in slices: a request never takes long, and the answer
//! says how far it is.

use super::checkpoints::NEAR;
use super::protocol::{Condition, Position, Selection};
use super::run::Run;
use super::stage::Stop;

/// Events within one slice.
const SLICE: u64 = 100_000;
/// Behind so many events it is a long way: three slices at a time, since between two of them the
/// worker waits for the page.
const LONG_WAY: u64 = 1_000_000;

/// A seek or run that goes on.
#[derive(Clone, Debug)]
pub(super) struct Task {
    goal: Goal,
    /// Where it began, to say how far it is.
    from: (u64, u64),
    /// A copy is kept here on the way.
    near: Option<u64>,
}

#[derive(Clone, Debug)]
enum Goal {
    /// After so many events.
    Ordinal(u64),
    /// Everything up to and including this time.
    Time(u64),
    /// Until this changes.
    Watch(Watched, u64),
}

/// A count that a condition waits for a change of.
#[derive(Clone, Copy, Debug)]
enum Watched {
    Marks,
    Rebalances,
    Consumed,
    Message { lane: usize, number: u32 },
}

impl Run {
    /// Begins to go somewhere, with the first slice.
    pub(super) fn seek(&mut self, to: Position) {
        match to {
            Position::Ordinal(ordinal) => self.seek_ordinal(ordinal),
            Position::Time(time) => self.seek_time(time.min(self.end())),
            Position::End => self.seek_time(self.end()),
        }
    }

    /// Goes on with what is under way.
    pub(super) fn go_on(&mut self) {
        let Some(task) = &self.task else { return };
        let gone = self.stage.ordinal().saturating_sub(task.from.0);
        self.continue_task(if gone < LONG_WAY { SLICE } else { 3 * SLICE });
    }

    fn continue_task(&mut self, budget: u64) {
        let Some(task) = self.task.take() else { return };
        let (done, task) = match task.goal {
            Goal::Ordinal(ordinal) => (self.go_to_ordinal(ordinal, task.near, budget), task),
            Goal::Time(time) => (self.go_to_time(time, budget), task),
            Goal::Watch(watched, old) => (self.until(watched, old, budget), task),
        };
        if !done {
            self.task = Some(task);
        }
    }

    /// How far the task is, in thousandths.
    pub(super) fn progress(&self) -> Option<u16> {
        let task = self.task.as_ref()?;
        let (from_ordinal, from_time) = task.from;
        let share = |from: u64, here: u64, to: u64| {
            let whole = to.saturating_sub(from).max(1);
            u16::try_from(here.saturating_sub(from) * 1000 / whole)
                .map_or(999, |part| part.min(999))
        };
        Some(match task.goal {
            Goal::Ordinal(to) => share(from_ordinal, self.stage.ordinal(), to),
            Goal::Time(to) => share(from_time, self.stage.last_at(), to),
            Goal::Watch(..) => share(from_time, self.stage.last_at(), self.end()),
        })
    }

    /// Forward (or back) to a condition.
    pub(super) fn run_until(&mut self, condition: Condition) {
        match condition {
            Condition::Marker { forward: false } => self.back_to_marker(),
            Condition::Marker { forward: true } => self.watch(Watched::Marks),
            Condition::Rebalance => self.watch(Watched::Rebalances),
            Condition::NextConsumed => self.watch(Watched::Consumed),
            Condition::SelectedConsumed => match self.selected() {
                Some(Selection::Message { lane, number }) => {
                    self.watch(Watched::Message { lane: usize::from(lane), number });
                }
                Some(Selection::Node { .. } | Selection::Queue { .. } | Selection::Link { .. })
                | None => (),
            },
        }
    }

    /// Goes to a position that is known to be in this run, however far.
    pub(super) fn seek_ordinal(&mut self, ordinal: u64) {
        self.moved();
        let ordinal = ordinal.max(self.checkpoints.start());
        let here = self.stage.ordinal();
        let from = self.checkpoints.before(ordinal);
        if ordinal < here || from.ordinal() > here {
            self.stage = from.clone();
        }
        let here = self.stage.ordinal();
        let near = (ordinal > here + 2 * NEAR).then(|| ordinal - NEAR);
        self.begin(Goal::Ordinal(ordinal), near);
    }

    fn seek_time(&mut self, time: u64) {
        self.moved();
        let here = self.stage.ordinal();
        let from = self.checkpoints.before_time(time);
        if time < self.stage.last_at() || from.ordinal() > here {
            self.stage = from.clone();
        }
        self.begin(Goal::Time(time), None);
    }

    fn begin(&mut self, goal: Goal, near: Option<u64>) {
        let from = (self.stage.ordinal(), self.stage.last_at());
        self.task = Some(Task { goal, from, near });
        self.continue_task(SLICE);
    }

    /// Something other than playing moves the clock.
    fn moved(&mut self) {
        self.task = None;
        self.rate = 0.0;
        self.step = None;
        self.tempo.forget();
    }

    fn go_to_ordinal(&mut self, ordinal: u64, near: Option<u64>, budget: u64) -> bool {
        let end = self.end();
        let mut left = budget;
        if let Some(near) = near.filter(|near| self.stage.ordinal() < *near) {
            left -= self.advance(Stop { time: end, ordinal: near }, left);
            if self.stage.ordinal() == near {
                self.checkpoints.keep_near(&self.stage);
            }
        }
        let events = self.advance(Stop { time: end, ordinal }, left);
        self.settle();
        self.stage.ordinal() >= ordinal || events < left
    }

    fn go_to_time(&mut self, time: u64, budget: u64) -> bool {
        let events = self.advance(Stop { time, ordinal: u64::MAX }, budget);
        let done = events < budget;
        self.now = if done { time } else { self.stage.last_at() };
        done
    }

    fn watch(&mut self, watched: Watched) {
        self.moved();
        let old = self.count(watched);
        self.begin(Goal::Watch(watched, old), None);
    }

    fn until(&mut self, watched: Watched, old: u64, budget: u64) -> bool {
        let stop = Stop { time: self.end(), ordinal: u64::MAX };
        for _ in 0..budget {
            if self.advance(stop, 1) == 0 {
                self.now = self.end();
                return true;
            }
            if self.count(watched) != old {
                self.settle();
                return true;
            }
        }
        self.settle();
        false
    }

    fn count(&self, watched: Watched) -> u64 {
        let lanes = self.stage.lanes().iter().map(|lane| lane.seen());
        match watched {
            Watched::Marks => lanes.map(|seen| seen.markers.marks().len() as u64).sum(),
            Watched::Rebalances => lanes.map(|seen| seen.markers.rebalances()).sum(),
            Watched::Consumed => lanes.map(|seen| seen.books.all.consumed).sum(),
            Watched::Message { lane, number } => {
                self.stage.lanes().get(lane).map_or(0, |lane| lane.seen().groups_done_with(number))
            }
        }
    }

    fn back_to_marker(&mut self) {
        let here = self.stage.ordinal();
        let lanes = self.stage.lanes().iter();
        let marks = lanes.flat_map(|lane| lane.seen().markers.marks());
        let before = marks.map(|mark| mark.ordinal).filter(|ordinal| *ordinal < here).max();
        self.seek_ordinal(before.unwrap_or(0));
    }
}
