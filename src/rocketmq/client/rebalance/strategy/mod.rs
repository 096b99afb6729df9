//! All strategies by which members of a group share queues.
//!
//! Follows `client.consumer.rebalance`. Each member computes its own share from the same sorted
//! lists; who is not in the list of members owns nothing.

mod consistent_hash;
mod rooms;

use crate::kernel::name::Name;
use crate::rocketmq::client::queue::MessageQueue;

use super::allocate::allocate_averagely;
pub use rooms::NoRoom;

/// How queues are shared (`AllocateMessageQueueStrategy`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// `AVG`: even shares of consecutive queues.
    Average,
    /// `AVG_BY_CIRCLE`: queue by queue, round and round.
    Circle,
    /// `CONSISTENT_HASH`: by a ring of hashes, on which each member has so many places (10).
    ConsistentHash { places: u32 },
    /// `CONFIG`: what is written down.
    Config { queues: Vec<MessageQueue> },
    /// `MACHINE_ROOM`: even shares of the queues of brokers `room@name` of these rooms.
    MachineRoom { rooms: Vec<Name> },
    /// `MACHINE_ROOM_NEARBY`: another strategy within each room; a broker's and a member's room is
    /// what stands before the separator in its name.
    Nearby { inner: Box<Self>, separator: char },
}

impl Strategy {
    /// Its name in RocketMQ.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Average => "AVG",
            Self::Circle => "AVG_BY_CIRCLE",
            Self::ConsistentHash { .. } => "CONSISTENT_HASH",
            Self::Config { .. } => "CONFIG",
            Self::MachineRoom { .. } => "MACHINE_ROOM",
            Self::Nearby { .. } => "MACHINE_ROOM_NEARBY",
        }
    }

    /// The share of `own` of sorted queues among sorted members.
    ///
    /// # Errors
    ///
    /// Where a strategy by rooms meets a name without one: the rebalance of the topic fails.
    pub fn allocate(
        &self,
        queues: &[MessageQueue],
        members: &[Name],
        own: Name,
    ) -> Result<Vec<MessageQueue>, NoRoom> {
        let index = members.iter().position(|member| *member == own);
        let place = index.map(|index| Place { index, members, own });
        match (self, place) {
            (Self::Config { queues }, _) => Ok(queues.clone()),
            (_, None) => Ok(Vec::new()),
            (Self::Average, _) => Ok(allocate_averagely(queues, members, own)),
            (Self::Circle, Some(place)) => Ok(circle(queues, place)),
            (Self::ConsistentHash { places }, Some(place)) => {
                Ok(consistent_hash::share(queues, place, *places))
            }
            (Self::MachineRoom { rooms }, Some(place)) => {
                Ok(rooms::machine_room(queues, place, rooms))
            }
            (Self::Nearby { inner, separator }, Some(place)) => {
                rooms::nearby(queues, place, inner, *separator)
            }
        }
    }
}

/// A member among members.
#[derive(Clone, Copy)]
struct Place<'a> {
    index: usize,
    members: &'a [Name],
    own: Name,
}

fn circle(queues: &[MessageQueue], place: Place<'_>) -> Vec<MessageQueue> {
    queues.iter().skip(place.index).step_by(place.members.len()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn queues(broker: &str, count: u32) -> Vec<MessageQueue> {
        let (topic, broker) = (Name::new("T"), Name::new(broker));
        (0..count).map(|id| MessageQueue { topic, broker, id }).collect()
    }

    pub(super) fn shares(
        strategy: &Strategy,
        queues: &[MessageQueue],
        members: &[&str],
    ) -> Vec<Vec<u32>> {
        let members: Vec<Name> = members.iter().map(|member| Name::new(member)).collect();
        let share = |own: &Name| strategy.allocate(queues, &members, *own).expect("all have rooms");
        members.iter().map(|own| share(own).iter().map(|queue| queue.id).collect()).collect()
    }

    #[test]
    fn the_circle_deals_queue_by_queue() {
        let dealt = shares(&Strategy::Circle, &queues("broker-a", 8), &["c0", "c1", "c2"]);
        assert_eq!(dealt, [vec![0, 3, 6], vec![1, 4, 7], vec![2, 5]]);
    }

    #[test]
    fn what_is_written_down_does_not_ask_who_is_there() {
        let config = Strategy::Config { queues: queues("broker-a", 2) };
        let own = config.allocate(&[], &[], Name::new("c9")).expect("no rooms are asked for");
        assert_eq!(own.len(), 2);
        let stranger = Strategy::Circle.allocate(&queues("broker-a", 2), &[], Name::new("c9"));
        assert_eq!(stranger, Ok(Vec::new()));
    }
}
