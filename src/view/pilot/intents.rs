//! What a person can want from the page, as commands that wait for the worker.

use super::{Alert, Pilot};
use crate::session::protocol::{
    Command, Condition, Position, Recipe, Rejection, Selection, Source, Tweak, Want,
};
use crate::view::pace::Pace;

impl Pilot {
    /// Runs the clock; from the end it begins again.
    pub fn play(&mut self) {
        if self.frame.ended {
            self.waiting.push_back(Command::Seek { to: Position::Ordinal(0) });
        }
        self.owed = 0;
        self.playing = true;
    }

    /// Stops the clock.
    pub fn pause(&mut self) {
        self.playing = false;
        // The rate of a frame that was made while playing is not true any more.
        self.waiting.push_back(Command::Look);
    }

    /// Figures are shown, or no more.
    pub fn want_figures(&mut self, shown: bool) {
        if std::mem::replace(&mut self.want.figures, shown) != shown && self.loaded {
            self.waiting.push_back(Command::Look);
        }
    }

    /// Play or pause.
    pub fn toggle(&mut self) {
        if self.playing { self.pause() } else { self.play() }
    }

    /// One event forward or back; pauses.
    pub fn step(&mut self, forward: bool) {
        self.paused(Command::Step { forward });
    }

    /// One step of the selected message; pauses.
    pub fn step_message(&mut self, forward: bool) {
        if matches!(self.selection, Some(Selection::Message { .. })) {
            self.paused(Command::StepMessage { forward });
        }
    }

    /// To a position; pauses. A seek that still waits is replaced.
    pub fn seek(&mut self, to: Position) {
        self.waiting.retain(|command| !matches!(command, Command::Seek { .. }));
        self.paused(Command::Seek { to });
    }

    /// A span of time forward or back, within the scenario; pauses.
    pub fn nudge(&mut self, forward: bool, span: u64) {
        let pending = self.waiting.iter().find_map(|command| match command {
            Command::Seek { to: Position::Time(at) } => Some(*at),
            Command::Load { .. }
            | Command::Play { .. }
            | Command::Step { .. }
            | Command::StepMessage { .. }
            | Command::Seek { .. }
            | Command::RunUntil { .. }
            | Command::Continue
            | Command::Select { .. }
            | Command::Look
            | Command::Panic => None,
        });
        let from = pending.unwrap_or(self.frame.now);
        let at = if forward { from.saturating_add(span) } else { from.saturating_sub(span) };
        self.seek(Position::Time(at.min(self.frame.run.end)));
    }

    /// Forward or back to a condition; pauses.
    pub fn run_until(&mut self, condition: Condition) {
        self.paused(Command::RunUntil { condition });
    }

    /// Selects something or nothing; selecting pauses.
    pub fn select(&mut self, selection: Option<Selection>) {
        self.selection = selection;
        if selection.is_some() {
            self.playing = false;
        }
        self.waiting.push_back(Command::Select { selection });
    }

    /// Another scenario from its beginning.
    pub fn choose(&mut self, scenario: &str) {
        let source = Source::Shipped(scenario.to_owned());
        self.selection = None;
        self.playing = false;
        self.alert = None;
        self.open(Recipe { source, ..Recipe::default() }, Position::Ordinal(0));
    }

    /// Changes settings and takes others back, by their paths; the run starts anew and is played to
    /// now.
    pub fn tweak(&mut self, set: Vec<Tweak>, unset: &[String]) {
        let mut recipe = self.newest_recipe();
        recipe
            .tweaks
            .retain(|old| !unset.contains(&old.path) && set.iter().all(|new| new.path != old.path));
        recipe.tweaks.extend(set);
        self.open(recipe, Position::Time(self.frame.now));
    }

    /// A run at a position; what waited belonged to another run.
    pub fn open(&mut self, recipe: Recipe, position: Position) {
        self.waiting.clear();
        self.waiting.push_back(Command::Load { recipe, position });
        if let Some(selection) = self.selection {
            self.waiting.push_back(Command::Select { selection: Some(selection) });
        }
    }

    /// Where an address leads: within this run where it names this run, otherwise in its own.
    pub fn visit(&mut self, recipe: Recipe, position: Position, selection: Option<Selection>) {
        let shown = self.newest_recipe();
        let seed = shown.seed.unwrap_or(self.frame.run.seed);
        let is_same = recipe.source == shown.source
            && recipe.tweaks == shown.tweaks
            && recipe.seed.is_none_or(|asked| asked == seed);
        self.selection = selection;
        self.playing = false;
        if is_same {
            self.seek(position);
            self.waiting.push_back(Command::Select { selection });
        } else {
            self.open(recipe, position);
        }
    }

    /// Another speed.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// Reduced motion: event by event instead of a running clock.
    pub fn set_stepwise(&mut self, stepwise: bool) {
        self.stepwise = stepwise;
    }

    /// What frames must hold from now on.
    pub fn set_want(&mut self, want: Want) {
        if want != self.want {
            self.want = want;
            self.waiting.push_back(Command::Look);
        }
    }

    /// A part of the address that cannot be used.
    pub fn complain(&mut self, rejection: Rejection) {
        self.alert = Some(Alert::Rejected(rejection));
    }

    /// The person has read the alert.
    pub fn dismiss(&mut self) {
        self.alert = None;
    }

    /// Test only: breaks the worker on purpose.
    pub fn panic(&mut self) {
        self.waiting.push_back(Command::Panic);
    }

    fn paused(&mut self, command: Command) {
        self.playing = false;
        self.waiting.push_back(command);
    }

    /// The recipe of a load that has not been answered yet, or of the run on screen.
    fn newest_recipe(&self) -> Recipe {
        let loading = self.waiting.iter().rev().chain(&self.in_flight).find_map(|command| {
            if let Command::Load { recipe, .. } = command { Some(recipe) } else { None }
        });
        loading.unwrap_or(&self.recipe).clone()
    }
}
