//! A lane: one row per queue with its messages, requests and what is held, over a window of the
//! clock.
//!
//! While they are few, each message and each request is a mark of its own. When they would run into
//! each other they become bars that say how many there were, and the lane says what a bar stands
//! for.

use super::bars::{Bars, Scale, bars};
use super::ring;
use super::window::Window;
use crate::session::frame::{AskMark, Lane, Queue, WaitMark};
use crate::view::charts::px;

/// Height of a queue's row, and room above the first and below the last.
pub const ROW: f64 = 32.0;
pub const ROOM: f64 = 16.0;

/// y of messages and requests within a row.
pub(super) const MESSAGE: f64 = 9.0;
pub(super) const REQUEST: f64 = 22.0;

/// A row holds so many marks singly, per pixel of its length.
const DENSITY: f64 = 1.0 / 9.0;

/// A row's place and name.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// y of its upper edge.
    pub y: f64,
    /// `q0`.
    pub name: String,
    /// Every other row is shaded.
    pub shaded: bool,
}

/// A message, and its wait as a line to the request that took it.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number.
    pub number: u32,
    pub x: f64,
    pub y: f64,
    /// Colour of its topic.
    pub tone: u8,
    /// The wait, as `<path>` data.
    pub wait: String,
}

/// A request that was answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    pub x: f64,
    pub y: f64,
    /// It found messages.
    pub found: bool,
}

/// A request held at the broker, from arrival to answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    /// The ring at its head, while it is held.
    pub ring: Option<ring::Ring>,
}

/// All of one lane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Height of the lane.
    pub height: f64,
    pub rows: Vec<Row>,
    pub held: Vec<Held>,
    pub ticks: Vec<Tick>,
    pub messages: Vec<Message>,
    /// Bars instead of single marks, with what they stand for.
    pub bars: Bars,
    pub scale: Option<Scale>,
}

/// Rows and marks of a lane.
#[expect(
    clippy::cast_precision_loss,
    reason = "a lane has few rows, and marks are counted roughly"
)]
pub fn draw(lane: &Lane, window: &Window) -> Drawn {
    let with_row = rows(lane);
    let (requests, messages) = shown(lane, &with_row, window);
    let rows: Vec<Row> =
        with_row.iter().enumerate().map(|(row, queue)| row_of(row, lane, *queue)).collect();
    let height = ROOM * 2.0 + ROW * rows.len() as f64;
    let room = (window.right - window.left) * DENSITY * rows.len() as f64;
    let many = requests.len().max(messages.len()) as f64 > room;
    let held = requests.iter().filter_map(|mark| held(mark, window, many)).collect();
    let drawn = Drawn { height, rows, held, ..Drawn::default() };
    if many {
        let (bars, scale) = bars(&requests, &messages, window);
        return Drawn { bars, scale: Some(scale), ..drawn };
    }
    Drawn {
        ticks: requests.iter().filter_map(|mark| tick(mark, window)).collect(),
        messages: messages
            .iter()
            .map(|mark| message(mark, tone(lane, &with_row, mark), window))
            .collect(),
        ..drawn
    }
}

#[expect(clippy::cast_precision_loss, reason = "a lane has few rows")]
fn row_of(row: usize, lane: &Lane, queue: usize) -> Row {
    let name = format!("q{}", lane.queues[queue].id);
    Row { y: ROOM + ROW * row as f64, name, shaded: row.is_multiple_of(2) }
}

/// The queues that have a row: those of topics that clients name. What comes again from elsewhere
/// is told of the queue that it was sent to.
fn rows(lane: &Lane) -> Vec<usize> {
    let named = |queue: &Queue| {
        let topic = lane.topics.get(usize::from(queue.topic));
        topic.is_none_or(|topic| topic.tone != u8::MAX)
    };
    (0..).zip(&lane.queues).filter(|(_, queue)| named(queue)).map(|(index, _)| index).collect()
}

/// Marks whose queue has a row and that reach into the window; each says its row for its queue.
fn shown(lane: &Lane, rows: &[usize], window: &Window) -> (Vec<AskMark>, Vec<WaitMark>) {
    let row = |queue: u32| {
        let row = rows.iter().position(|shown| *shown == queue as usize)?;
        u32::try_from(row).ok()
    };
    let within =
        |from: u64, to: Option<u64>| from <= window.to && to.is_none_or(|to| to >= window.from);
    let requests = lane.asking.requests.iter();
    let messages = lane.asking.messages.iter();
    let requests = requests.filter(|mark| within(mark.arrived, mark.answered));
    let messages = messages.filter(|mark| within(mark.stored, mark.delivered));
    (
        requests.filter_map(|mark| Some(AskMark { queue: row(mark.queue)?, ..*mark })).collect(),
        messages.filter_map(|mark| Some(WaitMark { queue: row(mark.queue)?, ..*mark })).collect(),
    )
}

/// y of the upper edge of a row.
pub(super) fn top(row: u32) -> f64 {
    ROOM + ROW * f64::from(row)
}

/// A bar from arrival to answer; among many only what is held now.
fn held(mark: &AskMark, window: &Window, many: bool) -> Option<Held> {
    let until = mark.until?;
    if many && mark.answered.is_some() {
        return None;
    }
    let (x, y) = (window.x(mark.arrived), top(mark.queue) + REQUEST);
    let end = window.x(mark.answered.unwrap_or(window.now));
    let ring = mark
        .answered
        .is_none()
        .then(|| ring::ring(end, y, 7.0, ring::left(mark.arrived, until, window.now)));
    Some(Held { x, y, width: (end - x).max(0.0), ring })
}

/// A request stands where it was answered; one whose answer lies outside the window is not drawn.
fn tick(mark: &AskMark, window: &Window) -> Option<Tick> {
    let answered = mark.answered.filter(|at| (window.from..=window.to).contains(at))?;
    Some(Tick { x: window.x(answered), y: top(mark.queue) + REQUEST, found: mark.found > 0 })
}

/// The colour of a message's topic; it stands in one of the rows.
fn tone(lane: &Lane, rows: &[usize], mark: &WaitMark) -> u8 {
    let topic = usize::from(lane.queues[rows[mark.queue as usize]].topic);
    lane.topics.get(topic).map_or(0, |topic| topic.tone)
}

fn message(mark: &WaitMark, tone: u8, window: &Window) -> Message {
    let (x, y) = (window.x(mark.stored), top(mark.queue) + MESSAGE);
    let end = window.x(mark.delivered.unwrap_or(window.now));
    let down = mark.delivered.map(|_| format!("V{}", px(top(mark.queue) + REQUEST)));
    Message {
        number: mark.message,
        x,
        y,
        tone,
        wait: format!("M{},{}H{}{}", px(x), px(y), px(end), down.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::Topic;
    use crate::view::format::SECOND;
    use crate::view::sample;

    fn window() -> Window {
        Window { from: 0, to: 30 * SECOND, left: 176.0, right: 808.0, now: 29_600_000_000 }
    }

    #[test]
    fn few_marks_are_drawn_singly() {
        let frame = sample::pull_and_push();
        let pull = draw(&frame.lanes[0], &window());
        assert_eq!((pull.height, pull.rows.len(), pull.messages.len()), (160.0, 4, 15));
        assert_eq!(pull.ticks.len(), 24);
        assert!(pull.held.is_empty() && pull.scale.is_none());
        let push = draw(&frame.lanes[2], &window());
        assert_eq!(push.held.iter().filter(|held| held.ring.is_some()).count(), 4);
    }

    #[test]
    fn a_wait_goes_along_and_down_to_its_request() {
        let frame = sample::pull_and_push();
        let drawn = draw(&frame.lanes[0], &window());
        let wait = &drawn.messages[0].wait;
        assert!(wait.starts_with("M196.22,25H281.34") && wait.ends_with("V38"), "{wait}");
        let waiting = drawn.messages.iter().filter(|message| !message.wait.contains('V'));
        assert_eq!(waiting.count(), 2);
    }

    #[test]
    fn many_marks_become_bars_that_say_how_many() {
        let mut lane = sample::pull_and_push().lanes.remove(2);
        let mark = |index: u64| AskMark {
            queue: 0,
            arrived: index * SECOND / 50,
            answered: Some(index * SECOND / 50),
            until: None,
            found: u32::from(index.is_multiple_of(2)),
        };
        lane.asking.requests = (0..1_500).map(mark).collect();
        let drawn = draw(&lane, &window());
        let scale = drawn.scale.expect("too many to show singly");
        assert!(drawn.ticks.is_empty() && drawn.messages.is_empty());
        assert!((18..=20).contains(&scale.requests), "{}", scale.requests);
        let bars = |path: &str| path.matches('M').count();
        assert_eq!((bars(&drawn.bars.messages), bars(&drawn.bars.found)), (15, 79));
        assert_eq!(bars(&drawn.bars.empty), 79);
    }

    #[test]
    fn what_no_client_names_has_no_row() {
        let mut lane = sample::pull_and_push().lanes.remove(0);
        let retry =
            Topic { name: "%RETRY%Group".to_owned(), tone: u8::MAX, ..lane.topics[0].clone() };
        lane.topics.insert(0, retry);
        for queue in &mut lane.queues {
            queue.topic = 1;
        }
        lane.queues[1].topic = 0;
        let drawn = draw(&lane, &window());
        let names: Vec<&str> = drawn.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["q0", "q2", "q3"]);
        assert!(drawn.messages.iter().all(|message| message.y < top(3)));
        assert!(drawn.messages.iter().any(|message| message.y > top(2)), "rows move up");
    }

    #[test]
    fn the_hand_stands_only_in_its_window() {
        let later = Window { from: 30 * SECOND, to: 60 * SECOND, ..window() };
        assert_eq!(later.playhead(), None);
        assert_eq!(later.ticks()[0], 30 * SECOND);
        assert_eq!(Window { right: 500.0, ..window() }.ticks().len(), 4);
    }
}
