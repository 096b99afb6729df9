//! Changes from outside that wait for something in the run. They are looked at after each event, so
//! the same history makes them happen at the same place, wherever it is replayed from.

use std::rc::Rc;

use crate::facts::measure::{Condition, Measure};
use crate::kernel::actor::Protocol;
use crate::kernel::digest::Digest;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::{Intervention, World};
use crate::observation::Observations;

/// One of them.
#[derive(Clone, Debug)]
pub struct Plan<P: Protocol> {
    /// It waits from this time on.
    pub from: SimTime,
    /// What it waits for.
    pub when: Condition,
    /// It happens so long after that.
    pub after: SimSpan,
    /// What happens.
    pub then: Intervention<P>,
}

/// Those that still wait.
#[derive(Clone, Debug)]
pub(super) struct Plans<P: Protocol> {
    all: Rc<[Plan<P>]>,
    /// Places in `all`.
    waiting: Vec<u32>,
}

impl<P: Protocol> Plans<P> {
    pub(super) fn new(all: Vec<Plan<P>>) -> Self {
        let waiting = (0..).zip(&all).map(|(place, _)| place).collect();
        Self { all: all.into(), waiting }
    }

    /// True where nothing waits.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// After an event: what waited for it happens.
    pub(super) fn look(&mut self, world: &mut World<P>, seen: &Observations) {
        let now = world.now();
        let since_start = seen.since_start(now);
        self.waiting.retain(|place| {
            let plan = &self.all[*place as usize];
            let value = |_, measure: &Measure| measure.value(seen, since_start);
            let due = plan.from <= now && plan.when.holds(value);
            if due {
                world.intervene(now + plan.after, plan.then.clone());
            }
            !due
        });
    }

    /// Where there are any, the future hangs on which still wait.
    pub(super) fn digest(&self, state: u64) -> u64 {
        if self.all.is_empty() {
            return state;
        }
        let mut digest = Digest::default();
        digest.word(state);
        self.waiting.iter().for_each(|place| digest.put(place));
        digest.finish()
    }
}
