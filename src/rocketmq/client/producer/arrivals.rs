//! Rounds of an open loop whose rate changes, or whose times are a list.

use crate::kernel::curve::Curve;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::rng::Rng;
use crate::kernel::spread::Spread;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::sending::Pace;

/// How far a curve or a list is.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    /// The curve's 0.
    begun: SimTime,
    /// Thousand-millionths of a round until the next one begins.
    reached: u128,
    rng: Rng,
}

/// A round in the parts that a curve counts.
const ROUND: SimSpan = SimSpan::secs(1);

impl Arrivals {
    /// The curve begins after a while.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn new(first_after: SimSpan, fx: &Effects<'_, Mq>) -> Self {
        Self { begun: fx.now() + first_after, reached: 0, rng: fx.stream("arrivals") }
    }

    /// When the next round begins, of which so many did; `None`: never.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn next(&mut self, pace: &Pace, rounds: u32, now: SimTime) -> Option<SimTime> {
        let after = match pace {
            Pace::Curve { curve, random } => self.of_curve(curve, *random)?,
            Pace::Replay(times) => *times.get(rounds as usize)?,
            Pace::Closed { .. } | Pace::Open { .. } | Pace::Bursts { .. } => {
                panic!("a steady pace needs no curve")
            }
        };
        Some((self.begun + after).max(now))
    }

    fn of_curve(&mut self, curve: &Curve, random: bool) -> Option<SimSpan> {
        let step = if random { Spread::Exponential(ROUND).draw(&mut self.rng) } else { ROUND };
        self.reached += u128::from(step.as_nanos());
        curve.reaches(self.reached)
    }
}

impl Digestible for Arrivals {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::try_from(self.reached % (1 << 64)).expect("64 bits"));
        digest.put(&self.rng);
    }
}
