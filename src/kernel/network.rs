//! Connections over links: latency, bandwidth, loss and cuts, in order per connection and
//! direction.
//!
//! Connections behave as TCP does: a lost packet comes later (it is sent again after a time-out
//! that doubles), and what is sent over a cut link waits until the link is mended.

use super::actor::NodeId;
use super::digest::{Digest, Digestible};
use super::ordered_map::OrderedMap;
use super::rng::Rng;
use super::spread::Spread;
use super::time::{SimSpan, SimTime};

/// Which connection. Ids are given in order and never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnId(pub u32);

impl Digestible for ConnId {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.0));
    }
}

/// Why a connection is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// Nobody listens at the other end.
    Refused,
    /// The other end closed it.
    Ended,
    /// The other end's process died.
    Reset,
}

/// How a link behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkProfile {
    /// One way.
    pub latency: Spread,
    /// Packets lost of a million.
    pub loss_per_million: u32,
    /// Bytes a second each way; 0: no limit.
    pub bytes_per_second: u64,
}

impl Default for LinkProfile {
    fn default() -> Self {
        let latency = Spread::Fixed(SimSpan::micros(100));
        Self { latency, loss_per_million: 0, bytes_per_second: 0 }
    }
}

/// First retransmission after this long; then it doubles (Linux's least time-out).
const RETRANSMIT: SimSpan = SimSpan::millis(200);

/// More than this is a cut.
const MOST_LOSS: u32 = 900_000;

#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The lower id first.
    pub(super) ends: (NodeId, NodeId),
    pub(super) profile: LinkProfile,
    pub(super) cut: bool,
    rng: Rng,
    /// When each direction has sent what it was given.
    free_at: [SimTime; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnState {
    Opening,
    Open,
    /// This end or the other one closed it; what flies still arrives at an end that did not.
    Closed,
}

#[derive(Clone, Debug)]
pub(super) struct Conn {
    /// Who asked for it, and who was asked.
    pub(super) ends: [NodeId; 2],
    pub(super) states: [ConnState; 2],
    pub(super) link: u32,
    /// Latest arrival so far, by the side that sends.
    last_due: [SimTime; 2],
}

impl Conn {
    /// Which side of the connection `node` is; 0 asked for it.
    #[inline]
    pub(super) fn side_of(&self, node: NodeId) -> u8 {
        if self.ends[0] == node {
            return 0;
        }
        assert!(self.ends[1] == node, "node {} is no end of the connection", node.0);
        1
    }

    /// How the connection looks from `node`.
    #[inline]
    pub(super) fn state_at(&self, node: NodeId) -> ConnState {
        self.states[usize::from(self.side_of(node))]
    }
}

/// All links and connections.
#[derive(Clone, Debug)]
pub(super) struct Network {
    seed: u64,
    default: LinkProfile,
    links: Vec<Link>,
    by_ends: OrderedMap<(NodeId, NodeId), u32>,
    conns: Vec<Conn>,
}

impl Network {
    pub(super) fn new(seed: u64) -> Self {
        let (links, by_ends, conns) = (Vec::new(), OrderedMap::new(), Vec::new());
        Self { seed, default: LinkProfile::default(), links, by_ends, conns }
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) fn set_default(&mut self, profile: LinkProfile) {
        self.default = profile;
    }

    pub(super) fn link_mut(&mut self, a: NodeId, b: NodeId) -> &mut Link {
        let index = self.link_between(a, b);
        &mut self.links[index as usize]
    }

    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    #[inline]
    pub(super) fn conn(&self, id: ConnId) -> &Conn {
        &self.conns[id.0 as usize]
    }

    pub(super) fn conn_mut(&mut self, id: ConnId) -> &mut Conn {
        &mut self.conns[id.0 as usize]
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = ConnId> + use<> {
        let count = u32::try_from(self.conns.len()).expect("fewer connections than u32 can count");
        (0..count).map(ConnId)
    }

    pub(super) fn is_cut(&self, id: ConnId) -> bool {
        self.links[self.conn(id).link as usize].cut
    }

    /// The newest connection that a node asked for.
    pub(super) fn newest_of(&self, from: NodeId) -> Option<ConnId> {
        let at = self.conns.iter().rposition(|conn| conn.ends[0] == from)?;
        u32::try_from(at).ok().map(ConnId)
    }

    pub(super) fn open(&mut self, from: NodeId, to: NodeId) -> ConnId {
        assert!(from != to, "a node does not connect to itself: which side is which?");
        let id = u32::try_from(self.conns.len()).expect("fewer connections than u32 can count");
        let link = self.link_between(from, to);
        let states = [ConnState::Opening; 2];
        let last_due = [SimTime::START; 2];
        self.conns.push(Conn { ends: [from, to], states, link, last_due });
        ConnId(id)
    }

    /// When something of `bytes` that side `from` sends now comes to the other side; `None` where
    /// the link is cut.
    #[inline]
    pub(super) fn pass(
        &mut self,
        id: ConnId,
        from: u8,
        bytes: u64,
        now: SimTime,
    ) -> Option<SimTime> {
        let conn = &mut self.conns[id.0 as usize];
        let link = &mut self.links[conn.link as usize];
        if link.cut {
            return None;
        }
        let from = usize::from(from);
        let direction = usize::from(link.ends.0 != conn.ends[from]);
        let due = link.pass(direction, bytes, now).max(conn.last_due[from]);
        conn.last_due[from] = due;
        Some(due)
    }

    fn link_between(&mut self, a: NodeId, b: NodeId) -> u32 {
        let ends = (a.min(b), a.max(b));
        if let Some(index) = self.by_ends.get(&ends) {
            return *index;
        }
        let index = u32::try_from(self.links.len()).expect("fewer links than u32 can count");
        let rng = Rng::stream(self.seed, &format!("link {} {}", ends.0.0, ends.1.0));
        let free_at = [SimTime::START; 2];
        self.links.push(Link { ends, profile: self.default.clone(), cut: false, rng, free_at });
        self.by_ends.insert(ends, index);
        index
    }
}

impl Link {
    #[inline]
    fn pass(&mut self, direction: usize, bytes: u64, now: SimTime) -> SimTime {
        let mut start = now;
        if self.profile.bytes_per_second > 0 {
            start = self.free_at[direction].max(now) + self.profile.time_for(bytes);
            self.free_at[direction] = start;
        }
        if self.profile.loss_per_million > 0 {
            start += self.retransmissions();
        }
        start + self.profile.latency.draw(&mut self.rng)
    }

    /// How long a packet is held up until it gets through.
    fn retransmissions(&mut self) -> SimSpan {
        let (mut delay, mut again) = (SimSpan::ZERO, RETRANSMIT);
        while self.rng.chance(self.profile.loss_per_million.min(MOST_LOSS)) {
            delay = delay + again;
            again = again * 2;
        }
        delay
    }
}

impl LinkProfile {
    /// How long `bytes` take at this bandwidth.
    fn time_for(&self, bytes: u64) -> SimSpan {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.bytes_per_second);
        SimSpan::nanos(u64::try_from(nanos).expect("a packet passes within u64 nanoseconds"))
    }
}

impl Digestible for LinkProfile {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.latency);
        digest.word(u64::from(self.loss_per_million));
        digest.word(self.bytes_per_second);
    }
}

impl Digestible for Network {
    fn digest(&self, digest: &mut Digest) {
        for link in &self.links {
            digest.put(&link.rng);
            digest.put(&link.cut);
            digest.put(&link.profile);
            link.free_at.iter().for_each(|free_at| digest.put(free_at));
        }
        digest.word(self.conns.len() as u64);
        for conn in &self.conns {
            digest.word(u64::from(conn.ends[0].0) << 32 | u64::from(conn.ends[1].0));
            conn.last_due.iter().for_each(|due| digest.put(due));
            conn.states.iter().for_each(|state| digest.word(*state as u64));
        }
    }
}
