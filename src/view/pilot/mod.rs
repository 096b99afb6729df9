//! The page's side of the talk with the worker, without a worker: intentions in, requests out,
//! replies in.
//!
//! One request is in flight at a time. The pilot holds the recipe and the last good position, so
//! that a fresh worker can go on where a dead one stopped. Time comes in as wall nanoseconds.

mod intents;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::rc::Rc;

use super::pace::Pace;
use crate::session::frame::{Frame, Verdict};
use crate::session::protocol::{
    Command, PROTOCOL_VERSION, Position, Recipe, Rejection, Reply, Request, Selection, Update, Want,
};

/// A frame of the screen that took longer than this counts as this much: a hidden tab is no jump.
const LONGEST_FRAME_NS: u64 = 100_000_000;

/// With reduced motion an event comes once in so long.
const EVENT_BY_EVENT_NS: u64 = 1_000_000_000;

/// Workers that died in a row without a frame between them before the page gives up on the
/// position, and on the run.
const PATIENCE: u32 = 3;

/// What the page must tell the person at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Alert {
    /// An input that cannot be used; the run on screen stays.
    Rejected(Rejection),
    /// The worker died.
    Crashed(Crash),
    /// The run broke a rule and ends there.
    Violated(Verdict),
}

/// A dead worker: everything that is needed to make it happen again.
#[derive(Clone, Debug, PartialEq)]
pub struct Crash {
    /// Scenario of the run.
    pub scenario: String,
    /// Seed of the run.
    pub seed: u64,
    /// Clock of the last good frame, ns.
    pub now: u64,
    /// Events up to the last good frame.
    pub ordinal: u64,
    /// The sentence of the broken assumption.
    pub sentence: String,
    /// Too many in a row: nothing was started again.
    pub given_up: bool,
}

/// The page's side of the talk.
#[derive(Debug)]
pub struct Pilot {
    generation: u32,
    number: u32,
    ready: bool,
    in_flight: Option<Command>,
    waiting: VecDeque<Command>,
    want: Want,
    recipe: Recipe,
    frame: Rc<Frame>,
    loaded: bool,
    selection: Option<Selection>,
    playing: bool,
    pace: Pace,
    stepwise: bool,
    owed: u64,
    alert: Option<Alert>,
    crashes: u32,
    spoken: u32,
}

impl Pilot {
    /// A pilot that wants this run at this position, with this selected.
    pub fn new(recipe: Recipe, position: Position, selection: Option<Selection>) -> Self {
        let mut pilot = Self {
            generation: 1,
            number: 0,
            ready: false,
            in_flight: None,
            waiting: VecDeque::new(),
            want: Want::default(),
            recipe: recipe.clone(),
            frame: Rc::new(Frame::default()),
            loaded: false,
            selection,
            playing: false,
            pace: Pace::default(),
            stepwise: false,
            owed: 0,
            alert: None,
            crashes: 0,
            spoken: 0,
        };
        pilot.open(recipe, position);
        pilot
    }

    /// The newest frame.
    pub fn frame(&self) -> &Rc<Frame> {
        &self.frame
    }

    /// The recipe of the run on screen.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Whether a frame of a run is there.
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether the clock runs.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// The speed asked for.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// What is selected.
    pub fn selection(&self) -> Option<Selection> {
        self.selection
    }

    /// What frames hold.
    pub fn want(&self) -> Want {
        self.want
    }

    /// What the person must be told.
    pub fn alert(&self) -> Option<&Alert> {
        self.alert.as_ref()
    }

    /// Counts the steps whose outcome should be read aloud.
    pub fn spoken(&self) -> u32 {
        self.spoken
    }

    /// The generation of the worker that should run now; the caller starts one for each.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Nothing is in flight and nothing waits.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_none() && self.waiting.is_empty() && self.frame.working.is_none()
    }

    /// A seek or a run to a condition goes on.
    pub fn is_on_the_way(&self) -> bool {
        self.frame.working.is_some()
    }

    /// So much wall time passed since the last tick.
    pub fn tick(&mut self, wall_ns: u64) {
        if !self.playing || !self.loaded {
            return;
        }
        self.owed = (self.owed + wall_ns.min(LONGEST_FRAME_NS)).min(EVENT_BY_EVENT_NS);
        if !self.ready || !self.is_idle() {
            return;
        }
        if !self.stepwise {
            let wall_ns = std::mem::take(&mut self.owed).min(LONGEST_FRAME_NS);
            self.waiting.push_back(Command::Play { wall_ns, tempo: self.pace.tempo() });
        } else if self.owed >= EVENT_BY_EVENT_NS {
            self.owed = 0;
            self.waiting.push_back(Command::Step { forward: true });
        }
    }

    /// The request to post now, if any.
    pub fn next_request(&mut self) -> Option<Request> {
        if !self.ready || self.in_flight.is_some() {
            return None;
        }
        let goes_on = self.frame.working.map(|_| Command::Continue);
        let command = self.waiting.pop_front().or(goes_on)?;
        self.in_flight = Some(command.clone());
        self.number += 1;
        let (version, generation) = (PROTOCOL_VERSION, self.generation);
        Some(Request { version, generation, number: self.number, command, want: self.want })
    }

    /// Takes in what the worker of `generation` posted; false if nothing changed.
    pub fn take(&mut self, generation: u32, reply: Reply) -> bool {
        if generation != self.generation {
            return false;
        }
        if reply.version != PROTOCOL_VERSION {
            self.crashed(generation, "page and worker are of different versions: reload the page");
            return true;
        }
        match reply.update {
            Update::Ready => self.ready = true,
            Update::Frame(frame) => {
                return self.answered(reply.number, |pilot, command| {
                    pilot.show(*frame, &command);
                });
            }
            Update::Rejected(rejection) => {
                return self.answered(reply.number, |pilot, command| {
                    pilot.refused(rejection, &command);
                });
            }
        }
        true
    }

    /// The worker of `generation` died with this sentence: a fresh one goes on from the last good
    /// frame.
    pub fn crashed(&mut self, generation: u32, sentence: &str) {
        if generation != self.generation {
            return;
        }
        self.crashes += 1;
        let given_up = self.crashes > PATIENCE;
        self.alert = Some(Alert::Crashed(Crash {
            scenario: self.frame.run.scenario.clone(),
            seed: self.frame.run.seed,
            now: self.frame.now,
            ordinal: self.frame.ordinal,
            sentence: sentence.to_owned(),
            given_up,
        }));
        (self.playing, self.ready, self.in_flight) = (false, false, None);
        self.waiting.clear();
        self.generation += 1;
        if !given_up {
            // The same position may be what kills it: the second try begins at the start.
            let ordinal = if self.crashes == 1 { self.frame.ordinal } else { 0 };
            let recipe = self.recipe.clone();
            self.open(recipe, Position::Ordinal(ordinal));
        }
    }

    fn answered(&mut self, number: u32, act: impl FnOnce(&mut Self, Command)) -> bool {
        if number != self.number {
            return false;
        }
        let Some(command) = self.in_flight.take() else { return false };
        act(self, command);
        true
    }

    fn show(&mut self, frame: Frame, command: &Command) {
        match command {
            Command::Load { recipe, .. } => {
                self.recipe = recipe.clone();
                self.loaded = true;
            }
            Command::Step { .. } | Command::StepMessage { .. } | Command::RunUntil { .. } => {
                self.spoken += 1;
            }
            Command::Play { .. }
            | Command::Seek { .. }
            | Command::Continue
            | Command::Select { .. }
            | Command::Look
            | Command::Panic => (),
        }
        self.crashes = 0;
        if frame.ended {
            self.playing = false;
        }
        if frame.verdict != self.frame.verdict {
            self.alert = frame.verdict.clone().map(Alert::Violated);
        }
        self.frame = Rc::new(frame);
    }

    fn refused(&mut self, rejection: Rejection, command: &Command) {
        self.alert = Some(Alert::Rejected(rejection));
        self.playing = false;
        // A link that cannot be opened leaves no run on screen: the page goes on with the default.
        if matches!(command, Command::Load { .. })
            && !self.loaded
            && self.recipe != Recipe::default()
        {
            self.recipe = Recipe::default();
            self.selection = None;
            self.open(Recipe::default(), Position::Ordinal(0));
        }
    }
}
