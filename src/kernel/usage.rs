//! How much a pool of servers works, and how long jobs wait before it: sums over virtual time that
//! cost next to nothing while it runs and are read when somebody looks.
//!
//! All are whole numbers, exact and without part in any decision or digest. A server that stands
//! still with its process (a pause) still has its job, so it counts as busy.

use super::time::{SimSpan, SimTime};

/// Sums since a pool was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    since: SimTime,
    /// When the number of busy servers changed last.
    changed: SimTime,
    /// Server time that was worked until then, ns.
    worked: u64,
    /// Jobs that left the queue: to a server, or because nobody wanted them any more.
    left: u64,
    /// How long they waited together, ns.
    waited: u64,
    longest: u64,
}

/// A pool at a moment: what [`Usage`] does not keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// The moment.
    pub at: SimTime,
    /// Servers that work.
    pub busy: u32,
    /// All servers.
    pub servers: u32,
    /// Jobs that wait.
    pub waiting: u32,
    /// How long they have waited together, ns.
    pub age: u64,
    /// How long the one that waits longest has.
    pub oldest: u64,
}

/// What queueing theory asks of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Share of the time that servers work, in 1/100 000.
    pub utilisation: u64,
    /// Jobs that left the queue.
    pub jobs: u64,
    /// Server time a job needed on average, ns; jobs that are worked on count with what they had.
    pub service: u64,
    /// Jobs that waited on average, in 1/1000.
    pub waiting: u64,
    /// How long those that left the queue waited on average, ns.
    pub wait: u64,
    /// The longest wait, ns, of one that still waits too.
    pub longest: u64,
}

impl Usage {
    /// Nothing was done yet.
    pub fn since(now: SimTime) -> Self {
        Self { since: now, changed: now, ..Self::default() }
    }

    /// `busy` servers worked until now; from here on they are more or fewer.
    #[inline]
    pub fn changes(&mut self, now: SimTime, busy: u32) {
        self.worked += u64::from(busy) * now.since(self.changed).as_nanos();
        self.changed = now;
    }

    /// A job left the queue that waited so long.
    #[inline]
    pub fn leaves(&mut self, waited: SimSpan) {
        self.left += 1;
        self.waited += waited.as_nanos();
        self.longest = self.longest.max(waited.as_nanos());
    }

    /// The sums until `now`, as figures; nothing came or went since the pool was looked at.
    pub fn read(&self, now: SimTime, pool: &Pool) -> Load {
        let span = u128::from(now.since(self.since).as_nanos());
        let idle_too = u128::from(pool.servers) * span;
        let working = u64::from(pool.busy) * now.since(self.changed).as_nanos();
        let worked = u128::from(self.worked + working);
        let (waited, since) = (u128::from(self.waited), now.since(pool.at).as_nanos());
        let age = u128::from(pool.age) + u128::from(pool.waiting) * u128::from(since);
        let oldest = if pool.waiting == 0 { 0 } else { pool.oldest + since };
        Load {
            utilisation: share(worked * 100_000, idle_too),
            jobs: self.left,
            service: share(worked, u128::from(self.left)),
            waiting: share((waited + age) * 1_000, span),
            wait: share(waited, u128::from(self.left)),
            longest: self.longest.max(oldest),
        }
    }
}

/// Rounded down; 0 of nothing.
fn share(part: u128, whole: u128) -> u64 {
    let share = part.checked_div(whole).unwrap_or(0);
    u64::try_from(share).expect("a mean is no larger than its largest part")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> SimTime {
        SimTime::from_nanos(ms * 1_000_000)
    }

    /// Two servers from 100 ms on. A job of 40 ms comes at 100, one of 20 ms at 110, one of 30 ms
    /// at 115 that waits for the second until 130; all is done at 160.
    fn worked() -> Usage {
        let mut usage = Usage::since(ms(100));
        usage.changes(ms(100), 0);
        usage.leaves(SimSpan::ZERO);
        usage.changes(ms(110), 1);
        usage.leaves(SimSpan::ZERO);
        usage.leaves(SimSpan::millis(15));
        usage.changes(ms(140), 2);
        usage.changes(ms(160), 1);
        usage
    }

    #[test]
    fn sums_are_those_that_a_person_gets() {
        let load = worked().read(ms(200), &Pool { servers: 2, ..Pool::default() });
        // 90 ms of work in 2 × 100 ms; 15 ms of waiting in 100 ms.
        assert_eq!(load.utilisation, 45_000);
        assert_eq!((load.jobs, load.service, load.wait), (3, 30_000_000, 5_000_000));
        assert_eq!((load.waiting, load.longest), (150, 15_000_000));
    }

    #[test]
    fn what_goes_on_counts_as_far_as_it_is() {
        let mut usage = worked();
        usage.changes(ms(200), 0);
        usage.leaves(SimSpan::ZERO);
        // Seen at 295 ms: one came 15 ms ago, one 5 ms ago.
        let (at, age, oldest) = (ms(295), 20_000_000, 15_000_000);
        let pool = Pool { at, busy: 1, servers: 2, waiting: 2, age, oldest };
        let load = usage.read(ms(300), &pool);
        // 90 + 100 ms of work in 2 × 200 ms; 15 + 30 ms of waiting in 200 ms.
        assert_eq!((load.utilisation, load.waiting), (47_500, 225));
        assert_eq!((load.jobs, load.longest), (4, 20_000_000));
    }

    #[test]
    fn a_pool_without_time_or_jobs_has_no_load() {
        let usage = Usage::since(ms(5));
        assert_eq!(usage.read(ms(5), &Pool { servers: 4, ..Pool::default() }), Load::default());
    }
}
