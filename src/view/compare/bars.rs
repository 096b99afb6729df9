//! Many marks of a lane as bars: how many messages and requests there were within short spans.

use super::lanes::{MESSAGE, REQUEST, top};
use super::window::Window;
use crate::session::frame::{AskMark, WaitMark};
use crate::view::charts::px;
use crate::view::sorted::Sorted;

/// Width of a bar that stands for many, and the heights of the highest.
const BIN: f64 = 8.0;
const MESSAGE_BAR: f64 = 11.0;
const REQUEST_BAR: f64 = 14.0;

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

/// Counts of one bar: messages, requests that found some, empty requests.
type Counts = Sorted<(u32, u32), [u32; 3]>;

/// The bars of one lane, and what they stand for.
pub(super) fn bars(requests: &[AskMark], messages: &[WaitMark], window: &Window) -> (Bars, Scale) {
    let mut counts = Counts::default();
    let mut count = |queue: u32, at: u64, which: usize| {
        counts.or_insert_with((queue, bin(window.x(at) - window.left)), Default::default)[which] +=
            1;
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
    let most = |of: fn(&[u32; 3]) -> u32| counts.iter().map(|(_, bar)| of(bar)).max().unwrap_or(0);
    let (messages, requests) = (most(|bar| bar[0]), most(|bar| bar[1] + bar[2]));
    let scale = Scale { span: span(window), messages, requests };
    let mut bars = Bars::default();
    for &(place, counted) in counts.iter() {
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
