//! Connections to peers: one each, opened when somebody needs it, closed when it fails.
//!
//! Follows `NettyRemotingClient` (`channelTables`). What is sent while a connection opens waits for
//! it. Leaves out the closing of connections that are idle for 120 s: heartbeats keep them busy.

use crate::kernel::actor::NodeId;
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::Packet;

use super::timer::ClientTimer;

/// `connectTimeoutMillis` of `NettyClientConfig`.
const CONNECT_TIMEOUT: SimSpan = SimSpan::secs(3);

/// A connection to a peer.
#[derive(Clone, Debug)]
enum Channel {
    Opening { conn: ConnId, timeout: Slot, waiting: Vec<Packet> },
    Open { conn: ConnId },
}

/// All connections of a process.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    by_peer: OrderedMap<NodeId, Channel>,
}

/// What became of a packet that was to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Departure {
    /// It is on its way.
    Left,
    /// It waits for the connection.
    Waits,
}

impl Channels {
    /// True where there is a connection, or one is being opened.
    pub(super) fn lives(&self, peer: NodeId) -> bool {
        self.by_peer.contains_key(&peer)
    }

    /// Sends a packet, now or once the connection is open.
    pub(super) fn send(
        &mut self,
        peer: NodeId,
        packet: Packet,
        fx: &mut Effects<'_, Mq>,
    ) -> Departure {
        match self.by_peer.get_mut(&peer) {
            Some(Channel::Open { conn }) => {
                fx.send(*conn, packet);
                Departure::Left
            }
            Some(Channel::Opening { waiting, .. }) => {
                waiting.push(packet);
                Departure::Waits
            }
            None => {
                let conn = fx.open(peer);
                let timer = Timer::Client(ClientTimer::ConnectTimeout { conn });
                let timeout = fx.arm(CONNECT_TIMEOUT, timer);
                self.by_peer
                    .insert(peer, Channel::Opening { conn, timeout, waiting: vec![packet] });
                Departure::Waits
            }
        }
    }

    /// A connection is usable: sends what waited, and tells the numbers of these requests.
    pub(super) fn opened(
        &mut self,
        peer: NodeId,
        conn: ConnId,
        fx: &mut Effects<'_, Mq>,
    ) -> Vec<u32> {
        let Some(Channel::Opening { conn: expected, timeout, waiting }) =
            self.by_peer.insert(peer, Channel::Open { conn })
        else {
            panic!("a connection opens that nobody asked for");
        };
        assert_eq!(conn, expected, "one connection a peer");
        fx.cancel(timeout);
        let mut left = Vec::with_capacity(waiting.len());
        for packet in waiting {
            if let Packet::Request { opaque, .. } = packet {
                left.push(opaque);
            }
            fx.send(conn, packet);
        }
        left
    }

    /// A connection is gone; true where it was the one in use.
    pub(super) fn closed(&mut self, peer: NodeId, conn: ConnId, fx: &mut Effects<'_, Mq>) -> bool {
        match self.by_peer.get(&peer) {
            Some(Channel::Opening { conn: known, timeout, .. }) if *known == conn => {
                fx.cancel(*timeout);
            }
            Some(Channel::Open { conn: known }) if *known == conn => {}
            Some(Channel::Opening { .. } | Channel::Open { .. }) | None => return false,
        }
        self.by_peer.remove(&peer);
        true
    }

    /// Forgets a request that waits for its connection.
    pub(super) fn forget(&mut self, peer: NodeId, opaque: u32) {
        if let Some(Channel::Opening { waiting, .. }) = self.by_peer.get_mut(&peer) {
            waiting.retain(|packet| {
                !matches!(packet, Packet::Request { opaque: known, .. } if *known == opaque)
            });
        }
    }

    /// Closes the connection to a peer from this end.
    pub(super) fn close(&mut self, peer: NodeId, fx: &mut Effects<'_, Mq>) {
        match self.by_peer.remove(&peer) {
            Some(Channel::Opening { conn, timeout, .. }) => {
                fx.cancel(timeout);
                fx.close(conn);
            }
            Some(Channel::Open { conn }) => fx.close(conn),
            None => {}
        }
    }

    /// The peer of a connection that is still being opened.
    pub(super) fn opening(&self, conn: ConnId) -> Option<NodeId> {
        self.by_peer.iter().find_map(|(peer, channel)| match channel {
            Channel::Opening { conn: known, .. } if *known == conn => Some(*peer),
            Channel::Opening { .. } | Channel::Open { .. } => None,
        })
    }
}

impl Digestible for Channels {
    fn digest(&self, digest: &mut Digest) {
        for (peer, channel) in self.by_peer.iter() {
            digest.put(peer);
            match channel {
                Channel::Opening { conn, waiting, .. } => {
                    digest.put(conn);
                    digest.all(waiting.iter());
                }
                Channel::Open { conn } => digest.put(conn),
            }
        }
    }
}
