//! Whole clusters with clients under random faults: each seed is a scenario that is drawn, played,
//! healed, and held to all rules; at its end everything has to be done.

mod clocks;
mod dice;
mod doc;
mod draw;
mod ends;
mod healing;
#[cfg(any(debug_assertions, feature = "planted"))]
mod planted;
mod play;
mod shrink;
mod source;
#[cfg(test)]
mod stories;
mod tally;

use std::cell::RefCell;
use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use toml::Table;

use super::{TOLD, words_of};
use crate::cli::args;
use crate::cli::bench::watch::timed;
use crate::cli::table::{Side, columns, count};
use crate::cli::{Outcome, Trouble};
#[cfg(any(debug_assertions, feature = "planted"))]
pub(super) use planted::planted;
use play::{Broken, Played, play};
pub(super) use shrink::shrink;
use source::Source;
use tally::Tally;

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Plays the seeds and says what was not as it must be.
pub(super) fn swarm(wanted: &args::Swarm, out: &mut impl Write) -> Result<Outcome, Trouble> {
    let source = Source::new(wanted.scenario.as_deref())?;
    let (seconds, (runs, tally)) = timed(|| play_all(&source, wanted.seeds.clone()));
    let broken = || runs.iter().filter_map(|(seed, run)| Some((*seed, run.broken.as_ref()?)));
    for (seed, Broken { rule, words, .. }) in broken().take(TOLD) {
        writeln!(out, "seed {seed}: {rule}, {words}")?;
        let scenario = source.argument();
        writeln!(out, "  rocketscope swarm{scenario} --seeds {seed}..{}", seed + 1)?;
        writeln!(out, "  rocketscope shrink{scenario} {seed}")?;
    }
    if wanted.counts {
        tally.print(out)?;
    }
    print(&runs, seconds, out)?;
    // One scenario is not there to show everything.
    if source.is_drawn() {
        let never = tally.never();
        let names = if never.is_empty() { "nothing".to_owned() } else { never.join(", ") };
        writeln!(out, "  never seen: {names}")?;
    }
    let against = tally.against();
    if !against.is_empty() {
        writeln!(out, "  seen, though it cannot be: {}", against.join(", "))?;
    }
    let is_broken = broken().next().is_some() || !against.is_empty();
    Ok(if is_broken { Outcome::Violated } else { Outcome::Fine })
}

fn print(runs: &[(u64, Played)], seconds: f64, out: &mut impl Write) -> Result<(), Trouble> {
    let median = |of: &dyn Fn(&Played) -> u64| {
        let mut all: Vec<u64> = runs.iter().map(|(_, run)| of(run)).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    let violations = runs.iter().filter(|(_, run)| run.broken.is_some()).count() as u64;
    let events: u64 = runs.iter().map(|(_, run)| run.events).sum();
    let row = |name: &str, figure: String| vec![name.to_owned(), figure];
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rows = vec![
        row("seeds", count(runs.len() as u64)),
        row("seeds a second", format!("{:.1}", runs.len() as f64 / seconds)),
        row("events", count(events)),
        row("messages, median", count(median(&|run| run.messages))),
        row("faults, median", count(median(&|run| run.faults))),
        row("virtual minutes, median", count(median(&|run| run.time / 60_000_000_000))),
        row("violations", count(violations)),
    ];
    Ok(columns(&[Side::Left], rows, out)?)
}

/// Plays all seeds on all processors; gives them in their order.
fn play_all(source: &Source, seeds: Range<u64>) -> (Vec<(u64, Played)>, Tally) {
    let next = AtomicU64::new(seeds.start);
    let all = Mutex::new((Vec::new(), Tally::new()));
    on_all_processors(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            let mut tally = Tally::new();
            let run = play_caught(&source.doc(seed), source.most(), &mut tally);
            let mut all = all.lock().expect("panics are caught");
            all.0.push((seed, run));
            all.1.add(&tally);
        }
    });
    let (mut runs, tally) = all.into_inner().expect("panics are caught");
    runs.sort_unstable_by_key(|(seed, _)| *seed);
    (runs, tally)
}

/// Runs the same on all processors, and keeps where each panicked last.
fn on_all_processors(work: impl Fn() + Sync) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        PLACE.with(|kept| *kept.borrow_mut() = place);
    }));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(&work)));
    });
    std::panic::set_hook(hook);
}

/// Plays a scenario; a panic breaks a rule too.
fn play_caught(doc: &Table, most: u64, tally: &mut Tally) -> Played {
    let broken = |rule: &str, words| {
        let broken = Some(Broken { rule: rule.to_owned(), at: 0, words });
        Played { broken, ..Played::default() }
    };
    match catch_unwind(AssertUnwindSafe(|| play(doc, most, tally))) {
        Ok(Ok(played)) => played,
        Ok(Err(error)) => broken("no_scenario", error),
        Err(panic) => {
            let place = PLACE.with(|kept| kept.borrow().clone());
            broken("panicked", format!("{} at {place}", words_of(&*panic)))
        }
    }
}

/// The scenarios of the seeds, as files.
pub(super) fn print_scenarios(wanted: &args::Swarm, out: &mut impl Write) -> Result<(), Trouble> {
    let source = Source::new(wanted.scenario.as_deref())?;
    let mut seeds = wanted.seeds.clone();
    seeds.try_for_each(|seed| Ok(write!(out, "{}", doc::text(&source.doc(seed)))?))
}
