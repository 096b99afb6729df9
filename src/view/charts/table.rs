//! The charts as a table, for those who do not see them: values at the ticks that were played, and
//! now.

use super::axis::ticks;
use super::reading::{Reading, read};
use crate::session::frame::Charts;

/// Rows of the table: at most so many ticks.
const MOST: u64 = 10;

/// One reading per played tick, and one of now.
pub fn rows(charts: &Charts, now: u64, end: u64) -> Vec<Reading> {
    let mut times: Vec<u64> = ticks(end.max(1), MOST).into_iter().filter(|&at| at < now).collect();
    times.push(now);
    times.into_iter().map(|at| read(charts, at, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::format::SECOND;

    #[test]
    fn rows_end_with_now() {
        let times = |now: u64| -> Vec<u64> {
            let rows = rows(&Charts::default(), now * SECOND, 45 * SECOND);
            rows.into_iter().map(|row| row.at / SECOND).collect()
        };
        assert_eq!(times(12), [0, 5, 10, 12]);
        assert_eq!(times(0), [0]);
    }
}
