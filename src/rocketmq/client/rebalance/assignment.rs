//! Queues as a broker assigns them, where a group leaves that to brokers (`clientRebalance` off).
//!
//! Follows `RebalanceImpl.getRebalanceResultFromBroker`: without an answer everything stays as it
//! is and the next round comes soon; the broker also says whether the queues are pulled or popped.

use crate::facts::Fact;
use crate::kernel::actor::NodeId;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, AssignmentQuery, RareReply, RareRequest, Reply, ReplyBody, Request,
};

use super::super::calls::{Call, CallError};
use super::super::consumer::PushConsumer;
use super::super::queue::MessageQueue;
use super::super::{Thread, Waiter};
use super::walk::{Stage, Walk};

impl PushConsumer {
    /// Whether brokers share the queues out.
    pub(super) fn leaves_it_to_brokers(&self) -> bool {
        let rules = &self.config.rules;
        !rules.client_rebalance && !rules.orderly && !rules.broadcasting
    }

    /// Asks a broker of the walk's topic which queues are this consumer's.
    pub(super) fn ask_assignment(
        &mut self,
        mut walk: Walk,
        peer: NodeId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let query = AssignmentQuery {
            group: self.config.client.group,
            topic: walk.topic,
            client: self.config.client.client_id,
            strategy: Name::new(self.config.rules.strategy.name()),
            broadcasts: false,
        };
        let request = AdminRequest::Rare(RareRequest::Assignment(query));
        walk.stage = Stage::Assignment;
        self.walk = Some(walk);
        let (request, timeout) = (Request::Admin(request.into()), self.config.client.api_timeout);
        let waiter = Waiter::Thread(Thread::Rebalance);
        self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
    }

    /// The broker said which queues, and how; or nothing.
    pub(super) fn assignment_came(
        &mut self,
        mut walk: Walk,
        result: &Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some((queues, pops)) = assigned(result) else {
            let (group, topic) = (self.group(), walk.topic);
            let why = Because::RebalanceNoAnswer.plain();
            fx.note(Fact::RebalanceSkipped { group, topic, why });
            walk.settled = false;
            return self.topic_done(walk, fx);
        };
        // A broker may name others of whom no route told yet.
        let known = |queue: &MessageQueue| self.instance.routes.shown(queue.broker).is_some();
        walk.settled &= queues.iter().all(known);
        let queues = queues.into_iter().filter(known).collect();
        walk.pops = pops;
        self.apply(walk, queues, 0, fx);
    }
}

/// What a broker assigns, and whether it is popped.
fn assigned(result: &Result<Reply, CallError>) -> Option<(Vec<MessageQueue>, bool)> {
    let Ok(Reply { body: ReplyBody::Admin(reply), .. }) = result else { return None };
    let AdminReply::Rare(RareReply::Assignment(Some(queues), pops)) = &**reply else { return None };
    let queue = |(topic, broker, id): &(Name, Name, i32)| MessageQueue {
        topic: *topic,
        broker: *broker,
        id: id.cast_unsigned(),
    };
    Some((queues.iter().map(queue).collect(), *pops))
}
