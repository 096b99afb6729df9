//! Tempo: how far the clock goes within so much wall time.
//!
//! Followed, the pace depends on what is to be seen: a packet flies for a good part of a second, a
//! quiet span takes half a second however long it is. Fixed, virtual time is wall time by a factor.
//! Wall time is handed in.

use crate::facts::CarriedKind;
use crate::kernel::time::SimTime;

use super::protocol::Tempo;
use super::run::Run;
use super::stage::Stop;

/// Wall ns of a flight with messages.
const MESSAGE_FLIGHT: f64 = 0.4e9;
/// Wall ns of a request for messages or an answer.
const REQUEST_FLIGHT: f64 = 0.3e9;
/// Wall ns of heartbeats, routes and the like.
const CONTROL_FLIGHT: f64 = 0.12e9;
/// Wall ns that the longest of several flights takes at most.
const LONGEST_FLIGHT: f64 = 1.0e9;
/// Wall ns that a span without flights takes at most, all its parts together.
const QUIET: f64 = 0.5e9;
/// Each part of a quiet span takes at most this share of what is left of [`QUIET`].
const QUIET_SHARE: f64 = 0.6;
/// Virtual ns a wall ns where nothing flies and the next event is near.
const NEAR_RATE: f64 = 0.02;
/// A quiet span of so many virtual ns is marked as skipped.
pub(super) const MARKED_QUIET: u64 = 2_000_000_000;
/// From so many events a virtual second on single flights cannot be followed any more …
const CROWDED: f64 = 300.0;
/// … and from so many on the clock runs as fast as the wall's.
const CROWD: f64 = 1500.0;
/// Events are counted over about so many virtual ns.
const CROWD_SPAN: f64 = 0.3e9;
/// Changes of pace within one `Play` at most; the rest of its wall time goes at the last one.
const PACES: usize = 64;
/// Events within one `Play` at most: beyond that the clock falls behind, and the frame says so.
const EVENTS: u64 = 40_000;

/// What the tempo remembers between two calls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TempoState {
    /// When the quiet span began, and the wall time that it has taken.
    quiet: Option<(u64, f64)>,
    /// The quiet span is long enough for a mark.
    pub(super) skipping: bool,
    /// Events a virtual second of late.
    crowd: Option<f64>,
}

impl TempoState {
    /// The clock was moved by something else.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Run {
    /// Lets the clock run for `wall_ns`.
    pub(super) fn play(&mut self, wall_ns: u64, tempo: Tempo) {
        let start = self.now;
        let wall = as_f64(wall_ns);
        match tempo {
            Tempo::Fixed { rate } => self.play_fixed(wall * rate.max(0.0)),
            Tempo::Follow { speed } => self.play_followed(wall * speed.max(0.0)),
        }
        self.rate = if wall_ns == 0 { 0.0 } else { as_f64(self.now - start) / wall };
        self.step = None;
    }

    fn play_fixed(&mut self, span: f64) {
        self.tempo.forget();
        let target = self.now.saturating_add(as_u64(span)).min(self.end());
        let stop = Stop { time: target, ordinal: u64::MAX };
        let events = self.advance(stop, EVENTS);
        let reached = events < EVENTS;
        self.now = if reached { target } else { self.stage.last_at().max(self.now) };
    }

    /// `wall`: wall ns at the tempo's own pace.
    fn play_followed(&mut self, mut wall: f64) {
        let mut events = EVENTS;
        for _ in 0..PACES {
            let next = self.stage.next_at().unwrap_or(u64::MAX).min(self.end());
            let gap = next - self.now;
            let need = self.wall_for(gap);
            if need > wall {
                self.now += as_u64(as_f64(gap) * wall / need).min(gap);
                self.spend(wall);
                return;
            }
            wall -= need;
            self.spend(need);
            self.now = next;
            let happened = self.advance(Stop { time: next, ordinal: u64::MAX }, events);
            self.count_crowd(gap, happened);
            events -= happened;
            if next >= self.end() || events == 0 {
                return self.end_quiet();
            }
        }
    }

    /// Wall ns that the next `gap` virtual ns take.
    fn wall_for(&mut self, gap: u64) -> f64 {
        let crowd = self.crowd();
        let Some(pace) = self.flight_pace() else {
            let (since, spent) = *self.tempo.quiet.get_or_insert((self.now, 0.0));
            self.tempo.skipping = self.now + gap - since >= MARKED_QUIET;
            let near = as_f64(gap) / hurried(NEAR_RATE, crowd);
            return near.min((QUIET - spent) * QUIET_SHARE);
        };
        self.end_quiet();
        as_f64(gap) / hurried(pace, crowd)
    }

    /// Events a virtual second of late; at first the average of the whole run.
    fn crowd(&mut self) -> f64 {
        let (ordinal, now) = (self.stage.ordinal() - self.checkpoints.start(), self.now);
        let average = || as_f64(ordinal) * 1e9 / as_f64(now.max(1_000_000_000));
        *self.tempo.crowd.get_or_insert_with(average)
    }

    fn count_crowd(&mut self, gap: u64, events: u64) {
        let crowd = self.crowd();
        let left = crowd * libm::exp(-as_f64(gap) / CROWD_SPAN);
        self.tempo.crowd = Some(left + as_f64(events) * 1e9 / CROWD_SPAN);
    }

    fn spend(&mut self, wall: f64) {
        if let Some((_, spent)) = &mut self.tempo.quiet {
            *spent += wall;
        }
    }

    fn end_quiet(&mut self) {
        let quiet = self.tempo.quiet.take();
        self.tempo.skipping = false;
        if let Some((since, _)) = quiet.filter(|(since, _)| self.now - since >= MARKED_QUIET) {
            self.skip(since, self.now);
        }
    }

    /// Virtual ns a wall ns: the flight that needs most time gets it, unless the longest one would
    /// then take too long.
    fn flight_pace(&self) -> Option<f64> {
        let looks = self.stage.lanes().iter().map(|lane| lane.look());
        let span = |sent: SimTime, due: SimTime| due.since(sent).as_nanos();
        let flights: Vec<(CarriedKind, u64)> = looks
            .flat_map(|look| look.flights)
            .map(|flight| (flight.carried.kind, span(flight.sent, flight.due)))
            .filter(|(_, span)| *span > 0)
            .collect();
        let longest = flights.iter().map(|(_, span)| *span).max()?;
        let paces = flights.iter().map(|(kind, span)| as_f64(*span) / wall_of(*kind));
        let slowest = paces.min_by(f64::total_cmp)?;
        Some(slowest.max(as_f64(longest) / LONGEST_FLIGHT))
    }
}

/// The pace of flights, or where they are too many to be followed a faster one, up to that of the
/// wall.
fn hurried(pace: f64, crowd: f64) -> f64 {
    let share = ((crowd - CROWDED) / (CROWD - CROWDED)).clamp(0.0, 1.0);
    if pace >= 1.0 { pace } else { libm::pow(pace, 1.0 - share) }
}

/// Wall ns of a flight.
fn wall_of(kind: CarriedKind) -> f64 {
    match kind {
        CarriedKind::Messages | CarriedKind::Retry => MESSAGE_FLIGHT,
        CarriedKind::Ask | CarriedKind::Answer => REQUEST_FLIGHT,
        CarriedKind::Control => CONTROL_FLIGHT,
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans on a screen need no more than 52 bits")]
fn as_f64(ns: u64) -> f64 {
    ns as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest u64 below"
)]
fn as_u64(ns: f64) -> u64 {
    ns as u64
}
