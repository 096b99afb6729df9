//! The one clock of the command line: how long something took in wall time.

#[expect(clippy::disallowed_types, reason = "a benchmark measures wall time")]
use std::time::Instant;

/// Seconds that `work` took, and what it gave.
#[expect(clippy::disallowed_types, reason = "a benchmark measures wall time")]
pub(in crate::cli) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}
