//! What controllers agree on (`ReplicasInfoManager`, `DefaultElectPolicy`): the brokers of each
//! name, who leads them, who is in sync.

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::remoting::{Leadership, code};

/// The first id that is given away (`FIRST_BROKER_CONTROLLER_ID`).
const FIRST_ID: u32 = 1;

/// All broker names, in the order of their coming.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sets(Vec<ReplicaSet>);

/// The brokers of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReplicaSet {
    pub(super) broker: Name,
    /// Addresses by id; never fewer.
    pub(super) members: Vec<(u32, NodeId)>,
    pub(super) master: Option<u32>,
    epoch: u32,
    pub(super) set: Vec<u32>,
    set_epoch: u32,
}

/// What became of an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Election {
    /// Who led still does.
    Stays,
    /// A broker leads that did not: the first ever, one in sync, or one that was not.
    Won { first: bool, unclean: bool },
    /// Nobody may lead.
    Nobody,
}

/// A broker that may be elected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) id: u32,
    pub(super) epoch: u32,
    pub(super) end: u64,
    pub(super) priority: u32,
}

impl Sets {
    pub(super) fn get(&self, broker: Name) -> Option<&ReplicaSet> {
        self.0.iter().find(|set| set.broker == broker)
    }

    pub(super) fn get_mut(&mut self, broker: Name) -> Option<&mut ReplicaSet> {
        self.0.iter_mut().find(|set| set.broker == broker)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.0.iter()
    }

    /// `getNextBrokerId`.
    pub(super) fn next_id(&self, broker: Name) -> u32 {
        let last = self.get(broker).and_then(|set| set.members.iter().map(|(id, _)| *id).max());
        last.map_or(FIRST_ID, |last| last + 1)
    }

    /// `applyBrokerId`: false where another broker has the id.
    pub(super) fn take_id(&mut self, broker: Name, id: u32, node: NodeId) -> bool {
        match self.get_mut(broker) {
            None if id == FIRST_ID => self.0.push(ReplicaSet::new(broker, (id, node))),
            None => return false,
            Some(set) => match set.members.iter().find(|(known, _)| *known == id) {
                Some((_, known)) => return *known == node,
                None => set.members.push((id, node)),
            },
        }
        true
    }
}

impl ReplicaSet {
    fn new(broker: Name, member: (u32, NodeId)) -> Self {
        let (master, epoch, set, set_epoch) = Default::default();
        Self { broker, members: vec![member], master, epoch, set, set_epoch }
    }

    pub(super) fn node(&self, id: u32) -> Option<NodeId> {
        self.members.iter().find(|(known, _)| *known == id).map(|(_, node)| *node)
    }

    /// As brokers are told.
    pub(super) fn leadership(&self) -> Leadership {
        let master = self.master.and_then(|id| Some((id, self.node(id)?)));
        let (epoch, set, set_epoch) = (self.epoch, self.set.clone(), self.set_epoch);
        Leadership { master, epoch, set, set_epoch }
    }

    /// `electMaster`: `wants` is the broker that asked, none where the controller itself begins.
    /// The very first one to ask leads; else who leads goes on while it lives and is in sync, else
    /// one of `alive` that is in sync follows, or with `unclean` any: the highest epoch, then the
    /// longest log, then the lowest priority.
    pub(super) fn elect(
        &mut self,
        wants: Option<u32>,
        alive: &[Candidate],
        unclean: bool,
    ) -> Election {
        if let Some(first) = wants.filter(|_| self.epoch == 0) {
            self.crown(first);
            return Election::Won { first: true, unclean: false };
        }
        let in_sync = |candidate: &&Candidate| self.set.contains(&candidate.id);
        let clean = self.best(alive.iter().filter(in_sync));
        let any = || self.best(alive.iter()).filter(|_| unclean);
        let Some(best) = clean.or_else(any) else {
            if wants.is_none() {
                (self.master, self.epoch) = (None, self.epoch + 1);
            }
            return Election::Nobody;
        };
        if self.master == Some(best) {
            return Election::Stays;
        }
        self.crown(best);
        Election::Won { first: false, unclean: clean.is_none() }
    }

    fn best<'a>(&self, candidates: impl Iterator<Item = &'a Candidate> + Clone) -> Option<u32> {
        let mut old = candidates.clone().filter(|it| Some(it.id) == self.master);
        let rank = |it: &&Candidate| (it.epoch, it.end, u32::MAX - it.priority, u32::MAX - it.id);
        old.next().or_else(|| candidates.max_by_key(rank)).map(|best| best.id)
    }

    fn crown(&mut self, id: u32) {
        (self.master, self.epoch) = (Some(id), self.epoch + 1);
        (self.set, self.set_epoch) = (vec![id], self.set_epoch + 1);
    }

    /// `alterSyncStateSet`, where `is_alive` knows who lives.
    ///
    /// # Errors
    ///
    /// The response code of a refusal.
    pub(super) fn alter(
        &mut self,
        (id, epoch): (u32, u32),
        (set, set_epoch): (&[u32], u32),
        is_alive: impl Fn(u32) -> bool,
    ) -> Result<(), u16> {
        if self.set == set {
            return Err(code::CONTROLLER_ALTER_SYNC_STATE_SET_FAILED);
        }
        if self.master != Some(id) {
            return Err(code::CONTROLLER_INVALID_MASTER);
        }
        if self.epoch != epoch {
            return Err(code::CONTROLLER_FENCED_MASTER_EPOCH);
        }
        if self.set_epoch != set_epoch {
            return Err(code::CONTROLLER_FENCED_SYNC_STATE_SET_EPOCH);
        }
        if set.iter().any(|member| self.node(*member).is_none()) {
            return Err(code::CONTROLLER_INVALID_REPLICAS);
        }
        if !set.iter().all(|member| is_alive(*member)) {
            return Err(code::CONTROLLER_BROKER_NOT_ALIVE);
        }
        if !set.contains(&id) {
            return Err(code::CONTROLLER_ALTER_SYNC_STATE_SET_FAILED);
        }
        (self.set, self.set_epoch) = (set.to_vec(), set_epoch + 1);
        Ok(())
    }
}

impl Digestible for Sets {
    fn digest(&self, digest: &mut Digest) {
        for set in &self.0 {
            digest.put(&set.broker);
            digest.word(u64::from(set.epoch) << 32 | u64::from(set.set_epoch));
            digest.put(&set.master);
            digest.all(set.set.iter());
            digest.word(set.members.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: u32, (epoch, end): (u32, u64), priority: u32) -> Candidate {
        Candidate { id, epoch, end, priority }
    }

    /// Three brokers, of which the first leads and all are in sync.
    fn trio() -> ReplicaSet {
        let mut set = ReplicaSet::new(Name::new("broker-a"), (1, NodeId(1)));
        set.members.extend([(2, NodeId(2)), (3, NodeId(3))]);
        assert_eq!(set.elect(Some(1), &[], false), Election::Won { first: true, unclean: false });
        assert_eq!(set.alter((1, 1), (&[1, 2, 3], 1), |_| true), Ok(()));
        set
    }

    #[test]
    fn of_those_in_sync_the_highest_epoch_wins_then_the_longest_log_then_the_lowest_priority() {
        let cases = [
            ([candidate(2, (2, 10), 9), candidate(3, (1, 99), 0)], 2),
            ([candidate(2, (1, 98), 0), candidate(3, (1, 99), 9)], 3),
            ([candidate(2, (1, 99), 9), candidate(3, (1, 99), 0)], 3),
        ];
        for (alive, winner) in cases {
            let mut set = trio();
            assert_eq!(
                set.elect(None, &alive, false),
                Election::Won { first: false, unclean: false }
            );
            assert_eq!(set.leadership().master, Some((winner, NodeId(winner))));
            assert_eq!((set.epoch, set.set, set.set_epoch), (2, vec![winner], 3));
        }
    }

    #[test]
    fn who_leads_and_lives_goes_on_and_who_is_not_in_sync_leads_only_where_it_may() {
        let mut set = trio();
        let all = [candidate(1, (1, 5), 9), candidate(2, (1, 9), 0)];
        assert_eq!(set.elect(None, &all, false), Election::Stays);
        assert_eq!(set.alter((1, 1), (&[1], 2), |_| true), Ok(()));
        let other = [candidate(2, (1, 9), 0)];
        assert_eq!(set.elect(Some(2), &other, false), Election::Nobody);
        assert_eq!(set.epoch, 1, "a broker that asks in vain changes nothing");
        assert_eq!(set.elect(None, &other, false), Election::Nobody);
        assert_eq!((set.master, set.epoch, set.set.as_slice()), (None, 2, &[1][..]));
        assert_eq!(set.elect(None, &other, true), Election::Won { first: false, unclean: true });
    }

    #[test]
    fn only_the_master_of_this_epoch_changes_the_set_of_this_epoch() {
        let mut set = trio();
        let mut alter = |who, what: (&[u32], u32), alive| set.alter(who, what, |_| alive);
        assert_eq!(alter((1, 1), (&[1, 2, 3], 2), true), Err(2013), "nothing changes");
        assert_eq!(alter((1, 1), (&[2], 2), true), Err(2013), "without its master");
        assert_eq!(alter((2, 1), (&[2], 2), true), Err(2002));
        assert_eq!(alter((1, 0), (&[1], 2), true), Err(2000));
        assert_eq!(alter((1, 1), (&[1], 1), true), Err(2001));
        assert_eq!(alter((1, 1), (&[1, 7], 2), true), Err(2003));
        assert_eq!(alter((1, 1), (&[1], 2), false), Err(2006));
        assert_eq!(alter((1, 1), (&[1], 2), true), Ok(()));
    }

    #[test]
    fn ids_are_given_once() {
        let mut sets = Sets::default();
        let broker = Name::new("broker-a");
        assert!(!sets.take_id(broker, 2, NodeId(5)), "the first is 1");
        assert!(sets.take_id(broker, sets.next_id(broker), NodeId(5)));
        assert!(!sets.take_id(broker, 1, NodeId(6)) && sets.take_id(broker, 1, NodeId(5)));
        assert!(sets.take_id(broker, sets.next_id(broker), NodeId(6)));
        assert_eq!(sets.next_id(broker), 3);
    }
}
