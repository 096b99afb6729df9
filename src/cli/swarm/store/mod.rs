//! The message store under random operations, beside a plain model of what it should hold: vectors,
//! and no cleverness. After every operation both are asked the same questions.

mod acts;
mod checks;
mod model;

use crate::kernel::rng::Rng;
use crate::rocketmq::store::{MessageStore, StoreRules};

use super::Counts;
use acts::Acts;
use model::Model;

pub(super) use checks::records_bytes;

/// Operations of one seed at most.
const STEPS: u64 = 400;

/// A store and what it should hold.
#[derive(Clone)]
struct Pair {
    store: MessageStore,
    model: Model,
}

impl Pair {
    /// Everything is dispatched and a process begins.
    fn open(&mut self, now: i64) {
        while self.store.dispatch().is_some() {}
        self.store.open(now);
        self.model.open(now);
    }
}

pub(super) fn run(seed: u64, counts: &mut Counts) -> Result<(), String> {
    let mut rng = Rng::stream(seed, "swarm store");
    let rules = StoreRules {
        file_bytes: [2_048, 16_384, 131_072, 1 << 30][rng.index(4)],
        index_slots: [1, 7, 5_000_000][rng.index(3)],
        index_places: [2, 9, 100, 20_000_000][rng.index(4)],
    };
    let mut pair = Pair { store: MessageStore::new(rules), model: Model::new(rules) };
    pair.model.committed = (rng.below(3) == 0).then_some(0);
    let mut acts = Acts::new(&mut rng);
    pair.open(acts.now());
    // A copy from some time ago: neither may change the other.
    let mut old = pair.clone();
    for _ in 0..1 + rng.below(STEPS) {
        counts.operations += 1;
        if rng.below(60) == 0 {
            checks::all(&old, &mut rng).map_err(|what| format!("an older copy: {what}"))?;
            if rng.below(4) == 0 { pair = old.clone() } else { old = pair.clone() }
        }
        let act = acts.act(&mut pair, &mut rng, counts);
        checks::some(&pair, &mut rng).map_err(|what| format!("after {act}: {what}"))?;
    }
    checks::all(&pair, &mut rng)
}
