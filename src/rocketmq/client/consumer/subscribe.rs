//! What a program can change while its consumer runs: topics, and whether it pulls at all.
//!
//! Follows `DefaultMQPushConsumerImpl.subscribe`, `unsubscribe`, `suspend` and `resume`: a new
//! topic is told to the brokers at once, and its queues come when its route does; one that is left
//! loses its queues at the next rebalance, and with them what was done and not told.

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Subscription, TagExpression};

use super::super::Thread;
use super::PushConsumer;

impl PushConsumer {
    pub(super) fn subscribe(&mut self, topic: Name, tags: TagExpression, fx: &mut Effects<'_, Mq>) {
        let wanted = Subscription { topic, tags, version: fx.wall() };
        let Some(data) = self.instance.consumer.as_mut() else { return };
        match data.subscriptions.iter_mut().find(|known| known.topic == topic) {
            Some(known) => *known = wanted,
            None => data.subscriptions.push(wanted),
        }
        self.instance.routes.subscribe(topic);
        let why = Because::HeartbeatSubscribed.plain();
        self.instance.heartbeat(Thread::Program, why, fx);
    }

    pub(super) fn unsubscribe(&mut self, topic: Name) {
        if let Some(data) = self.instance.consumer.as_mut() {
            data.subscriptions.retain(|known| known.topic != topic);
            self.instance.routes.unsubscribe(topic);
        }
    }

    /// Pulls no more; rebalances come to nothing meanwhile.
    pub(super) fn pause(&mut self) {
        self.paused = true;
    }

    pub(super) fn resume(&mut self, fx: &mut Effects<'_, Mq>) {
        self.paused = false;
        if let Some(why) = self.service.wake_at_once(fx) {
            self.rebalance(why, fx);
        }
    }
}
