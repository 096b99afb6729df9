//! Requests that wait for replies, by their number, with their time-outs.
//!
//! Follows `NettyRemotingClient` and `NettyRemotingAbstract`: a blocking call ends at its time-out
//! to the instant and then closes the connection, which fails all other calls on it; the time-out
//! of a call with a callback is found by a scan each second, 1 to 2 s late. Leaves out permits and
//! GO_AWAY (1500).

use std::collections::VecDeque;

use crate::facts::{CallEnd, Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::{CloseReason, ConnId};
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Packet, Reply, Request, code};

use super::Waiter;
use super::channels::{Channels, Departure};
use super::timer::ClientTimer;

/// First scan for callbacks that waited too long, after the start (`NettyRemotingClient.start`).
const FIRST_SCAN: SimSpan = SimSpan::secs(3);
/// Time between scans, and what the scan grants beyond the time-out.
const SCAN: SimSpan = SimSpan::secs(1);
/// A call that had less than this left when it was sent does not close the connection.
const MIN_CLOSE_TIMEOUT: SimSpan = SimSpan::millis(100);

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallError {
    /// No connection could be made.
    Connect,
    /// The connection closed under the call.
    Lost,
    /// No reply in time.
    Timeout,
}

/// A call to make.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) peer: NodeId,
    pub(super) request: Request,
    pub(super) timeout: SimSpan,
    pub(super) waiter: Waiter,
}

/// What calls tell their process.
#[derive(Clone, Debug)]
pub(super) enum Notice {
    /// The request left, which had waited for a connection or not; whose it was.
    Left(NodeId, Waiter),
    /// A call ended; whose it was.
    Ended(NodeId, Waiter, Result<Reply, CallError>),
    /// A new connection to a peer is usable.
    Opened(NodeId),
}

#[derive(Clone, Debug)]
struct Pending {
    /// Whose call it is, of those who share the instance.
    who: NodeId,
    peer: NodeId,
    /// Of the request.
    code: u32,
    waiter: Waiter,
    begun: SimTime,
    timeout: SimSpan,
    /// When it was sent; `None` while it waits for the connection.
    sent: Option<SimTime>,
    alarm: Slot,
}

/// The remoting client of a process.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    started: SimTime,
    next_opaque: u32,
    channels: Channels,
    pending: OrderedMap<u32, Pending>,
    notices: VecDeque<Notice>,
}

impl Calls {
    pub(super) fn new(first_opaque: u32) -> Self {
        let (started, channels, pending, notices) = Default::default();
        Self { started, next_opaque: first_opaque, channels, pending, notices }
    }

    /// The remoting client starts: its scans have their phase from here.
    pub(super) fn start(&mut self, now: SimTime) {
        self.started = now;
    }

    /// When it started.
    pub(super) fn started(&self) -> SimTime {
        self.started
    }

    /// What happened since the last question, in order.
    pub(super) fn next_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// Whose call a number is.
    pub(super) fn whose(&self, opaque: u32) -> Option<NodeId> {
        self.pending.get(&opaque).map(|pending| pending.who)
    }

    /// Nobody waits any more for what a client asked that leaves.
    pub(super) fn abandon(&mut self, who: NodeId) {
        for pending in self.pending.values_mut().filter(|pending| pending.who == who) {
            if !matches!(pending.waiter, Waiter::Route | Waiter::Heartbeat) {
                pending.waiter = Waiter::Nobody;
            }
        }
    }

    /// True where there is a connection to a peer, or one is being opened.
    pub(super) fn lives(&self, peer: NodeId) -> bool {
        self.channels.lives(peer)
    }

    /// Sends a request whose caller waits for the reply.
    pub(super) fn call(&mut self, call: Call, fx: &mut Effects<'_, Mq>) {
        let end = fx.now() + call.timeout;
        self.begin(call, end, fx);
    }

    /// Sends a request whose reply goes to a callback.
    pub(super) fn call_back(&mut self, call: Call, fx: &mut Effects<'_, Mq>) {
        let expired = fx.now() + call.timeout + SCAN;
        let end = expired.next_phase(self.started + FIRST_SCAN, SCAN);
        self.begin(call, end, fx);
    }

    /// Sends a request that is not answered.
    pub(super) fn one_way(&mut self, peer: NodeId, request: Request, fx: &mut Effects<'_, Mq>) {
        let opaque = self.opaque();
        let (code, took, end) = (request.code(), SimSpan::ZERO, CallEnd::OneWay);
        fx.note(Fact::CallEnded { code, took, end });
        self.channels.send(peer, Packet::Request { opaque, oneway: true, request }, fx);
    }

    /// A reply came; one whose call ended already is dropped.
    pub(super) fn replied(&mut self, opaque: u32, reply: Reply, fx: &mut Effects<'_, Mq>) {
        if let Some(pending) = self.pending.remove(&opaque) {
            fx.cancel(pending.alarm);
            let good = code::is_result(reply.code);
            pending.state_end(if good { CallEnd::Answered } else { CallEnd::Refused }, fx);
            self.notices.push_back(Notice::Ended(pending.who, pending.waiter, Ok(reply)));
        }
    }

    /// A connection is usable.
    pub(super) fn opened(&mut self, conn: ConnId, peer: NodeId, fx: &mut Effects<'_, Mq>) {
        fx.note(Fact::Connected { peer });
        let now = fx.now();
        for opaque in self.channels.opened(peer, conn, fx) {
            if let Some(pending) = self.pending.get_mut(&opaque) {
                pending.sent = Some(now);
                self.notices.push_back(Notice::Left(pending.who, pending.waiter));
            }
        }
        self.notices.push_back(Notice::Opened(peer));
    }

    /// A connection is gone.
    pub(super) fn closed(&mut self, conn: ConnId, reason: CloseReason, fx: &mut Effects<'_, Mq>) {
        let peer = fx.peer(conn);
        if !self.channels.closed(peer, conn, fx) {
            return;
        }
        let why = match reason {
            CloseReason::Refused => Because::ConnectionRefused.plain(),
            CloseReason::Ended | CloseReason::Reset => Because::PeerGone.plain(),
        };
        self.disconnected(peer, why, fx);
    }

    /// A connection did not open in time.
    pub(super) fn connect_timed_out(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        if let Some(peer) = self.channels.opening(conn) {
            self.channels.close(peer, fx);
            self.disconnected(peer, Because::ConnectionRefused.plain(), fx);
        }
    }

    /// A reply did not come in time.
    pub(super) fn timed_out(&mut self, opaque: u32, fx: &mut Effects<'_, Mq>) {
        let Some(pending) = self.pending.remove(&opaque) else { return };
        pending.state_end(CallEnd::Unanswered, fx);
        self.notices.push_back(Notice::Ended(pending.who, pending.waiter, Err(CallError::Timeout)));
        let Some(sent) = pending.sent else {
            return self.channels.forget(pending.peer, opaque);
        };
        if matches!(pending.waiter, Waiter::Pull(_) | Waiter::Callback(_) | Waiter::Nobody) {
            return;
        }
        let left = pending.timeout.saturating_sub(sent.since(pending.begun));
        if left > MIN_CLOSE_TIMEOUT || left > pending.timeout / 4 {
            self.channels.close(pending.peer, fx);
            let why = Because::ReplyTimeout.with(millis(pending.timeout));
            self.disconnected(pending.peer, why, fx);
        }
    }

    fn begin(&mut self, call: Call, end: SimTime, fx: &mut Effects<'_, Mq>) {
        let Call { peer, request, timeout, waiter } = call;
        if timeout == SimSpan::ZERO {
            return self.notices.push_back(Notice::Ended(
                fx.node(),
                waiter,
                Err(CallError::Timeout),
            ));
        }
        let (opaque, begun, code) = (self.opaque(), fx.now(), request.code());
        let alarm = fx.arm_at(end, Timer::Client(ClientTimer::CallTimeout { opaque }));
        let packet = Packet::Request { opaque, oneway: false, request };
        let sent = match self.channels.send(peer, packet, fx) {
            Departure::Left => Some(begun),
            Departure::Waits => None,
        };
        if sent.is_some() {
            self.notices.push_back(Notice::Left(fx.node(), waiter));
        }
        let who = fx.node();
        let pending = Pending { who, peer, code, waiter, begun, timeout, sent, alarm };
        self.pending.insert(opaque, pending);
    }

    /// Fails all calls to a peer.
    fn disconnected(&mut self, peer: NodeId, why: Why, fx: &mut Effects<'_, Mq>) {
        fx.note(Fact::Disconnected { peer, why });
        for (_, pending) in self.pending.take_out(|_, pending| pending.peer == peer) {
            fx.cancel(pending.alarm);
            pending.state_end(CallEnd::Unanswered, fx);
            let error = if pending.sent.is_some() { CallError::Lost } else { CallError::Connect };
            self.notices.push_back(Notice::Ended(pending.who, pending.waiter, Err(error)));
        }
    }

    fn opaque(&mut self) -> u32 {
        let opaque = self.next_opaque;
        self.next_opaque = self.next_opaque.wrapping_add(1);
        opaque
    }
}

impl Pending {
    /// Says how it ended, from its call on.
    #[inline]
    fn state_end(&self, end: CallEnd, fx: &mut Effects<'_, Mq>) {
        let (code, took) = (self.code, fx.now().since(self.begun));
        fx.note(Fact::CallEnded { code, took, end });
    }
}

/// Whole ms of a span, for reasons.
pub(super) fn millis(span: SimSpan) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

impl Digestible for Calls {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.next_opaque));
        digest.put(&self.channels);
        for (opaque, pending) in self.pending.iter() {
            digest.word(u64::from(*opaque));
            digest.word(pending.waiter.word());
            digest.put(&pending.begun);
        }
    }
}
