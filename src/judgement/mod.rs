//! Rules that every run is held to, whatever its scenario: folds over facts that know nothing of
//! the engine. The first violation ends the run.
//!
//! What a configuration does not promise is no violation: [`Promises`] of the nodes say what is.
//! Each rule has a file of its own.

mod acknowledged;
mod committed;
mod held;
mod in_order;
mod ledger;
mod positions;
mod transactions;
mod violation;

use crate::facts::{Fact, NodeRole, Promises, SendMode};
use crate::kernel::name::Name;
use crate::observation::Observations;
use crate::observation::cast::Cast;
use crate::observation::seen::Seen;

use committed::Commits;
pub use committed::{beginning, gives, has_less_than_its_copies};
use held::Held;
use in_order::Turns;
use positions::Positions;
use transactions::Transactions;
pub use violation::{Rule, Violation};

/// All rules over one world.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What all members of a group promise, by group.
    groups: Vec<Promises>,
    positions: Positions,
    commits: Commits,
    turns: Turns,
    transactions: Transactions,
    held: Held,
    violation: Option<Box<Violation>>,
}

impl Judgement {
    /// Nothing was seen yet of a world with this cast.
    pub fn new(cast: &Cast) -> Self {
        let groups: Vec<Promises> =
            cast.groups.iter().map(|(name, _)| promises_of(cast, *name)).collect();
        let count = groups.len();
        Self {
            groups,
            positions: Positions::default(),
            commits: Commits::new(count),
            turns: Turns::new(count),
            transactions: Transactions::default(),
            held: Held::default(),
            violation: None,
        }
    }

    /// The first violation.
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_deref()
    }

    /// One fact, before the observations take it in.
    #[inline]
    pub fn see(&mut self, fact: &Seen<'_>, so_far: &Observations) {
        if let Err(violation) = self.judge(fact, so_far) {
            self.violation.get_or_insert(violation);
        }
    }

    /// The run is over: every sum of the ledger is what the messages say one by one.
    /// `end`: ns since the scenario's start, and events of all lanes.
    pub fn close(&mut self, seen: &Observations, end: (u64, u64)) {
        if let Err(violation) = ledger::recount(seen, end) {
            self.violation.get_or_insert(violation);
        }
    }

    #[inline]
    fn judge(&mut self, seen: &Seen<'_>, so_far: &Observations) -> Verdict {
        if let Fact::Stored { offset, .. } = *seen.fact {
            self.positions.stored(seen, offset, so_far)
        } else if let Fact::Dispatched { offset, .. } = *seen.fact {
            self.transactions.shown(seen, so_far)?;
            self.positions.shown(seen, offset, so_far)
        } else if let Fact::Called { mode: SendMode::Transaction, .. } = *seen.fact {
            self.transactions.begun(seen);
            Ok(())
        } else if let Fact::Decided { end, .. } = *seen.fact {
            self.transactions.decided(seen, end);
            Ok(())
        } else if let Fact::Acknowledged { offset, outcome, .. } = *seen.fact {
            acknowledged::told(seen, (offset, outcome), so_far)
        } else if let Fact::Recovered { bytes, end, .. } = *seen.fact {
            self.log_may_be_shorter(seen, so_far);
            let home = so_far.cast().home(seen.node);
            let differs =
                self.commits.same_until(home).is_some() || self.positions.has_leader(home);
            acknowledged::recovered(seen, (bytes, end, differs), so_far)
        } else if matches!(seen.fact, Fact::Leads { .. } | Fact::LogCut { .. }) {
            if let Fact::Leads { epoch, .. } = *seen.fact {
                self.positions.leads(seen, so_far);
                self.turns.led(seen, epoch, so_far);
            }
            self.log_may_be_shorter(seen, so_far);
            Ok(())
        } else if let Fact::Disconnected { peer, .. } = *seen.fact {
            self.commits.disconnected(seen, peer, so_far);
            Ok(())
        } else if let Fact::Deleted { bytes, .. } = *seen.fact {
            self.positions.deleted(seen, so_far);
            self.commits.deleted(seen, bytes);
            Ok(())
        } else if matches!(seen.fact, Fact::StandsIn { .. } | Fact::StandsBack { .. }) {
            self.turns.trust_no_lock(seen, so_far);
            Ok(())
        } else if let Fact::BrokerForgotten { broker, .. } | Fact::BrokerRegistered { broker, .. } =
            *seen.fact
        {
            self.turns.known(seen, broker, so_far);
            Ok(())
        } else if matches!(seen.fact, Fact::MembersChanged { .. }) {
            self.turns.members_changed(seen, so_far);
            self.held.members_changed(seen, so_far);
            Ok(())
        } else if matches!(seen.fact, Fact::ProcessStarted) {
            self.turns.gone(seen.node);
            self.turns.locks_forgotten(seen, so_far);
            self.commits.gone(seen.node);
            self.held.lives(seen);
            Ok(())
        } else if matches!(seen.fact, Fact::RebalanceBegan { .. }) {
            self.held.lives(seen);
            Ok(())
        } else if matches!(seen.fact, Fact::ProcessStopped) {
            self.turns.gone(seen.node);
            self.held.stopped(seen, so_far)
        } else {
            self.judge_group(seen, so_far)
        }
    }

    /// What a group does with a queue.
    #[inline]
    fn judge_group(&mut self, seen: &Seen<'_>, so_far: &Observations) -> Verdict {
        let promises = self.promises(seen);
        if let Fact::Owned { .. } = *seen.fact {
            self.commits.owned(seen, so_far);
        } else if let Fact::Asked { .. } = *seen.fact {
            self.commits.begins(seen, so_far);
        } else if let Fact::AskArrived { offset, .. } = *seen.fact {
            self.commits.ask_arrived(seen, offset);
        } else if let Fact::Held { offset, .. } = *seen.fact {
            self.commits.ask_taken(seen, offset);
            self.held.held(seen, so_far);
        } else if let Fact::Woken { offset, .. } = *seen.fact {
            self.commits.ask_woken(seen, offset, so_far);
        } else if let Fact::Delivered { offset, .. } = *seen.fact {
            self.commits.delivered(seen, offset);
            if promises.in_order {
                self.turns.delivered(seen, offset, so_far);
            }
        } else if let Fact::Skipped { offset, count, .. } = *seen.fact {
            self.commits.skipped(seen, (offset, count), so_far);
        } else if let Fact::Released { .. } = *seen.fact {
            self.commits.released(seen);
        } else if let Fact::OffsetSet { offset, .. } = *seen.fact {
            self.commits.set(seen, offset);
        } else if let Fact::Answered { offset, count, code, .. } = *seen.fact {
            self.commits.answered(seen, (offset, count, code), so_far);
            self.commits.ask_taken(seen, offset);
        } else if let Fact::Committed { offset, .. } = *seen.fact
            && promises.commits_when_done
        {
            return self.commits.committed(seen, offset, so_far);
        } else if let Fact::Consuming { thread, .. } = *seen.fact
            && promises.in_order
        {
            return self.turns.begin(seen, thread, so_far);
        } else if is_end(seen.fact) {
            if promises.in_order {
                self.turns.end(seen);
            }
            return ledger::adds_up(seen, so_far);
        }
        Ok(())
    }

    /// A broker's log may begin again at an earlier place.
    fn log_may_be_shorter(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        self.positions.recovered(seen, so_far);
        self.commits.recovered(seen, so_far);
    }

    fn promises(&self, seen: &Seen<'_>) -> Promises {
        seen.group.map_or_else(Promises::default, |group| self.groups[group])
    }
}

/// Fine, or the rule that was broken.
type Verdict = Result<(), Box<Violation>>;

/// A listener is done with a message, well or not.
fn is_end(fact: &Fact) -> bool {
    let well = matches!(fact, Fact::Consumed { .. });
    well || matches!(fact, Fact::NotConsumed { .. } | Fact::Retried { .. } | Fact::Dead { .. })
}

/// What all members of a group promise.
fn promises_of(cast: &Cast, group: Name) -> Promises {
    let members = cast.nodes.iter().map(|(_, profile)| profile);
    let mut members = members
        .filter(|profile| profile.group == Some(group) && profile.role != NodeRole::Producer);
    let first = members.next().map_or_else(Promises::default, |member| member.promises);
    members.fold(first, |all, member| Promises {
        in_order: all.in_order && member.promises.in_order,
        commits_when_done: all.commits_when_done && member.promises.commits_when_done,
        ..all
    })
}
