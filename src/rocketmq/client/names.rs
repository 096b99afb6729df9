//! Which name server a client asks.
//!
//! Follows `NettyRemotingClient.getAndCreateNameserverChannel`: the list is shuffled, the index
//! starts at random, and a client stays with one name server until its connection is gone.

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::rng::Rng;

/// The name servers of a client.
#[derive(Clone, Debug)]
pub(super) struct NameServers {
    list: Vec<NodeId>,
    index: u32,
    chosen: Option<NodeId>,
}

impl NameServers {
    /// The list as it is given.
    pub(super) fn new(list: Vec<NodeId>) -> Self {
        assert!(!list.is_empty(), "a client knows at least one name server");
        Self { list, index: 0, chosen: None }
    }

    /// The client starts: shuffles the list.
    pub(super) fn shuffle(&mut self, rng: &mut Rng) {
        for last in (1..self.list.len()).rev() {
            self.list.swap(last, rng.index(last + 1));
        }
        self.index = u32::try_from(rng.below(999)).expect("below 999");
    }

    /// The one that is asked now: the last one while its connection lives, else the next.
    pub(super) fn choose(&mut self, lives: impl Fn(NodeId) -> bool) -> NodeId {
        if let Some(chosen) = self.chosen.filter(|chosen| lives(*chosen)) {
            return chosen;
        }
        self.index = self.index.wrapping_add(1);
        let chosen = self.list[self.index as usize % self.list.len()];
        self.chosen = Some(chosen);
        chosen
    }
}

impl Digestible for NameServers {
    fn digest(&self, digest: &mut Digest) {
        self.list.iter().for_each(|node| digest.put(node));
        digest.word(u64::from(self.index));
        digest.put(&self.chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_with_one_until_that_is_gone() {
        let mut servers = NameServers::new(vec![NodeId(0), NodeId(1)]);
        servers.shuffle(&mut Rng::stream(1, "client"));
        let first = servers.choose(|_| true);
        assert_eq!(servers.choose(|_| true), first);
        let second = servers.choose(|node| node != first);
        assert_ne!(second, first);
        assert_eq!(servers.choose(|node| node != first), second);
    }
}
