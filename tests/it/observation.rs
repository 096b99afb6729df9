//! Folds over facts that were made by hand: every number is exact.

use std::rc::Rc;

use rocketscope::facts::{
    AnswerCode, Fact, MsgKey, QueueRef, ReasonId, SendMode, SendOutcome, Vocabulary, Why,
};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::Moment;
use rocketscope::observation::Observations;
use rocketscope::observation::cast::Cast;
use rocketscope::observation::journey::{PhaseKind, Recorder, StepKind, phases};
use rocketscope::observation::progress::Pull;

const BROKER: NodeId = NodeId(0);
const PRODUCER: NodeId = NodeId(1);
const FIRST: NodeId = NodeId(2);
const SECOND: NodeId = NodeId(3);
const WHY: Why = Why { reason: ReasonId(0), value: 15_000 };

/// A world that only ever states what a test says; two groups want the topic.
struct Story {
    seen: Observations,
    ordinal: u64,
    at: u64,
}

impl Story {
    fn new() -> Self {
        let (topic, one, two) = (topic(), group("one"), group("two"));
        let groups = vec![(one, vec![topic]), (two, vec![topic])];
        let vocabulary = Vocabulary { reasons: &[], settings: &[], requests: &[] };
        let cast = Cast { topics: vec![topic], groups, vocabulary, ..Cast::default() };
        let seen = Observations::new(Rc::new(cast), SimTime::from_nanos(1_000));
        let mut story = Self { seen, ordinal: 0, at: 0 };
        story.say(BROKER, Fact::TopicCreated { topic, queues: 2, why: WHY });
        story
    }

    /// So many ns later.
    fn after(&mut self, span: u64) -> &mut Self {
        self.at += span;
        self
    }

    /// A node states a fact, in an event of its own.
    fn say(&mut self, node: NodeId, fact: Fact) -> &mut Self {
        self.ordinal += 1;
        // The scenario's time 0 is 1 000 ns after the world's.
        let at = SimTime::from_nanos(1_000 + self.at);
        self.seen.take(Moment { at, ordinal: self.ordinal, node }, &fact);
        self
    }

    /// A message that is sent, stored, dispatched and acknowledged at once.
    fn stores(&mut self, seq: u32, id: u32, offset: u64) -> &mut Self {
        let (msg, queue, physical) = (key(seq), queue(id), u64::from(seq) * 100);
        self.say(PRODUCER, Fact::Called { msg, topic: topic(), mode: SendMode::Sync });
        self.say(PRODUCER, Fact::Sent { msg, queue, attempt: 1 });
        self.say(BROKER, Fact::Stored { msg, queue, offset, physical, size: 100 });
        self.say(BROKER, Fact::Dispatched { msg, queue, offset });
        let outcome = SendOutcome::Ok;
        self.say(PRODUCER, Fact::Acknowledged { msg, queue, offset, outcome })
    }

    fn delivers(&mut self, node: NodeId, name: &str, seq: u32, (id, offset): (u32, u64)) {
        let (msg, queue, group) = (key(seq), queue(id), group(name));
        self.say(node, Fact::Delivered { msg, queue, group, offset });
        self.say(node, Fact::Consuming { msg, queue, group, thread: seq });
    }

    fn consumes(&mut self, node: NodeId, name: &str, seq: u32, (id, offset): (u32, u64)) {
        let (msg, queue, group) = (key(seq), queue(id), group(name));
        self.say(node, Fact::Consumed { msg, queue, group, offset, thread: seq });
    }
}

fn topic() -> Name {
    Name::new("Orders")
}

fn group(name: &str) -> Name {
    Name::new(name)
}

fn key(seq: u32) -> MsgKey {
    MsgKey { producer: PRODUCER, seq }
}

fn queue(id: u32) -> QueueRef {
    QueueRef { topic: topic(), broker: BROKER, id }
}

#[test]
fn the_ledger_counts_pairs_of_message_and_group() {
    let mut story = Story::new();
    story.stores(0, 0, 0).after(10).stores(1, 1, 0);
    story.delivers(FIRST, "one", 0, (0, 0));
    story.consumes(FIRST, "one", 0, (0, 0));
    story.delivers(SECOND, "two", 0, (0, 0));
    let ledger = story.seen.books.all;
    assert_eq!((ledger.sent, ledger.acknowledged, ledger.stored), (2, 2, 2));
    assert_eq!((ledger.expected, ledger.delivered, ledger.consumed), (4, 2, 1));
    assert_eq!(story.seen.depth.topic(0).waiting, 2, "the second group is not done with m1");
    story.consumes(SECOND, "two", 0, (0, 0));
    assert_eq!(story.seen.depth.topic(0).waiting, 1);
    assert_eq!(story.seen.books.groups[0].consumed, 1);
    assert_eq!(story.seen.books.groups[1].expected, 2);
}

#[test]
fn a_message_that_a_group_leaves_out_is_not_expected_of_it() {
    let mut story = Story::new();
    story.stores(0, 0, 0).stores(1, 0, 1).stores(2, 0, 2);
    let (msg, queue_0, two) = (key(0), queue(0), group("two"));
    story.say(FIRST, Fact::FilteredOut { msg, queue: queue_0, group: group("one"), offset: 0 });
    assert_eq!(story.seen.books.all.expected, 5);
    // The broker passes over m2. Who gets a message all the same wants it.
    let found = Fact::Answered {
        queue: queue_0,
        group: two,
        offset: 0,
        count: 2,
        code: AnswerCode::Found,
        why: WHY,
    };
    let skipped = Fact::Skipped { queue: queue_0, group: two, offset: 1, count: 1, why: WHY };
    story.say(BROKER, skipped).say(BROKER, found);
    story.delivers(SECOND, "two", 0, (0, 0));
    story.delivers(SECOND, "two", 2, (0, 2));
    assert_eq!(story.seen.books.groups[1].expected, 2);
    assert_eq!(story.seen.books.groups[0].expected, 2);
    story.delivers(SECOND, "two", 1, (0, 1));
    assert_eq!(story.seen.books.groups[1].expected, 3);
}

#[test]
fn what_a_group_consumes_twice_is_a_duplicate_and_what_it_begins_late_is_out_of_order() {
    let mut story = Story::new();
    story.stores(0, 0, 0).stores(1, 0, 1);
    story.delivers(FIRST, "one", 1, (0, 1));
    story.delivers(FIRST, "one", 0, (0, 0));
    story.consumes(FIRST, "one", 1, (0, 1));
    story.delivers(SECOND, "one", 1, (0, 1));
    story.consumes(SECOND, "one", 1, (0, 1));
    let ledger = story.seen.books.all;
    assert_eq!((ledger.out_of_order, ledger.duplicated), (1, 1));
    assert_eq!((ledger.delivered, ledger.consumed), (2, 1));
}

#[test]
fn what_is_sent_back_is_in_retry_until_it_is_consumed_or_dead() {
    let mut story = Story::new();
    story.stores(0, 0, 0).stores(1, 0, 1);
    for seq in 0..2 {
        story.delivers(FIRST, "one", seq, (0, u64::from(seq)));
        let (msg, group) = (key(seq), group("one"));
        story.say(FIRST, Fact::Retried { msg, group, attempt: 1, why: WHY });
    }
    assert_eq!(story.seen.books.all.retrying, 2);
    assert!(story.seen.threads.of(FIRST).iter().all(Option::is_none));
    story.consumes(FIRST, "one", 0, (0, 0));
    story.say(BROKER, Fact::Dead { msg: key(1), group: group("one"), why: WHY });
    let ledger = story.seen.books.all;
    assert_eq!((ledger.retrying, ledger.dead, ledger.consumed), (0, 1, 1));
}

#[test]
fn a_log_that_is_written_anew_from_an_earlier_place_has_lost_what_was_acknowledged_behind_it() {
    let mut story = Story::new();
    story.stores(0, 0, 0).stores(1, 0, 1).stores(2, 0, 2);
    for (node, name) in [(FIRST, "one"), (SECOND, "two")] {
        story.delivers(node, name, 1, (0, 1));
        story.consumes(node, name, 1, (0, 1));
    }
    // The broker comes back with a log of 100 bytes: m2 and m3 are gone, and m2 was consumed.
    let places = story.seen.places.clone();
    assert_eq!(story.seen.messages.lost_beyond(BROKER, 100, &places), 1);
    let (msg, queue) = (key(3), queue(0));
    story.say(PRODUCER, Fact::Called { msg, topic: topic(), mode: SendMode::Sync });
    story.say(BROKER, Fact::Stored { msg, queue, offset: 1, physical: 100, size: 100 });
    assert_eq!(story.seen.books.all.lost, 1);
}

#[test]
fn latency_is_from_stored_to_consumed_and_wait_from_stored_to_delivered() {
    let mut story = Story::new();
    story.stores(0, 0, 0).after(40).delivers(FIRST, "one", 0, (0, 0));
    story.after(2).consumes(FIRST, "one", 0, (0, 0));
    let (latency, wait) = (story.seen.latency.percentiles(), story.seen.wait.percentiles());
    assert_eq!((latency.count, latency.mean, latency.max), (1, 42, 42));
    assert_eq!((wait.count, wait.p50, wait.p99), (1, 40, 40));
    assert_eq!(story.seen.latency.dots(), [(42, 42)]);
    assert_eq!(story.seen.depth.nothing_consumed(42), Some((0, 42)));
}

#[test]
fn a_queue_shows_where_its_pull_is_and_how_far_it_is() {
    let mut story = Story::new();
    let (queue, one) = (queue(0), group("one"));
    story.stores(0, 0, 0);
    story.say(FIRST, Fact::Owned { queue, group: one, offset: 0, why: WHY });
    let pull = |story: &Story| story.seen.progress.share(0, 0).pull;
    assert_eq!(pull(&story), Pull::None);
    story.say(FIRST, Fact::Asked { queue, group: one, offset: 1, why: WHY });
    assert_eq!(pull(&story), Pull::OnItsWay);
    story.say(BROKER, Fact::AskArrived { queue, group: one, offset: 1 });
    assert_eq!(pull(&story), Pull::BeingRead);
    story.after(5).say(BROKER, Fact::Held { queue, group: one, offset: 1, why: WHY });
    assert_eq!(pull(&story), Pull::Held { since: 5, until: 15_000_000_005 });
    assert_eq!(story.seen.asking.held_now(), 1);
    story.delivers(FIRST, "one", 0, (0, 0));
    let share = story.seen.progress.share(0, 0);
    assert_eq!((share.out, share.done, share.committed), (1, 0, None));
    story.consumes(FIRST, "one", 0, (0, 0));
    story.say(BROKER, Fact::Committed { queue, group: one, offset: 1, why: WHY });
    let share = story.seen.progress.share(0, 0);
    assert_eq!((share.out, share.done, share.committed), (0, 1, Some(1)));
}

#[test]
fn what_an_owner_had_waits_again_when_it_gives_the_queue_up() {
    let mut story = Story::new();
    let (queue, one) = (queue(0), group("one"));
    story.stores(0, 0, 0).stores(1, 0, 1);
    story.say(FIRST, Fact::Owned { queue, group: one, offset: 0, why: WHY });
    story.delivers(FIRST, "one", 0, (0, 0));
    story.delivers(FIRST, "one", 1, (0, 1));
    story.consumes(FIRST, "one", 0, (0, 0));
    story.say(FIRST, Fact::Released { queue, group: one, why: WHY });
    assert_eq!(story.seen.ownership.owner(0, 0), None);
    assert_eq!(story.seen.progress.share(0, 0).out, 0);
    story.say(SECOND, Fact::Owned { queue, group: one, offset: 1, why: WHY });
    story.delivers(SECOND, "one", 1, (0, 1));
    assert_eq!(story.seen.progress.share(0, 0).out, 1);
    assert_eq!(story.seen.books.all.delivered, 2, "m2 was delivered once, to whomever");
}

#[test]
fn a_clone_keeps_what_it_saw() {
    let mut story = Story::new();
    story.stores(0, 0, 0);
    let old = story.seen.clone();
    story.after(7).stores(1, 1, 0).delivers(FIRST, "one", 0, (0, 0));
    story.consumes(FIRST, "one", 0, (0, 0));
    assert_eq!((old.books.all.stored, old.books.all.consumed), (1, 0));
    assert_eq!((old.numbering.count(), old.progress.stored(1)), (1, 0));
    assert_eq!(old.messages.marks(1, 0), 0);
    assert_eq!(old.latency.percentiles().count, 0);
    assert_eq!(old.journal.entries().count() + 8, story.seen.journal.entries().count());
}

#[test]
fn a_journey_names_what_was_waited_for_and_its_waits_add_up() {
    let mut story = Story::new();
    let (msg, queue, one) = (key(0), queue(1), group("one"));
    let cast = Rc::clone(story.seen.cast());
    story.seen.recorder = Some(Box::new(Recorder::new(1, cast)));
    story.say(PRODUCER, Fact::Called { msg, topic: topic(), mode: SendMode::Sync });
    story.after(3).say(PRODUCER, Fact::QueueChosen { msg, queue, why: WHY });
    let waited = SimSpan::nanos(4);
    story.after(9).say(BROKER, Fact::Admitted { msg, waited, why: WHY });
    story.after(20).say(BROKER, Fact::Stored { msg, queue, offset: 0, physical: 0, size: 1 });
    story.after(1).say(BROKER, Fact::Dispatched { msg, queue, offset: 0 });
    let outcome = SendOutcome::Ok;
    story.after(2).say(PRODUCER, Fact::Acknowledged { msg, queue, offset: 0, outcome });
    story.after(500).say(FIRST, Fact::RebalanceBegan { group: one, why: WHY });
    story.after(100).say(FIRST, Fact::RebalanceBegan { group: one, why: WHY });
    story.after(10).say(FIRST, Fact::Owned { queue, group: one, offset: 0, why: WHY });
    story.after(50).say(FIRST, Fact::Asked { queue, group: one, offset: 0, why: WHY });
    let (count, code) = (1, AnswerCode::Found);
    let answer = Fact::Answered { queue, group: one, offset: 0, count, code, why: WHY };
    story.after(5).say(BROKER, answer);
    story.after(4).delivers(FIRST, "one", 0, (1, 0));
    story.after(30).consumes(FIRST, "one", 0, (1, 0));
    story.after(70).say(BROKER, Fact::Committed { queue, group: one, offset: 1, why: WHY });
    let recorder = story.seen.recorder.as_ref().expect("it was put there");
    let journey = recorder.journey();
    let waits: Vec<Option<u64>> = journey.waits();
    let expected = [3, 9, 20, 1].map(Some);
    assert_eq!(waits[..4], expected);
    assert_eq!(
        waits[4..],
        [None, Some(602), Some(10), Some(50), Some(5), Some(4), Some(0), Some(30), None]
    );
    assert_eq!(journey.total(), Some(734));
    assert_eq!(waits.iter().flatten().sum::<u64>(), 734);
    assert_eq!(journey.steps[7].kind, StepKind::Asked { queue, first: true });
    assert!(journey.complete);
    let parts = phases(journey, story.at);
    let kinds: Vec<(PhaseKind, u64)> = parts.iter().map(|part| (part.kind, part.span)).collect();
    let expected = [
        (PhaseKind::Sending, 33),
        (PhaseKind::Joining, 662),
        (PhaseKind::InQueue, 9),
        (PhaseKind::Listening, 30),
    ];
    assert_eq!(kinds, expected);
}
