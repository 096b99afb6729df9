//! Frames drawn by hand after the pictures, as what the tests of the view look at.
//!
//! Nothing here is measured, and the page never shows it.

mod first_program;
mod pull_and_push;

pub use first_program::{first_program, first_program_before};
pub use pull_and_push::{pull_and_push, pull_and_push_before};

use crate::session::frame::{Arg, Why, Words};

/// A millisecond in ns.
const MS: u64 = 1_000_000;

/// A text that is already a sentence.
fn say(text: &str) -> Words {
    let text = Arg::Text(text.to_owned());
    Words { key: "plain".to_owned(), args: vec![("text".to_owned(), text)] }
}

fn because(question: &str, sentence: &str, setting: (&str, &str)) -> Why {
    let setting = Some((setting.0.to_owned(), setting.1.to_owned()));
    Why { question: say(question), sentence: say(sentence), setting }
}

fn shipped() -> Vec<(String, String, String)> {
    let rows = [
        ("first-program", "The first program", "RocketMQ’s own first example"),
        ("pull-and-push", "Pull and push", "Who asks, who waits?"),
        ("rebalance", "Rebalance", "Consumers come and go"),
        ("slow-consumer", "Slow consumer", "The backlog grows, then drains"),
        ("master-and-slave", "Master and slave", "Every send waits for the copy"),
        ("controller-election", "Controller election", "A new master, and what it lacks"),
        (
            "retry-and-dead-letters",
            "Retry and dead letters",
            "What fails comes again, later each time",
        ),
        ("orderly-locks", "Order and its locks", "One queue, one owner, one at a time"),
        ("broadcast", "Broadcasting", "Everybody gets everything"),
        ("lite-pull", "Lite pull", "The program calls; commits come later"),
        ("simple-consumer", "Simple consumer", "Each message is acknowledged by itself"),
        ("timeliness", "The timeliness test", "Sending or consuming: which bounds the run?"),
        ("two-million", "Two million messages", "64 senders, 20 threads, nothing left out"),
    ];
    rows.map(|(name, title, line)| (name.to_owned(), title.to_owned(), line.to_owned())).into()
}
