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

/// A time that will be over.
pub(in crate::cli) struct Clock {
    #[expect(clippy::disallowed_types, reason = "people wait in wall time")]
    start: Instant,
    seconds: u64,
}

impl Clock {
    /// So many seconds from now on.
    #[expect(clippy::disallowed_types, reason = "people wait in wall time")]
    pub(in crate::cli) fn of(seconds: u64) -> Self {
        Self { start: Instant::now(), seconds }
    }

    /// They are over.
    pub(in crate::cli) fn is_over(&self) -> bool {
        self.start.elapsed().as_secs() >= self.seconds
    }
}
