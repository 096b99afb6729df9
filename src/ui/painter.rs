//! The canvas of moving marks: where they are is a function of the clock, so each animation frame
//! draws anew.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::dom;
use super::palette::Palette;
use crate::session::frame::{FlightKind, Frame};
use crate::view::charts::within;
use crate::view::flow::Picked;
use crate::view::flow::Scene;
use crate::view::flow::motion::{Mark, Moment, Tracks, marks};
use crate::view::pilot::Pilot;

/// The clock runs on between two frames of the worker, but not further than this.
const LONGEST_GUESS_MS: f64 = 50.0;

/// With more marks than this their halos are left out.
const MANY: usize = 300;

/// Draws the moving marks of the newest frame.
#[derive(Default)]
pub struct Painter {
    canvas: Option<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    scene: Rc<Scene>,
    tracks: Tracks,
    palette: Palette,
    received: f64,
    stale: bool,
    drawn: bool,
}

impl Painter {
    /// The canvas to draw on, when it was put into the page or taken out.
    pub fn attach(&mut self, canvas: Option<HtmlCanvasElement>) {
        self.canvas = canvas.and_then(|canvas| {
            let context = canvas.get_context("2d").ok().flatten()?;
            Some((canvas, context.unchecked_into()))
        });
        self.repaint();
    }

    /// Another layout of the stage.
    pub fn set_scene(&mut self, scene: Rc<Scene>) {
        if self.scene != scene {
            self.scene = scene;
            self.tracks.clear();
        }
        self.stale = true;
    }

    /// Colours have changed.
    pub fn repaint(&mut self) {
        self.palette = Palette::read();
        self.stale = true;
    }

    /// The worker answered at this wall time, in ms.
    pub fn fresh(&mut self, at: f64) {
        self.received = at;
        self.stale = true;
    }

    /// Draws the moment of `wall`, in ms, if it differs from the last one drawn.
    pub fn draw(&mut self, pilot: &Pilot, wall: f64) {
        if !std::mem::take(&mut self.stale) && !pilot.is_playing() {
            return;
        }
        let frame = Rc::clone(pilot.frame());
        let Some((canvas, context)) = self.canvas.clone() else { return };
        self.fit(&canvas, &context);
        let size = self.scene.size;
        if std::mem::take(&mut self.drawn) {
            context.clear_rect(0.0, 0.0, size.width, size.height);
        }
        let Some(lane) = frame.lanes.first() else { return };
        let still = dom::prefers("(prefers-reduced-motion: reduce)");
        let most = if self.scene.upright { 500 } else { 2000 };
        let moment = Moment { now: self.clock(pilot, &frame, wall), still, most };
        let marks = marks(lane, &self.scene, moment, &mut self.tracks);
        self.drawn = !marks.is_empty();
        let brush = Brush {
            context: &context,
            palette: &self.palette,
            picked: Picked::of(&frame, pilot.selection()),
            radius: if self.scene.upright { 4.0 } else { 4.5 },
            halo: marks.len() <= MANY,
        };
        for mark in &marks {
            brush.mark(mark);
        }
    }

    /// Virtual time of the screen: that of the frame, run on at its rate while playing.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few ms, positive"
    )]
    fn clock(&self, pilot: &Pilot, frame: &Frame, wall: f64) -> u64 {
        if !pilot.is_playing() || frame.skipping {
            return frame.now;
        }
        let since = within(wall - self.received, 0.0, LONGEST_GUESS_MS);
        let ahead = (since * 1e6 * frame.rate.max(0.0)) as u64;
        // The next event changes what flies; until the worker says so, nothing goes beyond it.
        let limit = frame.next_event.unwrap_or(u64::MAX).max(frame.now);
        frame.now.saturating_add(ahead).min(limit)
    }

    /// The canvas has a pixel for each pixel of the screen.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sizes of a screen"
    )]
    fn fit(&mut self, canvas: &HtmlCanvasElement, context: &CanvasRenderingContext2d) {
        let scale = dom::window().device_pixel_ratio();
        let pixels = |length: f64| (length * scale).round() as u32;
        let (width, height) = (pixels(self.scene.size.width), pixels(self.scene.size.height));
        if canvas.width() != width || canvas.height() != height {
            canvas.set_width(width);
            canvas.set_height(height);
            let _set = context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
        }
    }
}

/// How marks are drawn at one moment.
struct Brush<'a> {
    context: &'a CanvasRenderingContext2d,
    palette: &'a Palette,
    picked: Picked,
    radius: f64,
    halo: bool,
}

impl Brush<'_> {
    fn mark(&self, mark: &Mark) {
        let is_picked = self.picked.message.is_some_and(|picked| picked == mark.message);
        match mark.kind {
            FlightKind::Messages => self.circle(mark),
            FlightKind::Retry => self.diamond(mark),
            FlightKind::Ask => self.triangle(mark, 1.0),
            FlightKind::Answer | FlightKind::Control => self.triangle(mark, 0.7),
        }
        if is_picked {
            self.ring(mark);
        }
    }

    fn circle(&self, mark: &Mark) {
        let (x, y) = mark.at;
        if self.halo {
            self.disc((x, y), self.radius + 1.25, &self.palette.ground);
        }
        self.disc((x, y), self.radius, self.palette.tone(mark.tone));
    }

    fn disc(&self, (x, y): (f64, f64), radius: f64, colour: &str) {
        self.context.begin_path();
        let _arc = self.context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        self.context.set_fill_style_str(colour);
        self.context.fill();
    }

    fn diamond(&self, mark: &Mark) {
        const HALF: f64 = 5.5;
        let (x, y) = mark.at;
        let corners = [(x, y - HALF), (x + HALF, y), (x, y + HALF), (x - HALF, y)];
        self.polygon(&corners);
        self.context.set_fill_style_str(&self.palette.retry);
        self.context.fill();
    }

    /// Hollow, pointing where it goes.
    fn triangle(&self, mark: &Mark, scale: f64) {
        let ((x, y), (dx, dy)) = (mark.at, mark.along);
        let (ahead, back, side) = (5.0 * scale, -3.5 * scale, 4.75 * scale);
        let corner =
            |along: f64, across: f64| (x + dx * along - dy * across, y + dy * along + dx * across);
        self.polygon(&[corner(ahead, 0.0), corner(back, side), corner(back, -side)]);
        self.context.set_fill_style_str(&self.palette.ground);
        self.context.fill();
        let on_picked = mark.queue.is_some() && mark.queue == self.picked.queue;
        let colour = if on_picked { &self.palette.accent } else { self.palette.tone(mark.tone) };
        self.context.set_stroke_style_str(colour);
        self.context.set_line_width(1.5);
        self.context.set_line_join("round");
        self.context.stroke();
    }

    fn polygon(&self, corners: &[(f64, f64)]) {
        self.context.begin_path();
        for (index, &(x, y)) in corners.iter().enumerate() {
            if index == 0 {
                self.context.move_to(x, y);
            } else {
                self.context.line_to(x, y);
            }
        }
        self.context.close_path();
    }

    fn ring(&self, mark: &Mark) {
        let (x, y) = mark.at;
        self.context.begin_path();
        let _arc = self.context.arc(x, y, self.radius + 4.0, 0.0, std::f64::consts::TAU);
        self.context.set_stroke_style_str(&self.palette.accent);
        self.context.set_line_width(2.0);
        self.context.stroke();
    }
}
