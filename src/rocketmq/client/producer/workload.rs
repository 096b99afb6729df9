//! What the program of a producer does: when its rounds begin, and which sending thread takes them.
//!
//! In a closed loop each sender waits for every answer and pauses after its round. In an open loop
//! a round is taken by the first sender that is free, or by a new one.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::sending::{Pace, Workload};

use super::super::timer::ClientTimer;
use super::arrivals::Arrivals;

/// How far the program is.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// Rounds that began.
    begun: u32,
    /// Senders that will not begin another round (closed loop).
    ended: u32,
    /// Senders without work (open loop).
    free: OrderedMap<u32, ()>,
    /// Senders so far (open loop).
    senders: u32,
    /// Rounds that are being sent.
    running: u32,
    /// No round will begin any more (open loop).
    exhausted: bool,
    /// How far a curve or a list is.
    arrivals: Option<Box<Arrivals>>,
}

impl Progress {
    /// The program begins: arms the first rounds.
    pub(super) fn start(&mut self, workload: &Workload, fx: &mut Effects<'_, Mq>) {
        let clocks = match workload.pace {
            Pace::Closed { senders, .. } => senders,
            Pace::Open { .. } | Pace::Bursts { .. } => 1,
            Pace::Curve { .. } | Pace::Replay(_) => {
                self.arrivals = Some(Box::new(Arrivals::new(workload.first_after, fx)));
                return self.plan_next(workload, fx);
            }
        };
        for sender in 0..clocks {
            fx.arm(workload.first_after, Timer::Client(ClientTimer::NextRound { sender }));
        }
    }

    /// It is time for a round: who begins which ones, as (sender, round).
    pub(super) fn due(
        &mut self,
        sender: u32,
        workload: &Workload,
        fx: &mut Effects<'_, Mq>,
    ) -> Vec<(u32, u32)> {
        match &workload.pace {
            Pace::Closed { .. } => {
                let round = self.take(workload);
                self.ended += u32::from(round.is_none());
                round.map(|round| (sender, round)).into_iter().collect()
            }
            Pace::Open { gap } => {
                let gap = gap.draw(fx.rng());
                self.burst(1, gap, workload, fx)
            }
            Pace::Bursts { size, gap } => {
                let gap = gap.draw(fx.rng());
                self.burst(*size, gap, workload, fx)
            }
            Pace::Curve { .. } | Pace::Replay(_) => {
                let round = self.take(workload);
                self.plan_next(workload, fx);
                round.map(|round| (self.sender(), round)).into_iter().collect()
            }
        }
    }

    /// A sender is through its round; gives the pause before its next one (closed loop).
    pub(super) fn done(
        &mut self,
        sender: u32,
        workload: &Workload,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<SimSpan> {
        assert!(self.running > 0, "a round that ends had begun");
        self.running -= 1;
        match &workload.pace {
            Pace::Closed { pause, .. } => Some(pause.draw(fx.rng())),
            Pace::Open { .. } | Pace::Bursts { .. } | Pace::Curve { .. } | Pace::Replay(_) => {
                self.free.insert(sender, ());
                None
            }
        }
    }

    /// True once all rounds are over.
    pub(super) fn is_over(&self, workload: &Workload) -> bool {
        match workload.pace {
            Pace::Closed { senders, .. } => self.ended == senders,
            Pace::Open { .. } | Pace::Bursts { .. } | Pace::Curve { .. } | Pace::Replay(_) => {
                self.exhausted && self.running == 0
            }
        }
    }

    /// Arms the next round of a curve or a list.
    fn plan_next(&mut self, workload: &Workload, fx: &mut Effects<'_, Mq>) {
        let arrivals = self.arrivals.as_mut().expect("the program began");
        let next = arrivals.next(&workload.pace, self.begun, fx.now());
        match next.filter(|_| workload.rounds != Some(self.begun)) {
            Some(at) => {
                fx.arm_at(at, Timer::Client(ClientTimer::NextRound { sender: 0 }));
            }
            None => self.exhausted = true,
        }
    }

    fn burst(
        &mut self,
        size: u32,
        gap: SimSpan,
        workload: &Workload,
        fx: &mut Effects<'_, Mq>,
    ) -> Vec<(u32, u32)> {
        let mut begun = Vec::new();
        for _ in 0..size {
            let Some(round) = self.take(workload) else { break };
            begun.push((self.sender(), round));
        }
        self.exhausted = workload.rounds == Some(self.begun);
        if !self.exhausted {
            fx.arm(gap, Timer::Client(ClientTimer::NextRound { sender: 0 }));
        }
        begun
    }

    fn take(&mut self, workload: &Workload) -> Option<u32> {
        if workload.rounds == Some(self.begun) {
            return None;
        }
        let round = self.begun;
        self.begun += 1;
        self.running += 1;
        Some(round)
    }

    fn sender(&mut self) -> u32 {
        self.free.pop_first().map(|(sender, ())| sender).unwrap_or_else(|| {
            self.senders += 1;
            self.senders - 1
        })
    }
}

impl Digestible for Progress {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.begun) << 32 | u64::from(self.ended));
        digest.word(u64::from(self.senders) << 32 | u64::from(self.running));
        self.free.keys().for_each(|sender| digest.put(sender));
        self.arrivals.iter().for_each(|arrivals| digest.put(&**arrivals));
    }
}
