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
mod violation;

use crate::facts::{Fact, Promises};
use crate::observation::Observations;
use crate::observation::cast::Cast;
use crate::observation::seen::Seen;

use committed::Commits;
use in_order::Turns;
use positions::Positions;
pub use violation::{Rule, Violation};

/// All rules over one world.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What all members of a group promise, by group.
    groups: Vec<Promises>,
    positions: Positions,
    commits: Commits,
    turns: Turns,
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
    pub fn close(&mut self, seen: &Observations) {
        if let Err(violation) = ledger::recount(seen) {
            self.violation.get_or_insert(violation);
        }
    }

    #[inline]
    fn judge(&mut self, seen: &Seen<'_>, so_far: &Observations) -> Verdict {
        match *seen.fact {
            Fact::Stored { offset, .. } => self.positions.stored(seen, offset),
            Fact::Dispatched { offset, .. } => positions::dispatched(seen, offset, so_far),
            Fact::Acknowledged { offset, outcome, .. } => {
                acknowledged::told(seen, (offset, outcome), so_far)
            }
            Fact::Recovered { bytes, end, .. } => {
                self.positions.recovered(seen, so_far);
                self.commits.recovered(seen, so_far);
                acknowledged::recovered(seen, (bytes, end), so_far)
            }
            Fact::Leads { .. } | Fact::LogCut { .. } => {
                self.positions.recovered(seen, so_far);
                self.commits.recovered(seen, so_far);
                Ok(())
            }
            Fact::Owned { offset, .. } => {
                self.commits.owned(seen, offset, so_far);
                Ok(())
            }
            Fact::Released { .. } => {
                self.commits.changed_hands(seen);
                Ok(())
            }
            Fact::Answered { code, .. } => {
                self.commits.answered(seen, code);
                Ok(())
            }
            Fact::Committed { offset, .. } if self.promises(seen).commits_when_done => {
                self.commits.committed(seen, offset, so_far)
            }
            Fact::Consuming { thread, .. } if self.promises(seen).in_order => {
                self.turns.begin(seen, thread, so_far)
            }
            Fact::Consumed { .. } | Fact::Retried { .. } | Fact::Dead { .. } => {
                if self.promises(seen).in_order {
                    self.turns.end(seen);
                }
                ledger::adds_up(seen, so_far)
            }
            Fact::ProcessStarted => {
                self.turns.gone(seen.node);
                Ok(())
            }
            Fact::ProcessStopped => {
                self.turns.gone(seen.node);
                held::stopped(seen, so_far)
            }
            Fact::Committed { .. }
            | Fact::ReadFromDisk { .. }
            | Fact::Cleaned { .. }
            | Fact::Locked { .. }
            | Fact::NotLocked { .. }
            | Fact::Unlocked { .. }
            | Fact::ReleaseAwaited { .. }
            | Fact::Elected { .. }
            | Fact::Leaderless { .. }
            | Fact::InSync { .. }
            | Fact::Follows { .. }
            | Fact::StandsIn { .. }
            | Fact::StandsBack { .. }
            | Fact::Escaped { .. }
            | Fact::Consuming { .. }
            | Fact::ProcessStopping
            | Fact::Connected { .. }
            | Fact::Disconnected { .. }
            | Fact::BrokerRegistered { .. }
            | Fact::BrokerForgotten { .. }
            | Fact::RouteAsked { .. }
            | Fact::RouteAnswered { .. }
            | Fact::TopicCreated { .. }
            | Fact::Called { .. }
            | Fact::QueueChosen { .. }
            | Fact::Sent { .. }
            | Fact::Admitted { .. }
            | Fact::SafetyAwaited { .. }
            | Fact::SafetyEnded { .. }
            | Fact::Refused { .. }
            | Fact::Resent { .. }
            | Fact::Failed { .. }
            | Fact::HeartbeatSent { .. }
            | Fact::MembersChanged { .. }
            | Fact::Notified { .. }
            | Fact::RebalanceBegan { .. }
            | Fact::RebalanceSkipped { .. }
            | Fact::Rebalanced { .. }
            | Fact::Asked { .. }
            | Fact::AskArrived { .. }
            | Fact::Held { .. }
            | Fact::Woken { .. }
            | Fact::Skipped { .. }
            | Fact::Received { .. }
            | Fact::Delivered { .. }
            | Fact::FilteredOut { .. }
            | Fact::Throttled { .. }
            | Fact::Unthrottled { .. }
            | Fact::Postponed { .. }
            | Fact::Due { .. }
            | Fact::Settled { .. }
            | Fact::Flushed { .. }
            | Fact::Deleted { .. }
            | Fact::WritingForbidden { .. }
            | Fact::WritingAllowed { .. }
            | Fact::ReplicaConnected { .. }
            | Fact::ReplicaCaughtUp { .. }
            | Fact::ReplicaLost { .. }
            | Fact::Replicated { .. }
            | Fact::ConfigCopied { .. } => Ok(()),
        }
    }

    fn promises(&self, seen: &Seen<'_>) -> Promises {
        seen.group.map_or_else(Promises::default, |group| self.groups[group])
    }
}

/// Fine, or the rule that was broken.
type Verdict = Result<(), Box<Violation>>;

/// What all members of a group promise.
fn promises_of(cast: &Cast, group: crate::kernel::name::Name) -> Promises {
    let members = cast.nodes.iter().map(|(_, profile)| profile);
    let mut members = members.filter(|profile| {
        profile.group == Some(group) && profile.role != crate::facts::NodeRole::Producer
    });
    let first = members.next().map_or_else(Promises::default, |member| member.promises);
    members.fold(first, |all, member| Promises {
        in_order: all.in_order && member.promises.in_order,
        commits_when_done: all.commits_when_done && member.promises.commits_when_done,
        ..all
    })
}
