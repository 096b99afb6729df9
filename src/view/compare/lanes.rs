//! A lane: one row per queue with its messages, requests and what is held, over a window of the clock.
//!
//! While they are few, each message and each request is a mark of its own. When they would run into each
//! other they become bars that say how many there were, and the lane says what a bar stands for.

use std::collections::BTreeMap;

use super::ring;
use crate::session::frame::{AskMark, Lane, WaitMark};
use crate::view::charts::axis::{TimeAxis, ticks};
use crate::view::charts::px;

/// Height of a queue's row, and room above the first and below the last.
pub const ROW: f64 = 32.0;
pub const ROOM: f64 = 16.0;

/// y of messages and requests within a row.
const MESSAGE: f64 = 9.0;
const REQUEST: f64 = 22.0;

/// A row holds so many marks singly, per pixel of its length.
const DENSITY: f64 = 1.0 / 9.0;

/// Width of a bar that stands for many, and the heights of the highest.
const BIN: f64 = 8.0;
const MESSAGE_BAR: f64 = 11.0;
const REQUEST_BAR: f64 = 14.0;

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

/// How many there were within short spans, as `<path>` data of all bars of a kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// Messages stored.
    pub messages: String,
    /// Requests that found something, and empty ones on top of them.
    pub found: String,
    pub empty: String,
}

/// What the bars of a lane stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Span of one bar, ns.
    pub span: u64,
    /// Messages and requests that the highest bar stands for.
    pub messages: u32,
    pub requests: u32,
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
    let rows: Vec<Row> =
        lane.queues.iter().enumerate().map(|(index, queue)| row(index, queue.id)).collect();
    let height = ROOM * 2.0 + ROW * rows.len() as f64;
    let (requests, messages) = shown(lane, window);
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
        messages: messages.iter().map(|mark| message(mark, lane, window)).collect(),
        ..drawn
    }
}

#[expect(clippy::cast_precision_loss, reason = "a lane has few rows")]
fn row(index: usize, id: u32) -> Row {
    Row { y: ROOM + ROW * index as f64, name: format!("q{id}"), shaded: index.is_multiple_of(2) }
}

/// Marks whose queue has a row and that reach into the window.
fn shown<'a>(lane: &'a Lane, window: &Window) -> (Vec<&'a AskMark>, Vec<&'a WaitMark>) {
    let row = |queue: u32| (queue as usize) < lane.queues.len();
    let within =
        |from: u64, to: Option<u64>| from <= window.to && to.is_none_or(|to| to >= window.from);
    let requests = lane.asking.requests.iter();
    let messages = lane.asking.messages.iter();
    (
        requests.filter(|mark| row(mark.queue) && within(mark.arrived, mark.answered)).collect(),
        messages.filter(|mark| row(mark.queue) && within(mark.stored, mark.delivered)).collect(),
    )
}

fn top(queue: u32) -> f64 {
    ROOM + ROW * f64::from(queue)
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

fn message(mark: &WaitMark, lane: &Lane, window: &Window) -> Message {
    let (x, y) = (window.x(mark.stored), top(mark.queue) + MESSAGE);
    let end = window.x(mark.delivered.unwrap_or(window.now));
    let down = mark.delivered.map(|_| format!("V{}", px(top(mark.queue) + REQUEST)));
    let topic = lane.queues.get(mark.queue as usize).map(|queue| usize::from(queue.topic));
    let tone = topic.and_then(|topic| lane.topics.get(topic)).map_or(0, |topic| topic.tone);
    Message {
        number: mark.message,
        x,
        y,
        tone,
        wait: format!("M{},{}H{}{}", px(x), px(y), px(end), down.unwrap_or_default()),
    }
}

/// Counts of one bar: messages, requests that found some, empty requests.
type Counts = BTreeMap<(u32, u32), [u32; 3]>;

fn bars(requests: &[&AskMark], messages: &[&WaitMark], window: &Window) -> (Bars, Scale) {
    let mut counts = Counts::new();
    let mut count = |queue: u32, at: u64, which: usize| {
        counts.entry((queue, bin(window.x(at) - window.left))).or_default()[which] += 1;
    };
    for mark in messages {
        count(mark.queue, mark.stored, 0);
    }
    for mark in requests {
        let answered = mark.answered.filter(|at| (window.from..=window.to).contains(at));
        if let Some(answered) = answered {
            count(mark.queue, answered, if mark.found > 0 { 1 } else { 2 });
        }
    }
    let most = |of: fn(&[u32; 3]) -> u32| counts.values().map(of).max().unwrap_or(0);
    let (messages, requests) = (most(|bar| bar[0]), most(|bar| bar[1] + bar[2]));
    let scale = Scale { span: span(window), messages, requests };
    let mut bars = Bars::default();
    for (place, counted) in counts {
        bars.push(place, counted, window, &scale);
    }
    (bars, scale)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a lane")]
fn bin(x: f64) -> u32 {
    (x / BIN).max(0.0) as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than the window")]
#[expect(clippy::cast_precision_loss, reason = "a span that is written with three figures")]
fn span(window: &Window) -> u64 {
    let share = BIN / (window.right - window.left).max(BIN);
    (window.to.saturating_sub(window.from) as f64 * share).round() as u64
}

impl Bars {
    fn push(
        &mut self,
        (queue, bin): (u32, u32),
        [messages, found, empty]: [u32; 3],
        window: &Window,
        scale: &Scale,
    ) {
        let (base, floor) = (top(queue) + MESSAGE + 4.5, top(queue) + REQUEST + 7.0);
        let x = window.left + f64::from(bin) * BIN;
        let found_height = height(found, scale.requests, REQUEST_BAR);
        let empty_height = height(empty, scale.requests, REQUEST_BAR);
        push_bar(&mut self.messages, x, base, height(messages, scale.messages, MESSAGE_BAR));
        push_bar(&mut self.found, x, floor, found_height);
        push_bar(&mut self.empty, x, floor - found_height, empty_height);
    }
}

/// Height of a bar: what is not zero is visible.
fn height(count: u32, most: u32, full: f64) -> f64 {
    match (count, most) {
        (0, _) | (_, 0) => 0.0,
        (count, most) => (full * f64::from(count) / f64::from(most)).max(1.5),
    }
}

fn push_bar(path: &mut String, x: f64, floor: f64, height: f64) {
    if height > 0.0 {
        path.push_str(&format!("M{},{}h6v-{}h-6z", px(x), px(floor), px(height)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn the_hand_stands_only_in_its_window() {
        let later = Window { from: 30 * SECOND, to: 60 * SECOND, ..window() };
        assert_eq!(later.playhead(), None);
        assert_eq!(later.ticks()[0], 30 * SECOND);
        assert_eq!(Window { right: 500.0, ..window() }.ticks().len(), 4);
    }
}
