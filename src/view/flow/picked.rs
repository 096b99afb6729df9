//! What a selection means on the stage: which node, queue, message is to be lifted out.

use crate::session::frame::{Frame, Inspector, Lane};
use crate::session::protocol::Selection;

/// What is lifted out of the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// A selected node.
    pub node: Option<u32>,
    /// The selected queue, or the queue of the selected message (index).
    pub queue: Option<u32>,
    /// The selected message.
    pub message: Option<u32>,
    /// The selected link.
    pub link: Option<(u32, u32)>,
}

impl Picked {
    /// What `selection` means in the leading lane of a frame.
    pub fn of(frame: &Frame, selection: Option<Selection>) -> Self {
        let none = Self::default();
        match selection {
            None => none,
            Some(Selection::Node { node, .. }) => Self { node: Some(node), ..none },
            Some(Selection::Queue { queue, .. }) => Self { queue: Some(queue), ..none },
            Some(Selection::Link { from, to, .. }) => Self { link: Some((from, to)), ..none },
            Some(Selection::Message { number, .. }) => {
                Self { message: Some(number), queue: queue_of(frame, number), ..none }
            }
        }
    }
}

/// The queue that the opened message lies in.
fn queue_of(frame: &Frame, number: u32) -> Option<u32> {
    let lane = frame.lanes.first()?;
    let Inspector::Message(card) = &frame.inspector else { return None };
    let stored = card.stored.as_ref().filter(|_| card.number == number)?;
    let fits = |lane: &Lane, index: usize| {
        let queue = &lane.queues[index];
        let topic = lane.topics.get(usize::from(queue.topic));
        let broker = lane.nodes.iter().find(|node| node.id == queue.broker);
        queue.id == stored.queue
            && topic.is_some_and(|topic| topic.name == card.topic)
            && broker.is_some_and(|node| node.name == stored.broker)
    };
    let index = (0..lane.queues.len()).find(|&index| fits(lane, index))?;
    u32::try_from(index).ok()
}
