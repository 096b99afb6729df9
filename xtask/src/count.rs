//! Reads from a test runner's output how many tests passed and failed.

use std::ops::AddAssign;

/// Tests that were run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Count {
    /// One check that held.
    pub(crate) const ONE: Self = Self { passed: 1, failed: 0 };

    /// Adds what a closing line of `cargo test` or `node --test` says; other lines say nothing.
    pub(crate) fn see(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.passed += before(rest, " passed").unwrap_or(0);
            self.failed += before(rest, " failed").unwrap_or(0);
        } else if let Some(rest) = line.strip_prefix("ℹ pass ") {
            self.passed += rest.trim().parse().unwrap_or(0);
        } else if let Some(rest) = line.strip_prefix("ℹ fail ") {
            self.failed += rest.trim().parse().unwrap_or(0);
        }
    }
}

/// The number right before `word`.
fn before(text: &str, word: &str) -> Option<u32> {
    let (head, _) = text.split_once(word)?;
    head.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_added() {
        let mut count = Count::default();
        count.see("running 3 tests");
        count.see("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        count.see("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured");
        count.see("ℹ pass 7");
        count.see("ℹ fail 1");
        assert_eq!(count, Count { passed: 20, failed: 3 });
    }
}
