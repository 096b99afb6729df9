//! The four figures of a lane, with bars that compare it with the others.

use crate::session::frame::{Asking, Lane};
use crate::view::format::{self, NOTHING};

/// A figure with its bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Key of its name.
    pub key: &'static str,
    /// As written; a dash before there is one.
    pub text: String,
    /// The bar: part and whole.
    pub bar: (u64, u64),
    /// In full, once there is one.
    pub exact: Option<Exact>,
}

/// A figure in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exact {
    /// A ratio, as its two counts.
    Ratio(u64, u64),
    /// A wait, ns.
    Span(u64),
}

/// Names of the figures, in order.
pub const KEYS: [&str; 4] =
    ["lane.requests_per_message", "lane.empty", "lane.mean_wait", "lane.p99"];

/// Answered requests per delivered message, in thousandths.
pub fn requests_per_message(lane: &Lane) -> Option<u64> {
    let (answered, delivered) = (lane.asking.answered, lane.ledger.delivered);
    (delivered > 0).then(|| format::divide(answered * 1_000, delivered))
}

/// The figures of one of these lanes.
pub fn figures(lanes: &[Lane], index: usize) -> [Figure; 4] {
    let lane = &lanes[index];
    let asking = &lane.asking;
    let most = |of: &dyn Fn(&Lane) -> Option<u64>| lanes.iter().filter_map(of).max().unwrap_or(0);
    let waited = |of: fn(&Asking) -> u64| {
        move |lane: &Lane| (lane.asking.wait.count > 0).then(|| of(&lane.asking))
    };
    let (mean, longest) = (waited(|asking| asking.wait.mean), waited(|asking| asking.wait.p99));
    let requests = requests_per_message(lane);
    let empty = (asking.answered > 0).then_some(asking.empty);
    let written = |value: Option<u64>, text: fn(u64) -> String| {
        value.map_or_else(|| NOTHING.to_owned(), text)
    };
    let [requests_key, empty_key, mean_key, p99_key] = KEYS;
    [
        Figure {
            key: requests_key,
            text: written(requests, figure),
            bar: (requests.unwrap_or(0), most(&requests_per_message)),
            exact: requests.map(|_| Exact::Ratio(asking.answered, lane.ledger.delivered)),
        },
        Figure {
            key: empty_key,
            text: format::share(asking.empty, asking.answered),
            bar: (empty.unwrap_or(0), asking.answered),
            exact: empty.map(|empty| Exact::Ratio(empty, asking.answered)),
        },
        Figure {
            key: mean_key,
            text: written(mean(lane), format::span),
            bar: (mean(lane).unwrap_or(0), most(&mean)),
            exact: mean(lane).map(Exact::Span),
        },
        Figure {
            key: p99_key,
            text: written(longest(lane), format::span),
            bar: (longest(lane).unwrap_or(0), most(&longest)),
            exact: longest(lane).map(Exact::Span),
        },
    ]
}

/// Thousandths with three figures: `1.85`, `12.4`.
pub fn figure(thousandths: u64) -> String {
    let decimals = match thousandths {
        0..9_995 => 2,
        9_995..99_950 => 1,
        _ => 0,
    };
    format::decimal(thousandths, 1_000, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::{Ledger, Percentiles};

    fn lane(answered: u64, empty: u64, delivered: u64, mean: u64) -> Lane {
        let wait = Percentiles { count: delivered, mean, p99: mean * 2, ..Percentiles::default() };
        Lane {
            ledger: Ledger { delivered, ..Ledger::default() },
            asking: Asking { answered, empty, wait, ..Asking::default() },
            ..Lane::default()
        }
    }

    #[test]
    fn figures_compare_with_the_largest_lane() {
        let lanes = [lane(24, 11, 13, 2_500_000_000), lane(60, 45, 15, 524_000_000)];
        let shown = figures(&lanes, 0).map(|figure| figure.text.replace(format::UNIT, " "));
        assert_eq!(shown, ["1.85", "46 %", "2.50 s", "5.00 s"]);
        let bars = figures(&lanes, 0).map(|figure| figure.bar);
        assert_eq!(bars[0], (1_846, 4_000));
        assert_eq!(bars[1], (11, 24));
        assert_eq!(figures(&lanes, 1)[2].bar, (524_000_000, 2_500_000_000));
    }

    #[test]
    fn before_the_first_answer_there_are_dashes() {
        let lanes = [lane(0, 0, 0, 0)];
        assert!(figures(&lanes, 0).iter().all(|figure| figure.text == NOTHING));
        assert!(figures(&lanes, 0).iter().all(|figure| figure.bar.0 == 0));
    }
}
