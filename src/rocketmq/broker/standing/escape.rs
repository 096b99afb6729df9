//! What an acting master would have to store goes to another broker (`EscapeBridge`,
//! `enableRemoteEscape`): one message at a time, of the delay levels.
//!
//! Routes are asked for anew for each message; upstream keeps them for a while.

use std::rc::Rc;

use crate::facts::{Fact, QueueRef};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::{Broker, BrokerTimer, ReplicationTimer};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, Request, Route, SendRequest, code};
use crate::rocketmq::topic::{TBW102, perm};

/// `DELAY_FOR_A_WHILE`.
const AGAIN: SimSpan = SimSpan::millis(100);

/// The message that is on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Escape {
    flies: Option<Flight>,
    /// Turn of the queues.
    turn: usize,
}

#[derive(Clone, Debug)]
struct Flight {
    message: Message,
    /// Its delay level, from 0 on.
    level: usize,
    /// The question for its route.
    asked: Option<u32>,
    /// Where it goes: the broker, its connection, the queue.
    to: Option<(NodeId, ConnId, QueueRef)>,
}

impl Broker {
    /// A delayed message is due on an acting master; nothing happens where it may not leave, or
    /// another one is on its way.
    pub(in crate::rocketmq::broker) fn escape(
        &mut self,
        level: usize,
        message: Message,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.config.ha.replicas.escape && self.standing_mut().escape.flies.is_none() {
            let topic = message.template.topic;
            self.standing_mut().escape.flies =
                Some(Flight { message, level, asked: None, to: None });
            self.ask_escape_route(topic, fx);
        }
    }

    fn ask_escape_route(&mut self, topic: Name, fx: &mut Effects<'_, Mq>) {
        let Some(conn) = self.open_channels(fx).first().copied() else {
            return self.escape_failed(fx);
        };
        let asked = Some(self.ask(conn, Request::GetRoute { topic }, fx));
        if let Some(flight) = &mut self.standing_mut().escape.flies {
            flight.asked = asked;
        }
    }

    /// A name server answered; false where that is about something else.
    pub(super) fn escape_route_answered(
        &mut self,
        (opaque, reply): (u32, &Reply),
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let flies = self.standing_mut().escape.flies.as_mut();
        let Some(flight) = flies.filter(|flight| flight.asked == Some(opaque)) else {
            return false;
        };
        flight.asked = None;
        if let ReplyBody::Route(route) = &reply.body {
            self.escape_route_came(route, fx);
        } else {
            self.escape_failed(fx);
        }
        true
    }

    /// The route of the message that waits: the next queue of another broker takes it.
    fn escape_route_came(&mut self, route: &Route, fx: &mut Effects<'_, Mq>) {
        let own = self.config.name;
        let it = &mut self.standing_mut().escape;
        let Some(flight) = it.flies.as_mut().filter(|flight| flight.to.is_none()) else { return };
        let topic = flight.message.template.topic;
        let others = route.brokers.iter().filter(|broker| broker.name != own);
        let writeable = others.filter(|broker| broker.perm & perm::WRITE != 0);
        let places = writeable.filter_map(|broker| Some((broker.master()?, broker))).flat_map(
            |(node, broker)| {
                let queue = move |id| (node, QueueRef { topic, broker: broker.named_by, id });
                (0..broker.write_queues).map(queue)
            },
        );
        let places: Vec<_> = places.collect();
        if places.is_empty() {
            return self.escape_failed(fx);
        }
        let (node, queue) = places[it.turn % places.len()];
        it.turn += 1;
        flight.to = Some((node, fx.open(node), queue));
    }

    /// The other broker can be told.
    pub(in crate::rocketmq::broker) fn escape_opened(
        &mut self,
        conn: ConnId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some((message, queue)) = self.escapes_over(conn) else { return };
        let send = SendRequest {
            group: Name::new(&format!("InnerProducerGroup_{}", self.config.name)),
            topic: message.template.topic,
            default_topic: Name::new(TBW102),
            default_queues: 8,
            queue: queue.id.cast_signed(),
            message,
            max_reconsume: None,
            batch: None,
        };
        self.ask(conn, Request::SendMessage(Rc::new(send)), fx);
    }

    fn escapes_over(&self, conn: ConnId) -> Option<(Message, QueueRef)> {
        let flight = self.standing.as_ref()?.escape.flies.as_ref()?;
        let (_, known, queue) = flight.to?;
        (known == conn).then(|| (flight.message.clone(), queue))
    }

    /// The other broker answered; false where the reply is about something else.
    pub(in crate::rocketmq::broker) fn escape_answered(
        &mut self,
        conn: ConnId,
        reply: &Reply,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let Some((message, queue)) = self.escapes_over(conn) else { return false };
        fx.close(conn);
        let is_stored = matches!(reply.body, ReplyBody::Sent { .. } | ReplyBody::SentWired { .. });
        if reply.code != code::SUCCESS || !is_stored {
            self.escape_failed(fx);
            return true;
        }
        let flight = self.standing_mut().escape.flies.take().expect("it was just looked at");
        let (msg, why) = (message.key, Because::EscapedFromLevel.with(1));
        fx.note(Fact::Escaped { msg, queue, why });
        self.level_goes_on(flight.level, fx);
        true
    }

    /// The other broker is gone.
    pub(in crate::rocketmq::broker) fn escape_closed(
        &mut self,
        conn: ConnId,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.escapes_over(conn).is_some() {
            self.escape_failed(fx);
        }
    }

    fn escape_failed(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(flight) = &mut self.standing_mut().escape.flies {
            flight.to = None;
            fx.arm(AGAIN, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Escape)));
        }
    }

    /// It is tried again.
    pub(in crate::rocketmq::broker) fn escape_again(&mut self, fx: &mut Effects<'_, Mq>) {
        let flies = self.standing.as_ref().and_then(|it| it.escape.flies.as_ref());
        let waits = flies.filter(|flight| flight.to.is_none());
        if let Some(topic) = waits.map(|flight| flight.message.template.topic) {
            self.ask_escape_route(topic, fx);
        }
    }
}

impl Digestible for Escape {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.turn as u64);
        if let Some(flight) = &self.flies {
            digest.put(&flight.message);
            digest.word(flight.level as u64);
        }
    }
}
