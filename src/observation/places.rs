//! Topics, queues and groups as dense numbers, in the order in which they came into being.
//!
//! Topics that clients name in the scenario are planned: they have a colour, and they are shown
//! from their creation on. Any other topic (one for retries) is shown from its first message on.

use std::rc::Rc;

use crate::facts::{Fact, QueueRef, TopicKind};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;

use super::cast::Cast;

/// A topic that exists.
#[derive(Clone, Debug)]
pub struct TopicPlace {
    /// Name.
    pub name: Name,
    /// Its place in [`Cast::topics`].
    pub planned: Option<usize>,
    /// Groups that want it, by their places in [`Cast::groups`].
    pub groups: Vec<usize>,
    shown: bool,
    /// Per broker the queues by their ids.
    brokers: Vec<(NodeId, Vec<usize>)>,
}

/// A queue that exists.
#[derive(Clone, Copy, Debug)]
pub struct QueuePlace {
    /// Which.
    pub queue: QueueRef,
    /// Index of its topic.
    pub topic: usize,
}

/// All of them. Cheap to clone: it changes only when something comes into being.
#[derive(Clone, Debug)]
pub struct Places {
    cast: Rc<Cast>,
    tables: Rc<Tables>,
}

#[derive(Clone, Debug, Default)]
struct Tables {
    topics: Vec<TopicPlace>,
    queues: Vec<QueuePlace>,
    shown: Vec<usize>,
}

impl Places {
    /// Nothing exists yet.
    pub fn new(cast: Rc<Cast>) -> Self {
        Self { cast, tables: Rc::default() }
    }

    /// The plan.
    pub fn cast(&self) -> &Rc<Cast> {
        &self.cast
    }

    /// All topics.
    pub fn topics(&self) -> &[TopicPlace] {
        &self.tables.topics
    }

    /// All queues.
    pub fn queues(&self) -> &[QueuePlace] {
        &self.tables.queues
    }

    /// Topics that are shown, in the order in which they came to be; only ever appended to.
    pub fn shown(&self) -> &[usize] {
        &self.tables.shown
    }

    /// Whose a topic is.
    pub fn kind(&self, topic: usize) -> TopicKind {
        let place = &self.tables.topics[topic];
        let named = |_| TopicKind::Read;
        place.planned.map_or_else(|| (self.cast.topic_kind)(place.name.as_str()), named)
    }

    /// Queues of a topic: by broker, then by id.
    pub fn queues_of(&self, topic: usize) -> impl Iterator<Item = usize> + '_ {
        self.tables.topics[topic].brokers.iter().flat_map(|(_, queues)| queues.iter().copied())
    }

    /// A group's index in the cast. Where each member stands for itself, what is said of all is
    /// taken for the first.
    #[inline]
    pub fn group(&self, name: Name) -> Option<usize> {
        let groups = &self.cast.groups;
        let own = groups.iter().position(|(known, _)| *known == name);
        own.or_else(|| groups.iter().position(|(known, _)| is_member(*known, name)))
    }

    /// All that a broker means by the name of a group: the group, or each member of a broadcast.
    pub fn groups_called(&self, name: Name) -> impl Iterator<Item = usize> + use<'_> {
        let groups = self.cast.groups.iter().enumerate();
        let meant = groups.filter(move |(_, (known, _))| *known == name || is_member(*known, name));
        meant.map(|(index, _)| index)
    }

    /// The scenario says that the group wants the queue's topic; a program may want it later.
    pub fn plans(&self, queue: usize, group: usize) -> bool {
        let place = self.tables.queues.get(queue);
        place.is_some_and(|place| self.tables.topics[place.topic].groups.contains(&group))
    }

    /// A topic's index.
    #[inline]
    pub fn topic(&self, name: Name) -> Option<usize> {
        self.tables.topics.iter().position(|topic| topic.name == name)
    }

    /// A queue's index.
    #[inline]
    pub fn queue(&self, queue: QueueRef) -> Option<usize> {
        let topic = &self.tables.topics[self.topic(queue.topic)?];
        let home = self.cast.home(queue.broker);
        let (_, queues) = topic.brokers.iter().find(|(broker, _)| *broker == home)?;
        queues.get(queue.id as usize).copied()
    }

    /// Takes in what a fact brings into being.
    #[inline]
    pub fn see(&mut self, node: NodeId, fact: &Fact) {
        if let Fact::TopicCreated { topic, queues, .. } = fact {
            self.create(*topic, self.cast.home(node), *queues);
        } else if let Fact::Stored { queue, .. } = fact {
            self.store(*queue);
        } else if let Fact::Owned { queue, .. } = fact {
            // Who has a queue before its first message is its owner after it, too.
            self.ensure(queue.topic, self.cast.home(queue.broker), queue.id + 1);
        }
    }

    fn create(&mut self, topic: Name, broker: NodeId, queues: u32) {
        if self.cast.topics.contains(&topic) {
            let index = self.ensure(topic, broker, queues);
            self.show(index);
        }
    }

    fn store(&mut self, queue: QueueRef) {
        let known = self.queue(queue).map(|index| self.tables.queues[index].topic);
        if known.is_some_and(|topic| self.tables.topics[topic].shown) {
            return;
        }
        let index = self.ensure(queue.topic, self.cast.home(queue.broker), queue.id + 1);
        self.show(index);
    }

    /// Makes a topic exist with so many queues on a broker.
    fn ensure(&mut self, name: Name, broker: NodeId, count: u32) -> usize {
        let index = self.topic(name).unwrap_or_else(|| self.push_topic(name));
        let tables = Rc::make_mut(&mut self.tables);
        let brokers = &mut tables.topics[index].brokers;
        let place = brokers.iter().position(|(known, _)| *known == broker).unwrap_or_else(|| {
            brokers.push((broker, Vec::new()));
            brokers.len() - 1
        });
        let ids = &mut brokers[place].1;
        for id in u32::try_from(ids.len()).expect("queues are counted by a u32")..count {
            ids.push(tables.queues.len());
            let queue = QueueRef { topic: name, broker, id };
            tables.queues.push(QueuePlace { queue, topic: index });
        }
        index
    }

    fn push_topic(&mut self, name: Name) -> usize {
        let planned = self.cast.topics.iter().position(|topic| *topic == name);
        let wants = |(_, (_, topics)): &(usize, &(Name, Vec<Name>))| topics.contains(&name);
        let groups = self.cast.groups.iter().enumerate().filter(wants).map(|(index, _)| index);
        let groups = groups.collect();
        let tables = Rc::make_mut(&mut self.tables);
        let (shown, brokers) = (false, Vec::new());
        tables.topics.push(TopicPlace { name, planned, groups, shown, brokers });
        tables.topics.len() - 1
    }

    fn show(&mut self, topic: usize) {
        let tables = Rc::make_mut(&mut self.tables);
        if !std::mem::replace(&mut tables.topics[topic].shown, true) {
            tables.shown.push(topic);
        }
    }
}

/// True for a member of a group in which each stands for itself.
pub fn is_member(member: Name, group: Name) -> bool {
    let rest = member.as_str().strip_prefix(group.as_str());
    rest.is_some_and(|rest| rest.starts_with('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ReasonId, Why};

    #[test]
    fn planned_topics_come_with_their_queues_and_others_with_their_first_message() {
        let (orders, retry) = (Name::new("Orders"), Name::new("%RETRY%G"));
        let groups = vec![(Name::new("G"), vec![orders])];
        let cast = Cast { topics: vec![orders], groups, ..Cast::default() };
        let mut places = Places::new(Rc::new(cast));
        let broker = NodeId(1);
        let why = Why { reason: ReasonId(0), value: 0 };
        places.see(broker, &Fact::TopicCreated { topic: retry, queues: 1, why });
        assert!(places.shown().is_empty());
        places.see(broker, &Fact::TopicCreated { topic: orders, queues: 2, why });
        let queue = |topic, id| QueueRef { topic, broker, id };
        assert_eq!(places.queue(queue(orders, 1)), Some(1));
        assert_eq!(places.queue(queue(orders, 2)), None);
        let msg = crate::facts::MsgKey::default();
        let stored = Fact::Stored { msg, queue: queue(retry, 0), offset: 0, physical: 0, size: 9 };
        places.see(broker, &stored);
        assert_eq!(places.shown().len(), 2);
        assert_eq!(places.topics()[0].groups, [0]);
        assert_eq!(places.topics()[1].planned, None);
    }
}
