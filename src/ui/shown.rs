//! What the components see of the run: one snapshot a rendering.

use super::driver::Frames;
use super::part::Shot;
use crate::session::protocol::{Recipe, Selection};
use crate::view::pace::Pace;
use crate::view::pilot::{Alert, Pilot};

/// A snapshot of the pilot.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// The frame of stage, guide and bars.
    pub frame: Shot,
    /// The frame of charts, ledger, lanes and inspector.
    pub panels: Shot,
    /// A frame of a run is there.
    pub loaded: bool,
    /// The clock runs.
    pub playing: bool,
    /// The speed asked for.
    pub pace: Pace,
    /// What is selected.
    pub selection: Option<Selection>,
    /// What the person must be told.
    pub alert: Option<Alert>,
    /// The recipe of the run.
    pub recipe: Recipe,
    /// Counts the steps that are read aloud.
    pub spoken: u32,
}

impl Shown {
    /// What the pilot shows now.
    pub fn of(pilot: &Pilot, frames: Frames) -> Self {
        Self {
            frame: frames.stage,
            panels: frames.panels,
            loaded: pilot.is_loaded(),
            playing: pilot.is_playing(),
            pace: pilot.pace(),
            selection: pilot.selection(),
            alert: pilot.alert().cloned(),
            recipe: pilot.recipe().clone(),
            spoken: pilot.spoken(),
        }
    }

    /// Nothing was played yet.
    pub fn is_opening(&self) -> bool {
        self.loaded && !self.playing && self.frame.now == 0
    }
}
