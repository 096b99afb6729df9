//! What facts say of single processes: their lives, who leads, who is registered, which route they
//! have, what they do not ask for.

use crate::facts::Fact;
use crate::kernel::actor::NodeId;

use super::Observations;
use super::markers::{Mark, MarkKind};
use super::seen::Seen;

impl Observations {
    /// A program calls for a message to be sent.
    pub(super) fn called(&mut self, seen: &Seen<'_>) {
        self.books.first_called.get_or_insert(seen.at);
        if let Some(number) = seen.message {
            self.spans.call(number, seen.at);
        }
    }

    pub(super) fn process(&mut self, seen: &Seen<'_>) {
        let started = matches!(seen.fact, Fact::ProcessStarted);
        let kind = if started { MarkKind::Started } else { MarkKind::Stopped };
        let (at, ordinal, node) = (seen.at, seen.ordinal, seen.node);
        if self.cast().is_client(node) {
            self.markers.process(Mark { at, ordinal, node, kind });
        }
        if started {
            self.nodes.of_mut(node).start();
        }
        self.ownership.end(node);
        self.threads.gone((node, at));
    }

    pub(super) fn led(&mut self, seen: &Seen<'_>, leader: NodeId, epoch: u32) {
        self.nodes.of_mut(seen.node).led_by = Some((leader, epoch));
    }

    pub(super) fn registered(&mut self, seen: &Seen<'_>) {
        let brokers = &mut self.nodes.of_mut(seen.node).brokers;
        if let Fact::BrokerRegistered { broker, .. } = seen.fact {
            if !brokers.contains(broker) {
                brokers.push(*broker);
            }
        } else if let Fact::BrokerForgotten { broker, .. } = seen.fact {
            brokers.retain(|known| known != broker);
        }
    }

    pub(super) fn routes(&mut self, seen: &Seen<'_>) {
        let Fact::RouteAnswered { topic, queues, .. } = seen.fact else { return };
        if !self.places.cast().topics.contains(topic) {
            return;
        }
        let no_route = &mut self.nodes.of_mut(seen.node).no_route;
        match (*queues, *no_route) {
            (0, None | Some((_, Some(_)))) => *no_route = Some((seen.at, None)),
            (0, Some((_, None))) | (1.., None | Some((_, Some(_)))) => (),
            (1.., Some((since, None))) => {
                *no_route = Some((since, Some(seen.at)));
                self.markers.change(seen.node);
            }
        }
    }

    pub(super) fn throttled(&mut self, seen: &Seen<'_>) {
        let throttled = &mut self.nodes.of_mut(seen.node).throttled;
        let queues = throttled.map_or(0, |(queues, _)| queues);
        if let Fact::Throttled { why, .. } = seen.fact {
            *throttled = Some((queues + 1, *why));
        } else {
            *throttled = throttled.filter(|_| queues > 1).map(|(_, why)| (queues - 1, why));
        }
    }
}
