//! What the person at the terminal sees while something runs: headlines, seconds, a sign of life.

#![expect(
    clippy::disallowed_types,
    reason = "a tool measures how long its own work takes; nothing simulated reads this clock"
)]

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Measures wall time.
pub(crate) struct Watch {
    started: Instant,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Display for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.elapsed().as_secs_f64();
        if seconds < 60.0 {
            return write!(f, "{seconds:.1} s");
        }
        let whole = self.elapsed().as_secs();
        write!(f, "{} min {:02} s", whole / 60, whole % 60)
    }
}

/// Prints the headline of a stage.
pub(crate) fn headline(text: &str) {
    println!("\n=== {text}");
}

/// Prints one line of progress.
pub(crate) fn say(text: &str) {
    println!("    {text}");
}

/// A line that is rewritten in a terminal, and repeated at a slower pace in a log.
pub(crate) struct Heartbeat {
    label: String,
    watch: Watch,
    last: Duration,
    terminal: bool,
}

impl Heartbeat {
    /// Starts with a line that names what is being done.
    pub(crate) fn start(label: &str) -> Self {
        let terminal = std::io::stdout().is_terminal();
        say(&format!("{label} …"));
        Self { label: label.to_owned(), watch: Watch::start(), last: Duration::ZERO, terminal }
    }

    /// Shows that the work goes on; `detail` says how far it is.
    pub(crate) fn beat(&mut self, detail: &str) {
        let pace = Duration::from_secs(if self.terminal { 1 } else { 10 });
        if self.watch.elapsed() < self.last + pace {
            return;
        }
        self.last = self.watch.elapsed();
        if self.terminal {
            print!("\r\x1b[2K    {}: {}, {detail}", self.label, self.watch);
            let _ = std::io::stdout().flush();
        } else {
            say(&format!("{}: {}, {detail}", self.label, self.watch));
        }
    }

    /// Ends with the time that it took.
    pub(crate) fn end(self, word: &str) {
        if self.terminal {
            print!("\r\x1b[2K");
        }
        say(&format!("{}: {word} after {}", self.label, self.watch));
    }
}
