//! What can be written behind `rocketscope`.

use std::ops::Range;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::kernel::time::SimSpan;
use crate::scenario::duration;

const EXAMPLES: &str = "\
Examples:
  rocketscope scenarios                              what is shipped
  rocketscope run first-program                      ledger, latency, queues, digests
  rocketscope run first-program --seed 7 --json      the same for programs
  rocketscope run slow-consumer --until 600s
  rocketscope run pull-and-push --set 'client.Producer.workload.rate=\"50/s\"'
  rocketscope run ./mine.toml
  rocketscope bench
  rocketscope conform tests/conformance              do we do what RocketMQ did?
  rocketscope swarm --seeds 0..10000                 clusters and clients under random faults
  rocketscope swarm --scenario incident --seeds 0..50   one scenario under random faults
  rocketscope shrink 17 > 17.toml                    the least of it that still fails
  rocketscope swarm --store --seeds 0..10000         does the store hold what it should?

Exit codes:
  0  fine
  1  the run lost messages that had been acknowledged, broke a rule that every run must keep, or is
     not as an assertion of its scenario says; a recording says otherwise; a random run was not as
     it must be
  2  the arguments or the scenario cannot be used (the message says where and what would be right)";

/// Apache RocketMQ on a virtual clock: runs scenarios without the page.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Runs a scenario and prints its ledger, latency percentiles, queues and digests.
    Run(Run),
    /// Measures how fast the engine is on this machine (medians of five; takes minutes).
    Bench(Bench),
    /// Compares what a real RocketMQ did, as recorded, with what we do.
    Conform(Conform),
    /// Runs many short random runs and looks for what must not be.
    Swarm(Swarm),
    /// Makes the smallest scenario that still breaks the rule which a seed of the swarm breaks.
    Shrink(Shrink),
    /// Lists the scenarios that are shipped.
    Scenarios(Scenarios),
    /// Prints the format of scenario files as JSON Schema.
    Schema,
}

#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// A shipped scenario's name, or the path of a file.
    pub(super) scenario: String,
    /// Replaces the scenario's seed.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Runs up to this time instead of the scenario's end.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) until: Option<SimSpan>,
    /// Puts a TOML value at a path of the scenario; can be given more than once.
    #[arg(long, value_name = "PATH=VALUE", value_parser = change)]
    pub(super) set: Vec<(String, String)>,
    /// One JSON object; times in nanoseconds. Two runs of one seed are equal byte for byte.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Bench {
    /// Only these; all of them where none is named.
    #[arg(value_name = "FIGURES")]
    pub(super) only: Vec<Figures>,
    /// One JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Figures {
    /// The kernel alone.
    PingPong,
    /// 600 s of `slow-consumer`, alone, observed, and as the page plays it.
    SlowConsumer,
    /// 32 senders; one broker that is sent to from outside, without a network.
    Sends,
    /// Checkpoints and random seeks in a long run.
    Seeks,
    /// What ten million stored messages cost in memory and time (one run).
    Memory,
}

#[derive(Debug, clap::Args)]
pub(super) struct Conform {
    /// Recordings, or folders of them.
    #[arg(required_unless_present = "show")]
    pub(super) paths: Vec<PathBuf>,
    /// The scenario that says the program of a time line of clients: a shipped one's name, or the
    /// path of a file.
    #[arg(long, value_name = "SCENARIO")]
    pub(super) scenario: Option<String>,
    /// Prints both sides of one case (counted from 0) instead.
    #[arg(long, value_name = "FILE:CASE", conflicts_with = "paths")]
    pub(super) show: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Swarm {
    /// The message store beside a plain model of it.
    #[arg(long)]
    pub(super) store: bool,
    /// Random requests to a broker that crashes, stops and stands still.
    #[arg(long)]
    pub(super) requests: bool,
    /// Plants bugs, one at a time, and says which rule finds each of them at which seed; those at
    /// these places of their table, or all.
    #[cfg(any(debug_assertions, feature = "planted"))]
    #[arg(long, value_name = "FROM..TO", value_parser = seeds, num_args = 0..=1)]
    #[arg(default_missing_value = "0..1000", conflicts_with_all = ["store", "requests"])]
    pub(super) planted: Option<Range<u64>>,
    /// Plays this scenario (a shipped one's name, or the path of a file) with each seed, under
    /// faults that the seed draws, instead of scenarios that are drawn as a whole.
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = ["store", "requests"])]
    pub(super) scenario: Option<String>,
    /// Prints how often each fact, reason, timer and packet occurred.
    #[arg(long, conflicts_with_all = ["store", "requests"])]
    pub(super) counts: bool,
    /// Prints the scenarios that the seeds draw, instead of playing them.
    #[arg(long, conflicts_with_all = ["store", "requests"])]
    pub(super) print: bool,
    /// The first seed, and the one behind the last.
    #[arg(long, value_name = "FROM..TO", value_parser = seeds, default_value = "0..1000")]
    pub(super) seeds: Range<u64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Shrink {
    /// The seed.
    pub(super) seed: u64,
    /// The scenario that the swarm played with this seed, where it did not draw one.
    #[arg(long, value_name = "SCENARIO")]
    pub(super) scenario: Option<String>,
    /// Stops after so many seconds with the smallest that was found until then.
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub(super) seconds: u64,
    /// Plants a bug first, by its place in the table of `swarm --planted`, counted from 0.
    #[cfg(any(debug_assertions, feature = "planted"))]
    #[arg(long, value_name = "N")]
    pub(super) planted: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Scenarios {
    /// One JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

fn time(text: &str) -> Result<SimSpan, String> {
    let time = duration(text).filter(|time| *time <= SimSpan::secs(1_000_000_000));
    time.ok_or_else(|| "write a duration with its unit, as `60s` or `1.5m`".to_owned())
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let range = text.split_once("..").and_then(|(from, to)| {
        let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        (from < to).then_some(from..to)
    });
    range.ok_or_else(|| "write the first seed and the one behind the last, as `0..100`".to_owned())
}

fn change(text: &str) -> Result<(String, String), String> {
    let (path, value) = text
        .split_once('=')
        .ok_or_else(|| "write a path, `=` and a TOML value, as `end=\"60s\"`".to_owned())?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}
