//! What excuses that something is not done at the end, told fact by fact; each beside the story
//! that is next to it and has no excuse.

use std::rc::Rc;

use super::clocks::{deaf, pauses};
use super::doc::{list, word};
use super::ends::Ends;
use super::healing::loose;
use crate::facts::{
    AnswerCode, Fact, MsgKey, NodeProfile, NodeRole, Promises, QueueRef, ReasonId, SendMode, Why,
};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::Moment;
use crate::observation::Observations;
use crate::observation::cast::Cast;
use crate::rocketmq::reasons::VOCABULARY;

const BROKER: NodeId = NodeId(0);
const COPY: NodeId = NodeId(1);
const PRODUCER: NodeId = NodeId(2);
const SIZE: u32 = 100;

/// Facts, and what is open after them.
struct Story {
    seen: Observations,
    ends: Ends,
    now: SimTime,
}

impl Story {
    fn new(deaf: &[(&str, &str)]) -> Self {
        let topic = Name::new("Orders");
        let node = |name: &str, role, copies| {
            let group = (role == NodeRole::PushConsumer).then(|| Name::new("Readers"));
            let (modes, topics, settings) = (vec![], vec![topic], vec![]);
            let (starts, threads, promises) = (SimTime::START, (1, 0), Promises::default());
            let profile = NodeProfile {
                role,
                group,
                copies,
                starts,
                modes,
                topics,
                threads,
                settings,
                promises,
                shares: None,
            };
            (Name::new(name), profile)
        };
        let nodes = vec![
            node("broker-a", NodeRole::Broker, None),
            node("broker-a-2", NodeRole::Broker, Some(BROKER)),
            node("p1", NodeRole::Producer, None),
            node("c1", NodeRole::PushConsumer, None),
        ];
        let cast = Rc::new(Cast::new(nodes, &[topic], VOCABULARY));
        let deaf = deaf.iter().map(|(group, broker)| ((*group).to_owned(), (*broker).to_owned()));
        let ends = Ends::new(cast.groups.len(), vec!["Readers".to_owned()], deaf.collect());
        Self { seen: Observations::new(cast, SimTime::START), ends, now: SimTime::START }
    }

    fn tell(&mut self, node: NodeId, fact: Fact) -> &mut Self {
        let moment = Moment { at: self.now, ordinal: 1, node };
        let seen = self.seen.look_up(moment, &fact);
        self.ends.see(&seen, &self.seen);
        self.seen.absorb(&seen);
        self
    }

    fn wait(&mut self, span: SimSpan) -> &mut Self {
        self.now += span;
        self
    }

    /// A node has the `seq`-th message, at this offset.
    fn stored(&mut self, node: NodeId, seq: u32, offset: u64) -> &mut Self {
        let (msg, queue) = (message(seq), queue());
        let physical = offset * u64::from(SIZE);
        self.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync })
            .tell(node, Fact::Stored { msg, queue, offset, physical, size: SIZE })
            .tell(node, Fact::Dispatched { msg, queue, offset })
    }

    /// How much is open.
    fn open(&self) -> usize {
        self.ends.open(&self.seen, u64::MAX, &[]).len()
    }
}

fn message(seq: u32) -> MsgKey {
    MsgKey { producer: PRODUCER, seq }
}

fn queue() -> QueueRef {
    QueueRef { topic: Name::new("Orders"), broker: BROKER, id: 0 }
}

fn why(key: &str) -> Why {
    let place = VOCABULARY.reasons.iter().position(|reason| reason.key == key);
    let reason = u16::try_from(place.expect("there is such a reason")).expect("few reasons");
    Why { reason: ReasonId(reason), value: 0 }
}

fn leads(epoch: u32, bytes: u64) -> Fact {
    Fact::Leads { epoch, bytes, why: why("controller_told") }
}

/// The swarm found it (seed 6268): an unclean election, and the group stands where the new leader
/// has nothing yet.
#[test]
fn what_comes_where_a_group_was_under_the_last_leader_is_passed_over() {
    let open = |had: u32| {
        let mut story = Story::new(&[]);
        let (queue, group, offset) = (queue(), Name::new("Readers"), 0);
        story.tell(COPY, leads(1, 0));
        for seq in 0..had {
            story.stored(COPY, seq, 0);
            let msg = message(seq);
            story.tell(NodeId(3), Fact::Delivered { msg, queue, group, offset });
            story.tell(NodeId(3), Fact::Consumed { msg, queue, group, offset, thread: 0 });
        }
        story.wait(SimSpan::secs(1)).tell(BROKER, leads(2, 0)).stored(BROKER, had, 0);
        story.open()
    };
    assert_eq!(open(1), 0);
    assert_eq!(open(0), 1, "the last leader had nothing that it could have read");
}

/// The swarm found it (seed 6470).
#[test]
fn a_message_whose_time_is_changed_in_the_ms_of_its_pop_may_be_forgotten() {
    let open = |pops: bool, micros: u64| {
        let mut story = Story::new(&[]);
        let (queue, group) = (queue(), Name::new("Readers"));
        story.stored(BROKER, 0, 0).stored(BROKER, 1, 1);
        let why = why(if pops { "popped" } else { "answered_found" });
        let (offset, count, code) = (1, 1, AnswerCode::Found);
        story.tell(BROKER, Fact::Answered { queue, group, offset, count, code, why });
        let (wait, why) = (SimSpan::secs(10), self::why("invisible_changed"));
        story.wait(SimSpan::micros(micros));
        story.tell(BROKER, Fact::Postponed { msg: message(1), queue, wait, why });
        story.open()
    };
    assert_eq!(open(true, 999), 1, "the one beside it is open");
    assert_eq!(open(true, 1_000), 2, "the next ms makes another name");
    assert_eq!(open(false, 999), 2, "a pull leaves no checkpoint");
}

#[test]
fn who_is_answered_by_no_broker_is_done_with_nothing_of_it() {
    let open = |deaf: &[(&str, &str)]| Story::new(deaf).stored(BROKER, 0, 0).open();
    assert_eq!(open(&[("Readers", "broker-a")]), 0);
    assert_eq!(open(&[("Readers", "broker-b"), ("Others", "broker-a")]), 1);
}

fn doc(text: &str) -> toml::Table {
    text.parse().expect("a scenario")
}

/// The swarm found it (seeds 5579 and 7439).
#[test]
fn a_clock_that_is_ahead_by_more_than_calls_wait_ends_them() {
    let jumped = |broker: [i64; 2], client: i64| {
        let [first, second] = broker;
        let act = |name: &str, at: u64, jumps: i64| {
            let what = format!("clock = \"{name}\"\njumps = \"{jumps}s\"");
            format!("[[intervention]]\nat = \"{at}s\"\n{what}\n")
        };
        let acts = [act("b", 9, first), act("b", 8, second), act("s", 7, client)].concat();
        doc(&format!(
            "[[broker]]\nname = \"b\"\n[[client]]\nname = \"s\"\ngroup = \"G\"\n\
             role = \"simple\"\nawaitDuration = \"5s\"\n{acts}"
        ))
    };
    let both = |broker, client| {
        let mut doc = jumped(broker, client);
        let ends = deaf(&doc).len();
        pauses(&mut doc);
        let pause = list(&doc, "client").any(|it| word(it, "pause").is_some());
        (ends, pause)
    };
    assert_eq!(both([4, 4], 0), (1, true));
    assert_eq!(both([4, 4], 4), (0, true), "its own clock is ahead, too");
    assert_eq!(both([1, 4], 0), (0, true), "calls end at once with what is there");
    assert_eq!(both([-4, 5], 0), (0, true), "for a second");
    assert_eq!(both([4, -4], 0), (0, false));
}

/// The swarm found it (seed 7377).
#[test]
fn what_a_stuck_listener_has_is_given_back_to_nobody_where_all_buffers_are_taken() {
    let is_loose = |answer: &str, buffers: u32| {
        let text = format!(
            "[[broker]]\nname = \"b\"\ntransientStorePoolEnable = true\n\
             transientStorePoolSize = {buffers}\n[[client]]\nname = \"c\"\ngroup = \"G\"\n\
             role = \"push\"\n[[client.answers]]\nanswer = \"{answer}\"\ntries = 1\n"
        );
        !loose(&doc(&text)).is_empty()
    };
    assert!(is_loose("stuck", 2));
    assert!(!is_loose("stuck", 3), "sends are taken");
    assert!(!is_loose("RECONSUME_LATER", 2), "it is handled once more here");
}
