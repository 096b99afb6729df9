//! The part of the clock that all lanes show, on their pixels.

use crate::view::charts::axis::{TimeAxis, ticks};

/// The part of the clock that a lane shows, on its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// From, to (ns).
    pub from: u64,
    pub to: u64,
    /// x of both.
    pub left: f64,
    pub right: f64,
    /// The moment of the frame, ns.
    pub now: u64,
}

impl Window {
    /// x of a time; what lies outside is drawn at the edge.
    pub fn x(&self, at: u64) -> f64 {
        let span = self.to.saturating_sub(self.from).max(1);
        let axis = TimeAxis { end: span, left: self.left, right: self.right };
        axis.x(at.saturating_sub(self.from))
    }

    /// Round times in the window, as many as have room.
    pub fn ticks(&self) -> Vec<u64> {
        let most = if self.right - self.left < 420.0 { 3 } else { 6 };
        let span = self.to.saturating_sub(self.from);
        ticks(span.max(1), most).into_iter().map(|at| self.from + at).collect()
    }

    /// x of the clock's hand, where it stands in the window and has left the beginning.
    pub fn playhead(&self) -> Option<f64> {
        let within = self.now > 0 && (self.from..=self.to).contains(&self.now);
        within.then(|| self.x(self.now))
    }
}
