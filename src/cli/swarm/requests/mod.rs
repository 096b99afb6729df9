//! A broker under random requests from outside, while it crashes, loses power, stops, stands still
//! and its clock and disk misbehave. What must be true is looked at from outside alone: no message
//! that was acknowledged and is on the disk is lost, offsets are dense and go up, and nothing is
//! handed out that nobody sent.

mod acts;
mod books;
mod world;

use crate::kernel::disk::DiskProfile;
use crate::kernel::rng::Rng;
use crate::kernel::time::SimSpan;
use crate::kernel::world::Intervention;

use super::Counts;
use acts::Acts;
use books::Books;
use world::Site;

/// Requests and mishaps of one seed at most.
const STEPS: u64 = 300;

pub(super) fn run(seed: u64, counts: &mut Counts) -> Result<(), String> {
    let mut rng = Rng::stream(seed, "swarm requests");
    let (mut site, mut books) = (Site::new(seed), Books::default());
    let mut acts = Acts::new(&mut rng);
    for _ in 0..20 + rng.below(STEPS) {
        counts.operations += 1;
        acts.act(&mut site, &mut books, &mut rng, counts);
        let micros = [0, 300, 3_000, 100_000, 2_000_000][rng.index(5)];
        site.run(SimSpan::micros(micros + rng.below(micros + 1)));
        books.read_all(&mut site)?;
    }
    heal(&mut site, &mut books, counts)?;
    books.settle()
}

/// Everything works again: what is there is read from its first message to its last.
fn heal(site: &mut Site, books: &mut Books, counts: &mut Counts) -> Result<(), String> {
    counts.recoveries += u64::from(!site.is_up());
    site.intervene(Intervention::Disk(site.broker, DiskProfile::default()));
    // A slow disk may keep a broker from its end for minutes.
    for _ in 0..1_000 {
        if !site.is_stopping() {
            break;
        }
        site.run(SimSpan::secs(10));
    }
    site.start();
    // Longer than any pause, flush and delay.
    site.run(SimSpan::secs(40));
    books.read_all(site)?;
    for round in 0..200 {
        if !books.ask_for_more(site, round) {
            return Ok(());
        }
        site.run(SimSpan::millis(50));
        books.read_all(site)?;
    }
    Err("a queue does not end".to_owned())
}
