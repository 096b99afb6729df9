//! The journey of a message as rows whose waits, as written, add up to the total, as written.
//!
//! Rounding each wait alone would lose up to half a unit a row. So all waits are cut to whole
//! units, and the units that are missing to the rounded sum go to those that lost most.

use crate::session::frame::{MessageCard, Step};
use crate::view::format::{self, MICRO, MILLI, SECOND, UNIT};
use crate::view::sorted::insert_by;

/// How fine a journey is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Milliseconds: journeys of a second and longer.
    Millis,
    /// Microseconds: shorter ones, which would be rows of zeros otherwise.
    Micros,
}

impl Grain {
    /// The grain of a journey that took `total` ns.
    pub fn of(total: u64) -> Self {
        if total >= SECOND { Self::Millis } else { Self::Micros }
    }

    /// One unit in ns.
    pub fn nanos(self) -> u64 {
        match self {
            Self::Millis => MILLI,
            Self::Micros => MICRO,
        }
    }

    /// A moment in seconds.
    pub fn moment(self, at: u64) -> String {
        match self {
            Self::Millis => format::stamp(at),
            Self::Micros => format::fine_stamp(at),
        }
    }

    /// So many units with all their figures: `16 ms`, `19.318 s`, `412 µs`, `1.204 ms`.
    pub fn amount(self, units: u64) -> (String, &'static str) {
        let (small, large) = match self {
            Self::Millis => ("ms", "s"),
            Self::Micros => ("µs", "ms"),
        };
        match units {
            0..1_000 => (units.to_string(), small),
            _ => (format::decimal(units, 1_000, 3), large),
        }
    }
}

/// A step as a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The step.
    pub step: &'a Step,
    /// Its moment in seconds.
    pub time: String,
    /// The wait that ended with it: number and unit.
    pub wait: Option<(String, &'static str)>,
    /// One of the few longest waits.
    pub long: bool,
    /// The wait is nothing.
    pub zero: bool,
    /// The position on the clock stands at this step.
    pub current: bool,
}

/// The journey so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey<'a> {
    /// Steps up to now.
    pub rows: Vec<Row<'a>>,
    /// Sum of the waits, ns.
    pub total: u64,
    /// The sum as written.
    pub sum: String,
    /// How fine it is written.
    pub grain: Grain,
}

/// The steps up to the current one; those of the future are not told.
pub fn journey<'a>(card: &'a MessageCard) -> Journey<'a> {
    let told = card.current.map_or(0, |index| index as usize + 1).min(card.steps.len());
    let steps = &card.steps[..told];
    let waits: Vec<u64> = steps.iter().filter_map(|step| step.wait).collect();
    let total = waits.iter().sum();
    // The grain is that of the whole journey, so that rows do not change their look while it goes
    // on.
    let whole: u64 = card.steps.iter().filter_map(|step| step.wait).sum();
    let grain = Grain::of(whole);
    let mut written = rounded(&waits, grain.nanos()).into_iter().zip(long_waits(&waits));
    let row = |(index, step): (usize, &'a Step)| {
        let wait = step.wait.and_then(|_| written.next());
        Row {
            step,
            time: grain.moment(step.at),
            long: wait.is_some_and(|(_, long)| long),
            zero: wait.is_some_and(|(units, _)| units == 0),
            wait: wait.map(|(units, _)| grain.amount(units)),
            current: index + 1 == told,
        }
    };
    let rows = steps.iter().enumerate().map(row).collect();
    Journey { rows, total, sum: sum(total, grain), grain }
}

/// A total as it stands above its rows: `21.652 s`, `1.204 ms`.
pub fn total(ns: u64) -> String {
    sum(ns, Grain::of(ns))
}

fn sum(ns: u64, grain: Grain) -> String {
    let (number, unit) = grain.amount(format::divide(ns, grain.nanos()));
    format!("{number}{UNIT}{unit}")
}

/// Spans in whole units that add up to their rounded sum.
pub fn rounded(spans: &[u64], unit: u64) -> Vec<u64> {
    let mut units: Vec<u64> = spans.iter().map(|span| span / unit).collect();
    let target = format::divide(spans.iter().sum(), unit);
    let missing = target - units.iter().sum::<u64>();
    let losses: Vec<u64> = spans.iter().map(|span| span % unit).collect();
    for &index in
        greatest_first(&losses).iter().take(usize::try_from(missing).expect("less than one a row"))
    {
        units[index] += 1;
    }
    units
}

/// Where the greatest of these stands, the next, and so on; the first of equals before the others.
fn greatest_first(values: &[u64]) -> Vec<usize> {
    let mut order = Vec::with_capacity(values.len());
    for index in 0..values.len() {
        insert_by(&mut order, index, |&index| u64::MAX - values[index]);
    }
    order
}

/// At most so many rows are set off, else nothing is; and only waits of such a part of the whole.
const MOST_LONG: usize = 3;
const LONG_PART: u64 = 25;

/// The longest waits.
fn long_waits(waits: &[u64]) -> Vec<bool> {
    let mut long = vec![false; waits.len()];
    let least = waits.iter().sum::<u64>() / LONG_PART;
    for index in greatest_first(waits).into_iter().take(MOST_LONG) {
        long[index] = waits[index] > 0 && waits[index] >= least;
    }
    long
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::Inspector;
    use crate::view::sample;

    fn card() -> MessageCard {
        let Inspector::Message(card) = sample::first_program().inspector else {
            panic!("the sample has a message open");
        };
        *card
    }

    #[test]
    fn written_waits_add_up_to_the_written_total() {
        let card = card();
        let journey = journey(&card);
        let millis = |(number, unit): &(String, &str)| -> u64 {
            let digits: u64 = number.replace('.', "").parse().expect("a number");
            assert!(matches!(*unit, "ms" | "s"));
            digits
        };
        let written: u64 =
            journey.rows.iter().filter_map(|row| row.wait.as_ref()).map(millis).sum();
        assert_eq!((written, journey.sum.as_str()), (21_652, "21.652\u{a0}s"));
        assert_eq!(Some(journey.total), card.total);
    }

    #[test]
    fn missing_units_go_to_those_that_lost_most() {
        assert_eq!(rounded(&[400, 400, 400, 1_800], 1_000), [1, 0, 0, 2]);
        assert_eq!(rounded(&[1_400, 1_400, 200], 1_000), [2, 1, 0]);
        assert_eq!(rounded(&[], 1_000), Vec::<u64>::new());
        assert_eq!(rounded(&[2_000, 3_000], 1_000), [2, 3]);
    }

    #[test]
    fn the_future_is_not_told() {
        let mut card = card();
        card.current = Some(4);
        let rows = journey(&card).rows;
        assert_eq!((rows.len(), rows[4].current, rows[3].current), (5, true, false));
        card.current = None;
        assert_eq!(journey(&card).rows.len(), 0);
    }

    #[test]
    fn the_few_longest_waits_are_set_off() {
        let card = card();
        let times: Vec<String> =
            journey(&card).rows.into_iter().filter(|row| row.long).map(|row| row.time).collect();
        assert_eq!(times, ["20.127", "21.161"]);
        assert_eq!(long_waits(&[0, 0]), [false, false]);
    }

    #[test]
    fn short_journeys_are_told_in_microseconds() {
        assert_eq!(total(1_204_400), "1.204\u{a0}ms");
        assert_eq!(total(412_000), "412\u{a0}µs");
        assert_eq!(total(21_652_160_000), "21.652\u{a0}s");
    }
}
