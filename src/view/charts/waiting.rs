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

/// The areas; `least` is what the axis shows at least (messages that will be sent, where few).
pub fn draw(charts: &Charts, least: u64, plot: &Plot) -> Drawn {
    let sums = charts.waiting.iter().map(|(_, topics)| sum(topics));
    let top = scale::count_top(sums.max().unwrap_or(0).max(least));
    let topics = charts.waiting.iter().map(|(_, topics)| topics.len()).max().unwrap_or(0);
    Drawn { top, areas: (0..topics).map(|topic| area(charts, topic, top, plot)).collect() }
}

/// What waits in all topics together.
pub fn sum(topics: &[u32]) -> u64 {
    topics.iter().copied().map(u64::from).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of the axis")]
fn area(charts: &Charts, topic: usize, top: u64, plot: &Plot) -> String {
    let y = |below: u64| plot.y(below as f64, top as f64);
    let edge = |upto: usize| -> Vec<(f64, f64)> {
        let height = |topics: &[u32]| y(sum(&topics[..upto.min(topics.len())]));
        charts.waiting.iter().map(|(at, topics)| (plot.axis.x(*at), height(topics))).collect()
    };
    let (upper, lower) = (edge(topic + 1), edge(topic));
    let Some(&(first, start)) = upper.first() else { return String::new() };
    let mut path = format!("M{},{}", px(first), px(start));
    for &(x, y) in &upper[1..] {
        path.push_str(&format!("H{}V{}", px(x), px(y)));
    }
    // Back along the lower edge: there a step goes up or down before it goes left.
    for (index, &(_, y)) in lower.iter().enumerate().rev() {
        path.push_str(&format!("V{}H{}", px(y), px(lower[index].0)));
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
        let waiting = vec![(0, vec![0, 0]), (5 * SECOND, vec![4, 2]), (10 * SECOND, vec![1, 2])];
        let drawn = draw(&Charts { waiting, ..Charts::default() }, 0, &plot);
        assert_eq!(drawn.top, 6);
        assert_eq!(
            drawn.areas,
            [
                "M44,45H426V18.33H808V38.33V45H808V45H426V45H44Z",
                "M44,45H426V5H808V25V38.33H808V18.33H426V45H44Z",
            ]
        );
    }

    #[test]
    fn the_axis_shows_at_least_what_is_planned() {
        let plot = Plot::new(SECOND, Size { width: 824.0, height: 44.0 });
        assert_eq!(draw(&Charts::default(), 30, &plot), Drawn { top: 30, areas: Vec::new() });
    }
}
