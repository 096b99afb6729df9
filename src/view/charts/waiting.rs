//! Messages that wait, stacked by topic, as steps: a count holds until it changes.

use super::{Plot, px, scale};
use crate::session::frame::Charts;

/// The chart in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Messages at the topmost grid line.
    pub top: u64,
    /// One area per topic, the first at the bottom, as `<path>` data.
    pub areas: Vec<String>,
}

/// The areas up to `now`; `least` is what the axis shows at least (messages that will be sent,
/// where few).
pub fn draw(charts: &Charts, now: u64, least: u64, plot: &Plot) -> Drawn {
    let sums = charts.waiting.iter().map(|(_, topics)| sum(topics));
    let top = scale::count_top(sums.max().unwrap_or(0).max(least));
    let topics = charts.waiting.iter().map(|(_, topics)| topics.len()).max().unwrap_or(0);
    Drawn {
        top,
        areas: (0..topics)
            .map(|topic| steps(charts, topic, top, plot))
            .map(|steps| area(&steps, plot.axis.x(now)))
            .collect(),
    }
}

/// What waits in all topics together.
pub fn sum(topics: &[u32]) -> u64 {
    topics.iter().copied().map(u64::from).sum()
}

/// Where one topic's layer begins and ends: x, y of its upper and of its lower edge.
#[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of the axis")]
fn steps(charts: &Charts, topic: usize, top: u64, plot: &Plot) -> Vec<(f64, f64, f64)> {
    let y = |topics: &[u32], upto: usize| {
        plot.y(sum(&topics[..upto.min(topics.len())]) as f64, top as f64)
    };
    let step =
        |(at, topics): &(u64, Vec<u32>)| (plot.axis.x(*at), y(topics, topic + 1), y(topics, topic));
    charts.waiting.iter().map(step).collect()
}

/// The layer between its edges; the last step reaches to `end`.
fn area(steps: &[(f64, f64, f64)], end: f64) -> String {
    let Some(&(first, upper, _)) = steps.first() else { return String::new() };
    let mut path = format!("M{},{}", px(first), px(upper));
    for &(x, upper, _) in &steps[1..] {
        path.push_str(&format!("H{}V{}", px(x), px(upper)));
    }
    path.push_str(&format!("H{}", px(end)));
    // Back along the lower edge: there a step goes up or down before it goes left.
    for &(x, _, lower) in steps.iter().rev() {
        path.push_str(&format!("V{}H{}", px(lower), px(x)));
    }
    path.push('Z');
    path
}

#[cfg(test)]
mod tests {
    use super::super::Size;
    use super::*;
    use crate::view::format::SECOND;

    #[test]
    fn topics_stand_on_each_other_and_counts_hold_until_they_change() {
        let plot = Plot::new(10 * SECOND, Size { width: 824.0, height: 50.0 });
        let waiting = vec![(0, vec![0, 0]), (5 * SECOND, vec![4, 2]), (7_500_000_000, vec![1, 2])];
        let drawn = draw(&Charts { waiting, ..Charts::default() }, 10 * SECOND, 0, &plot);
        assert_eq!(drawn.top, 6);
        assert_eq!(
            drawn.areas,
            [
                "M44,43H426V16.33H617V36.33H808V43H617V43H426V43H44Z",
                "M44,43H426V3H617V23H808V36.33H617V16.33H426V43H44Z",
            ]
        );
    }

    #[test]
    fn the_axis_shows_at_least_what_is_planned() {
        let plot = Plot::new(SECOND, Size { width: 824.0, height: 40.0 });
        assert_eq!(draw(&Charts::default(), 0, 30, &plot), Drawn { top: 30, areas: Vec::new() });
    }
}
