//! `rocketscope swarm`: many short random runs, each from a seed of its own, held against what must
//! be true.
//!
//! A seed that shows a violation is told with the step and a command that repeats it alone. A panic
//! counts as a violation.

mod clients;
mod requests;
mod store;

use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::args;
use super::table::{Side, columns};
use super::{Outcome, Trouble};
use crate::kernel::rng::Rng;

/// Violations that are told singly.
const TOLD: usize = 20;

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    operations: u64,
    crashes: u64,
    recoveries: u64,
}

/// One seed's run: counts as it goes, and says what is not as it must be.
type Run = fn(u64, &mut Counts) -> Result<(), String>;

/// A seed whose run was not as it must be.
struct Violation {
    seed: u64,
    /// Operations before.
    step: u64,
    what: String,
}

pub(super) fn swarm(wanted: &args::Swarm, out: &mut impl Write) -> Result<Outcome, Trouble> {
    if wanted.print {
        clients::print_scenarios(wanted, out)?;
        return Ok(Outcome::Fine);
    }
    #[cfg(any(debug_assertions, feature = "planted"))]
    if let Some(bugs) = &wanted.planted {
        return clients::planted(bugs, wanted, out);
    }
    if !wanted.store && !wanted.requests {
        return clients::swarm(wanted, out);
    }
    let mut outcome = Outcome::Fine;
    let kinds: [(bool, &str, Run); 2] =
        [(wanted.store, "--store", store::run), (wanted.requests, "--requests", requests::run)];
    for (_, flag, run) in kinds.into_iter().filter(|(named, ..)| *named) {
        let (counts, violations) = try_all(wanted.seeds.clone(), run);
        if !violations.is_empty() {
            outcome = Outcome::Violated;
        }
        for violation in violations.iter().take(TOLD) {
            let Violation { seed, step, what } = violation;
            writeln!(out, "seed {seed}, step {step}: {what}")?;
            writeln!(out, "  rocketscope swarm {flag} --seeds {seed}..{}", seed + 1)?;
        }
        print(flag, wanted.seeds.clone(), (counts, violations.len()), out)?;
    }
    Ok(outcome)
}

pub(super) fn shrink(wanted: &args::Shrink, out: &mut impl Write) -> Result<Outcome, Trouble> {
    clients::shrink(wanted, out)
}

fn print(
    flag: &str,
    seeds: Range<u64>,
    (counts, violations): (Counts, usize),
    out: &mut impl Write,
) -> Result<(), Trouble> {
    let count = |name: &str, count: u64| vec![name.to_owned(), count.to_string()];
    let rows = vec![
        vec!["swarm".to_owned(), flag.trim_start_matches('-').to_owned()],
        count("seeds", seeds.end - seeds.start),
        count("operations", counts.operations),
        count("crashes", counts.crashes),
        count("recoveries", counts.recoveries),
        count("violations", violations as u64),
    ];
    Ok(columns(&[Side::Left, Side::Right], rows, out)?)
}

fn try_all(seeds: Range<u64>, run: Run) -> (Counts, Vec<Violation>) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let (mut all, mut violations) = (Counts::default(), Vec::new());
    for seed in seeds {
        let mut counts = Counts::default();
        let result = catch_unwind(AssertUnwindSafe(|| run(seed, &mut counts)));
        let result = result.unwrap_or_else(|panic| Err(words_of(&*panic)));
        if let Err(what) = result {
            violations.push(Violation { seed, step: counts.operations, what });
        }
        all.operations += counts.operations;
        all.crashes += counts.crashes;
        all.recoveries += counts.recoveries;
    }
    std::panic::set_hook(hook);
    (all, violations)
}

fn words_of(panic: &dyn std::any::Any) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_default())
}

/// One of several kinds of acts, each as likely as its weight says.
fn draw(weights: &[u64], rng: &mut Rng) -> usize {
    let mut drawn = rng.below(weights.iter().sum());
    let kind = weights.iter().position(|weight| {
        let is_it = drawn < *weight;
        drawn = drawn.saturating_sub(*weight);
        is_it
    });
    kind.expect("what is drawn is below the sum")
}
