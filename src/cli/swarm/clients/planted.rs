//! Proof that the judges can fail: bugs are planted one at a time, and each has to be found.

use std::io::Write;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::play::Broken;
use super::source::Source;
use super::tally::Tally;
use super::{on_all_processors, play_caught};
use crate::cli::args;
use crate::cli::table::{Side, columns};
use crate::cli::{Outcome, Trouble};
use crate::rocketmq::planted::{Bug, plant};

/// A bug's place in the list, with the seed that found it and what was broken there.
type Found = (usize, Option<(u64, Broken)>);

/// Plays the seeds with each bug until one of them shows it that is fine without.
pub(in crate::cli::swarm) fn planted(
    bugs: &Range<u64>,
    wanted: &args::Swarm,
    out: &mut impl Write,
) -> Result<Outcome, Trouble> {
    let source = Source::new(wanted.scenario.as_deref())?;
    let bugs = usize::try_from(bugs.start).unwrap_or(usize::MAX)
        ..usize::try_from(bugs.end).unwrap_or(usize::MAX);
    let (next, all) = (AtomicUsize::new(bugs.start), Mutex::new(Vec::<Found>::new()));
    on_all_processors(|| {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((bug, _)) = Bug::ALL.get(place).filter(|_| place < bugs.end) else { break };
            let play = |seed, bug| {
                plant(bug);
                play_caught(&source.doc(seed), source.most(), &mut Tally::new()).broken
            };
            // What fails without the bug shows nothing of it.
            let found = wanted.seeds.clone().find_map(|seed| {
                let broken = play(seed, Some(*bug))?;
                play(seed, None).is_none().then_some((seed, broken))
            });
            plant(None);
            all.lock().expect("panics are caught").push((place, found));
        }
    });
    let mut all = all.into_inner().expect("panics are caught");
    all.sort_unstable_by_key(|(place, _)| *place);
    let missed = all.iter().any(|(_, found)| found.is_none());
    let head = ["planted", "found by", "at seed"].map(str::to_owned).to_vec();
    let rows = all.into_iter().map(|(place, found)| {
        let (rule, seed) = match found {
            Some((seed, broken)) => (broken.rule, seed.to_string()),
            None => ("nothing".to_owned(), "-".to_owned()),
        };
        vec![Bug::ALL[place].1.to_owned(), rule, seed]
    });
    let rows = std::iter::once(head).chain(rows).collect();
    columns(&[Side::Left, Side::Left], rows, out)?;
    Ok(if missed { Outcome::Violated } else { Outcome::Fine })
}
