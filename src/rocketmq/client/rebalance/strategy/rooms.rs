//! Shares that keep to machine rooms.
//!
//! Follows `AllocateMessageQueueByMachineRoom` and `AllocateMachineRoomNearby`.

use std::collections::BTreeMap;

use crate::kernel::name::Name;
use crate::rocketmq::client::queue::MessageQueue;

use super::{Place, Strategy};

/// A broker or a member whose name tells no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom(pub Name);

/// Even shares of the queues of brokers in some rooms, and the rest one by one.
pub(super) fn machine_room(
    queues: &[MessageQueue],
    place: Place<'_>,
    rooms: &[Name],
) -> Vec<MessageQueue> {
    let kept: Vec<MessageQueue> =
        queues.iter().filter(|queue| stands_in(queue, rooms)).copied().collect();
    let (each, rest) = (kept.len() / place.members.len(), kept.len() % place.members.len());
    let mut share: Vec<_> = kept.iter().skip(each * place.index).take(each).copied().collect();
    if rest > place.index {
        share.push(kept[place.index + each * place.members.len()]);
    }
    share
}

/// True for a broker `room@name` of these rooms. Java's split forgets empty parts at the end.
fn stands_in(queue: &MessageQueue, rooms: &[Name]) -> bool {
    let broker = queue.broker.as_str().trim_end_matches('@');
    let Some((room, name)) = broker.split_once('@') else { return false };
    !name.contains('@') && rooms.iter().any(|known| known.as_str() == room)
}

/// The queues of one's own room among its members; those of a room without members among all.
pub(super) fn nearby(
    queues: &[MessageQueue],
    place: Place<'_>,
    inner: &Strategy,
    separator: char,
) -> Result<Vec<MessageQueue>, NoRoom> {
    let mut by_room: BTreeMap<&str, Vec<MessageQueue>> = BTreeMap::new();
    for queue in queues {
        by_room.entry(room(queue.broker, separator)?).or_default().push(*queue);
    }
    let mut members: BTreeMap<&str, Vec<Name>> = BTreeMap::new();
    for member in place.members {
        members.entry(room(*member, separator)?).or_default().push(*member);
    }
    let own_room = room(place.own, separator)?;
    let mut share = Vec::new();
    if let Some(near) = by_room.remove(own_room) {
        share.extend(inner.allocate(&near, &members[own_room], place.own)?);
    }
    for (_, far) in by_room.iter().filter(|(room, _)| !members.contains_key(*room)) {
        share.extend(inner.allocate(far, place.members, place.own)?);
    }
    Ok(share)
}

fn room(name: Name, separator: char) -> Result<&'static str, NoRoom> {
    let room = name.as_str().split_once(separator).map(|(room, _)| room);
    room.filter(|room| !room.is_empty()).ok_or(NoRoom(name))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{queues, shares};
    use super::*;

    #[test]
    fn machine_rooms_share_as_in_the_worked_examples() {
        let strategy = Strategy::MachineRoom { rooms: vec![Name::new("hz")] };
        let all = [queues("hz@b1", 5), queues("sh@b2", 2), queues("plain", 1)].concat();
        assert_eq!(shares(&strategy, &all, &["c0", "c1"]), [vec![0, 1, 4], vec![2, 3]]);
        let three = shares(&strategy, &all, &["c0", "c1", "c2"]);
        assert_eq!(three, [vec![0, 3], vec![1, 4], vec![2]]);
    }

    #[test]
    fn a_room_without_members_is_shared_by_all() {
        let strategy = Strategy::Nearby { inner: Box::new(Strategy::Average), separator: '-' };
        let all = [queues("IDC1-b", 4), queues("IDC2-b", 4), queues("IDC3-b", 4)].concat();
        let dealt = shares(&strategy, &all, &["IDC1-c0", "IDC1-c1", "IDC2-c0"]);
        assert_eq!(dealt, [vec![0, 1, 0, 1], vec![2, 3, 2], vec![0, 1, 2, 3, 3]]);
        let roomless = strategy.allocate(&queues("b", 1), &[Name::new("A-c")], Name::new("A-c"));
        assert_eq!(roomless, Err(NoRoom(Name::new("b"))));
    }
}
