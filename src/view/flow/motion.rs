//! Where moving marks are: a function of (sent, due, now) along the tracks of a scene.

use super::curve::{Point, Track};
use super::scene::Scene;
use crate::session::frame::{Flight, FlightKind, Lane};
use crate::view::sorted::Sorted;

/// Pixels between the messages of one answer, and the least when there are many.
const SPACING: f64 = 12.5;
const LEAST_SPACING: f64 = 3.0;

/// A mark to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Its centre.
    pub at: Point,
    /// The way it goes, a vector of length 1.
    pub along: Point,
    /// What it is.
    pub kind: FlightKind,
    /// Tone of its topic, nothing for control traffic.
    pub tone: Option<u8>,
    /// Number of the message, 0 for none.
    pub message: u32,
    /// Queue that it comes from or goes to.
    pub queue: Option<u32>,
}

/// Tracks by their ends, kept as long as the scene stays.
pub type Tracks = Sorted<(u32, u32, Option<u32>), Option<Track>>;

/// When and how marks are placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Virtual time, ns.
    pub now: u64,
    /// Reduced motion: what is on its way stands half-way.
    pub still: bool,
    /// At most so many marks.
    pub most: usize,
}

/// All marks of a moment.
pub fn marks(lane: &Lane, scene: &Scene, moment: Moment, tracks: &mut Tracks) -> Vec<Mark> {
    let mut marks = Vec::new();
    for flight in &lane.flights {
        let key = (flight.from, flight.to, flight.queue);
        let track = tracks.or_insert_with(key, || {
            scene.curve(flight.from, flight.to, flight.queue).as_ref().map(Track::of)
        });
        if let Some(track) = track {
            let share = if moment.still { 0.5 } else { share(flight, moment.now) };
            of_flight(lane, flight, share, track, &mut marks);
        }
        if marks.len() >= moment.most {
            marks.truncate(moment.most);
            break;
        }
    }
    marks
}

/// Share of the flight that lies behind it.
#[expect(clippy::cast_precision_loss, reason = "a track has few pixels")]
pub fn share(flight: &Flight, now: u64) -> f64 {
    let gone = now.saturating_sub(flight.sent) as f64;
    let whole = flight.due.saturating_sub(flight.sent).max(1) as f64;
    (gone / whole).min(1.0)
}

/// The messages of one packet follow each other; the last arrives when the packet is due.
fn of_flight(lane: &Lane, flight: &Flight, share: f64, track: &Track, marks: &mut Vec<Mark>) {
    let count = match flight.kind {
        FlightKind::Messages | FlightKind::Retry => flight.count.max(1),
        FlightKind::Ask | FlightKind::Answer | FlightKind::Control => 1,
    };
    let topic = lane.topics.get(usize::from(flight.topic));
    let tail = f64::from(count - 1);
    let length = track.length();
    let spacing = SPACING.min(length * 0.6 / tail.max(1.0)).max(LEAST_SPACING);
    let head = share * (length + tail * spacing);
    for behind in 0..count {
        let along = head - f64::from(behind) * spacing;
        if along < 0.0 {
            break;
        }
        if along > length {
            continue;
        }
        let (at, direction) = track.place(along);
        marks.push(Mark {
            at,
            along: direction,
            kind: flight.kind,
            tone: topic.map(|topic| topic.tone),
            message: if behind == 0 { flight.message } else { 0 },
            queue: flight.queue,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::charts::Size;
    use crate::view::flow::{Picked, Stage, scene};
    use crate::view::sample;

    #[test]
    fn messages_leave_at_the_queue_and_arrive_at_their_owner_when_due() {
        let frame = sample::first_program();
        let lane = &frame.lanes[0];
        let size = Size { width: 824.0, height: 508.0 };
        let picked = Picked::default();
        let stage = Stage { lane, now: frame.now, size, picked, scroll: 0, opening: false };
        let scene = scene(&stage);
        let flight = lane.flights.iter().find(|flight| flight.count == 3).expect("three messages");
        let one = Lane { flights: vec![flight.clone()], ..lane.clone() };
        let moment = |now| Moment { now, still: false, most: 2000 };
        let at = |now| marks(&one, &scene, moment(now), &mut Tracks::default());
        let start = at(flight.sent);
        assert_eq!(start.len(), 1, "the others have not left the queue");
        assert!((start[0].at.0 - 556.0).abs() < 1.0, "at the broker's right edge");
        let end = at(flight.due);
        assert_eq!(end.len(), 1, "the first ones have arrived");
        assert!((end[0].at.0 - 664.0).abs() < 1.0, "at the consumer's left edge");
        assert_eq!(at(flight.sent + (flight.due - flight.sent) / 2).len(), 3);
        let few = Moment { most: 4, still: true, now: frame.now };
        assert_eq!(marks(lane, &scene, few, &mut Tracks::default()).len(), 4);
    }
}
