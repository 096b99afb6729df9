//! Requests: messages that the program waits for an answer to, from whoever consumes them.
//!
//! Follows `DefaultMQProducerImpl.request`, `RequestFutureHolder` and
//! `ClientRemotingProcessor.receiveReplyMessage`: the program's own thread sends the message as an
//! asynchronous one, then waits. A reply that comes too late is acknowledged and thrown away. With
//! a callback nobody waits: it is called when the send succeeds, with nothing, and again with the
//! reply; a scan each second finds those that waited too long.

use crate::facts::{Fact, MsgKey};
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::rng::Rng;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Packet, PushReply, Reply, code};

use super::super::calls::millis;
use super::super::timer::{ClientTimer, ProducerTimer};
use super::special::wired;
use super::{Producer, Sender};

/// `PUSH_REPLY_MESSAGE_TO_CLIENT`.
const PUSH_REPLY: u32 = 326;
/// The scan for requests with a callback begins so long after the start, and its period
/// (`RequestFutureHolder.startScheduledTask`).
const FIRST_SCAN: SimSpan = SimSpan::secs(3);
const SCAN: SimSpan = SimSpan::secs(1);

/// Requests that are waited for.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    rng: Rng,
    /// By number of the send.
    waiting: OrderedMap<u32, Waiting>,
}

#[derive(Clone, Debug)]
struct Waiting {
    msg: MsgKey,
    correlation: String,
    /// The program's thread, and where it is in its round; none where a callback takes the reply.
    caller: Option<(u32, (u32, usize))>,
    since: SimTime,
    over: Slot,
}

impl Requests {
    pub(super) fn new(rng: Rng) -> Self {
        Self { rng, waiting: OrderedMap::new() }
    }

    /// The send that a reply belongs to.
    fn number_of(&self, correlation: &str) -> Option<u32> {
        let mut all = self.waiting.iter();
        all.find(|(_, waiting)| waiting.correlation == correlation).map(|(number, _)| *number)
    }

    /// A random UUID.
    fn correlation(&mut self) -> String {
        let (high, low) = (self.rng.below(u64::MAX), self.rng.below(u64::MAX));
        let version = high & !0xF000 | 0x4000;
        let variant = low & !(0b11 << 62) | 0b10 << 62;
        let text = format!("{version:016x}{variant:016x}");
        [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
    }
}

impl Producer {
    /// The message as a request: with what its answer is found by, and who waits for it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn as_request(&mut self, message: &Message, timeout: SimSpan) -> Message {
        let client = self.config.client.client_id.to_string();
        let correlation = self.extras().requests.correlation();
        let more = [
            ("CORRELATION_ID", correlation),
            ("REPLY_TO_CLIENT", client),
            ("TTL", timeout.as_millis().to_string()),
        ];
        wired(message, more.map(|(name, value)| (name.to_owned(), value)).into(), 0)
    }

    /// The program's thread sends a request, and waits for its answer.
    #[inline(never)] // Can wait.
    pub(super) fn request(
        &mut self,
        mut sender: Box<Sender>,
        thread: u32,
        (timeout, callback): (SimSpan, bool),
        fx: &mut Effects<'_, Mq>,
    ) {
        let number = self.extras().pool.take_number();
        sender.send.timeout = timeout;
        let (message, since) = (&sender.send.message, fx.now());
        let found = message.wired().and_then(|wired| wired.properties.get("CORRELATION_ID"));
        let (msg, correlation) = (message.key, found.unwrap_or_default().to_owned());
        let place = (sender.round, sender.place);
        let timer = ProducerTimer::ReplyTimeout { send: number };
        // A request is too old only once it is older than its time.
        let found = since + timeout + SimSpan::millis(1);
        let scanned = found.next_phase(self.instance.calls.started() + FIRST_SCAN, SCAN);
        let at = if callback { scanned } else { since + timeout };
        let over = fx.arm_at(at, Timer::Client(ClientTimer::Producer(timer)));
        let caller = (!callback).then_some((thread, place));
        self.instance.askers.push((correlation.clone(), fx.node()));
        let waiting = Waiting { msg, correlation, caller, since, over };
        self.extras().requests.waiting.insert(number, waiting);
        self.senders.insert(number, sender);
        self.issue(number, thread, fx);
        if callback {
            self.returned(thread, place, fx);
        }
    }

    /// A request is sent: where a callback takes the reply, it is called with nothing.
    pub(super) fn request_sent(&self, number: u32, fx: &mut Effects<'_, Mq>) {
        let Some(extras) = &self.extras else { return };
        let waiting = extras.requests.waiting.get(&number);
        if let Some(waiting) = waiting.filter(|waiting| waiting.caller.is_none()) {
            fx.note(Fact::CalledBack { msg: waiting.msg, why: Because::NullReply.plain() });
        }
    }

    /// True where a reply may still come.
    pub(super) fn awaits_replies(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.requests.waiting.is_empty())
    }

    /// A request is over: the thread that waited for it goes on.
    fn request_over(&mut self, waiting: &Waiting, fx: &mut Effects<'_, Mq>) {
        match waiting.caller {
            Some((thread, place)) => self.returned(thread, place, fx),
            None => self.stop_if_done(fx),
        }
    }

    /// A broker brings a reply, which is acknowledged whoever waits for it.
    #[inline(never)] // Can wait.
    pub(super) fn replied(
        &mut self,
        (conn, opaque): (ConnId, u32),
        push: &PushReply,
        fx: &mut Effects<'_, Mq>,
    ) {
        let reply = Reply::code(code::SUCCESS);
        fx.send(conn, Packet::Reply { opaque, to: PUSH_REPLY, reply });
        let wired = push.send.message.wired();
        let Some(found) = wired.and_then(|wired| wired.properties.get("CORRELATION_ID")) else {
            return;
        };
        let Some(extras) = self.extras.as_ref() else { return };
        let number = extras.requests.number_of(found);
        let Some(waiting) = number.and_then(|number| self.no_longer_waits(number, fx)) else {
            return;
        };
        let (msg, waited) = (waiting.msg, fx.now().since(waiting.since));
        fx.note(Fact::Replied { msg, waited, why: Because::ReplyCame.plain() });
        self.request_over(&waiting, fx);
    }

    /// The program waited long enough (10006).
    #[inline(never)] // Can wait.
    pub(super) fn reply_timed_out(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        if let Some(waiting) = self.no_longer_waits(number, fx) {
            let why = Because::ReplyTooLate.with(millis(fx.now().since(waiting.since)));
            fx.note(Fact::Unreplied { msg: waiting.msg, why });
            self.request_over(&waiting, fx);
        }
    }

    /// The request could not even be sent: nobody waits for its answer.
    pub(super) fn request_failed(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        if let Some(waiting) = self.no_longer_waits(number, fx) {
            self.request_over(&waiting, fx);
        }
    }

    fn no_longer_waits(&mut self, number: u32, fx: &mut Effects<'_, Mq>) -> Option<Waiting> {
        let waiting = self.extras.as_mut()?.requests.waiting.remove(&number)?;
        self.instance.askers.retain(|(correlation, _)| *correlation != waiting.correlation);
        fx.cancel(waiting.over);
        Some(waiting)
    }
}

impl Digestible for Requests {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.rng);
        for (number, waiting) in self.waiting.iter() {
            digest.put(number);
            digest.put(&waiting.msg);
        }
    }
}
