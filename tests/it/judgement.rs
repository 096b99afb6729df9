//! The rules that every run is held to: each one is broken by a story that breaks nothing else,
//! and kept by the same story told well.

use std::rc::Rc;

use rocketscope::facts::{
    AnswerCode, Fact, MsgKey, NodeProfile, NodeRole, Promises, QueueRef, ReasonId, SendMode,
    SendOutcome, TransactionEnd, Why,
};
use rocketscope::judgement::{Judgement, Rule};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::Moment;
use rocketscope::observation::Observations;
use rocketscope::observation::cast::Cast;
use rocketscope::rocketmq::reasons::VOCABULARY;
use rocketscope::scenario::{Scenario, shipped_text};
use rocketscope::session::load::stage;
use rocketscope::session::stage::Stop;
use rocketscope::session::verdict;

use crate::session_kit::brief;

pub(crate) const BROKER: NodeId = NodeId(0);
pub(crate) const SLAVE: NodeId = NodeId(1);
pub(crate) const PRODUCER: NodeId = NodeId(2);
pub(crate) const CONSUMER: NodeId = NodeId(3);
pub(crate) const OTHER: NodeId = NodeId(4);
pub(crate) const NAMESRV: NodeId = NodeId(5);
pub(crate) const WHY: Why = Why { reason: ReasonId(0), value: 0 };
pub(crate) const SIZE: u32 = 100;

/// A story told fact by fact, and what the judges say of it.
pub(crate) struct Story {
    pub(crate) seen: Observations,
    judgement: Judgement,
    now: SimTime,
}

impl Story {
    pub(crate) fn new(broker: Promises, consumer: Promises) -> Self {
        let topic = Name::new("Orders");
        let node = |name: &str, role, promises, copies| {
            let group = (role == NodeRole::PushConsumer).then(|| Name::new("Readers"));
            let profile = NodeProfile {
                role,
                group,
                copies,
                shares: None,
                starts: SimTime::START,
                modes: vec![],
                topics: vec![topic],
                threads: (1, 0),
                settings: vec![],
                promises,
            };
            (Name::new(name), profile)
        };
        let none = Promises::default();
        let nodes = vec![
            node("broker-a", NodeRole::Broker, broker, None),
            node("broker-a-s", NodeRole::Broker, none, (broker.copies > 1).then_some(BROKER)),
            node("Producer", NodeRole::Producer, none, None),
            node("Consumer", NodeRole::PushConsumer, consumer, None),
            node("Other", NodeRole::PushConsumer, consumer, None),
            node("ns-1", NodeRole::NameServer, none, None),
        ];
        let cast = Rc::new(Cast::new(nodes, &[topic], VOCABULARY));
        let judgement = Judgement::new(&cast);
        Self { seen: Observations::new(cast, SimTime::START), judgement, now: SimTime::START }
    }

    pub(crate) fn tell(&mut self, node: NodeId, fact: Fact) -> &mut Self {
        self.now += SimSpan::millis(1);
        let moment = Moment { at: self.now, ordinal: 1, node };
        let seen = self.seen.look_up(moment, &fact);
        self.judgement.see(&seen, &self.seen);
        self.seen.absorb(&seen);
        self
    }

    pub(crate) fn wait(&mut self, secs: u64) -> &mut Self {
        self.now += SimSpan::secs(secs);
        self
    }

    /// The `seq`-th message is sent, stored and shown, at the offset of its number.
    pub(crate) fn stored(&mut self, seq: u32) -> &mut Self {
        let (msg, queue) = (message(seq), queue());
        let (offset, physical) = (u64::from(seq), u64::from(seq * SIZE));
        self.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync })
            .tell(PRODUCER, Fact::Sent { msg, queue, attempt: 0 })
            .tell(BROKER, Fact::Stored { msg, queue, offset, physical, size: SIZE })
            .tell(BROKER, Fact::Dispatched { msg, queue, offset })
    }

    pub(crate) fn acknowledged(&mut self, seq: u32) -> &mut Self {
        let (offset, outcome) = (u64::from(seq), SendOutcome::Ok);
        let (msg, queue) = (message(seq), queue());
        self.tell(PRODUCER, Fact::Acknowledged { msg, queue, offset, outcome })
    }

    pub(crate) fn begun(&mut self, node: NodeId, seq: u32, thread: u32) -> &mut Self {
        let (msg, queue, group, offset) = (message(seq), queue(), group(), u64::from(seq));
        self.tell(node, Fact::Delivered { msg, queue, group, offset })
            .tell(node, Fact::Consuming { msg, queue, group, thread })
    }

    pub(crate) fn consumed(&mut self, node: NodeId, seq: u32, thread: u32) -> &mut Self {
        let (msg, queue, group, offset) = (message(seq), queue(), group(), u64::from(seq));
        self.tell(node, Fact::Consumed { msg, queue, group, offset, thread })
    }

    pub(crate) fn committed(&mut self, offset: u64) -> &mut Self {
        let (queue, group) = (queue(), group());
        self.tell(BROKER, Fact::Committed { queue, group, offset, why: WHY })
    }

    pub(crate) fn rule(&mut self) -> Option<Rule> {
        self.judgement.close(&self.seen, (self.seen.since_start(self.now), 1));
        self.judgement.violation().map(|violation| violation.rule)
    }
}

pub(crate) fn message(seq: u32) -> MsgKey {
    MsgKey { producer: PRODUCER, seq }
}

pub(crate) fn queue() -> QueueRef {
    QueueRef { topic: Name::new("Orders"), broker: BROKER, id: 0 }
}

pub(crate) fn group() -> Name {
    Name::new("Readers")
}

pub(crate) fn plain() -> Story {
    let commits = Promises { commits_when_done: true, ..Promises::default() };
    Story::new(Promises { survives_crashes: true, ..Promises::default() }, commits)
}

pub(crate) fn ordered() -> Story {
    Story::new(Promises::default(), Promises { in_order: true, ..Promises::default() })
}

#[test]
fn a_message_that_no_broker_has_is_not_acknowledged() {
    assert_eq!(plain().stored(0).acknowledged(0).rule(), None);
    let mut story = plain();
    let (msg, topic, mode) = (message(1), queue().topic, SendMode::Sync);
    story.stored(0).tell(PRODUCER, Fact::Called { msg, topic, mode });
    assert_eq!(story.acknowledged(1).rule(), Some(Rule::AcknowledgedUnstored));
}

#[test]
fn a_broker_that_promises_its_disk_flushes_before_it_answers() {
    let story = || Story::new(Promises { on_disk: true, ..Promises::default() }, plain_consumer());
    let flushed = |bytes| Fact::Flushed { bytes };
    assert_eq!(story().stored(0).tell(BROKER, flushed(100)).acknowledged(0).rule(), None);
    let early = story().stored(0).tell(BROKER, flushed(99)).acknowledged(0).rule();
    assert_eq!(early, Some(Rule::AcknowledgedUnflushed));
}

#[test]
fn a_broker_that_promises_two_copies_waits_for_the_second_one() {
    let story = || Story::new(Promises { copies: 2, ..Promises::default() }, plain_consumer());
    let copied = |bytes| Fact::Replicated { bytes };
    assert_eq!(story().stored(0).tell(SLAVE, copied(100)).acknowledged(0).rule(), None);
    let early = story().stored(0).tell(SLAVE, copied(99)).acknowledged(0).rule();
    assert_eq!(early, Some(Rule::AcknowledgedUncopied));
}

#[test]
fn what_was_flushed_stays_and_what_was_acknowledged_stays_where_that_is_promised() {
    let begin = |bytes, end| Fact::Recovered { bytes, end, why: WHY };
    let story = || {
        let mut story = plain();
        story.stored(0).acknowledged(0).tell(BROKER, Fact::Flushed { bytes: 100 });
        story.stored(1).acknowledged(1);
        story
    };
    assert_eq!(story().tell(BROKER, begin(200, End::Crashed)).rule(), None);
    assert_eq!(story().tell(BROKER, begin(100, End::PowerLost)).rule(), None);
    let lost = |story: &mut Story, bytes, end| story.tell(BROKER, begin(bytes, end)).rule();
    assert_eq!(lost(&mut story(), 100, End::Crashed), Some(Rule::AcknowledgedLost));
    assert_eq!(lost(&mut story(), 100, End::Stopped), Some(Rule::AcknowledgedLost));
    assert_eq!(lost(&mut story(), 99, End::PowerLost), Some(Rule::FlushedLost));
}

#[test]
fn the_ledger_counts_what_a_power_loss_took_as_soon_as_the_broker_is_back() {
    let mut story = plain();
    story.stored(0).acknowledged(0).stored(1).acknowledged(1);
    story.tell(BROKER, Fact::Recovered { bytes: 100, end: End::PowerLost, why: WHY });
    assert_eq!((story.seen.books.all.lost, story.rule()), (1, None));
}

#[test]
fn positions_are_given_one_after_the_other() {
    let (queue, msg) = (queue(), message(1));
    let second = |offset| Fact::Stored { msg, queue, offset, physical: 100, size: SIZE };
    let called = Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync };
    let story =
        |offset| plain().stored(0).tell(PRODUCER, called).tell(BROKER, second(offset)).rule();
    let left_out = Some(Rule::PositionLeftOut);
    assert_eq!([story(0), story(1), story(2)], [left_out, None, left_out]);
}

#[test]
fn an_offset_passes_only_what_the_group_is_done_with() {
    let mut story = plain();
    story.stored(0).stored(1).begun(CONSUMER, 0, 0).begun(CONSUMER, 1, 1);
    assert_eq!(story.consumed(CONSUMER, 0, 0).committed(1).rule(), None);
    assert_eq!(story.committed(2).rule(), Some(Rule::CommittedUndone));
    let mut skipping = plain();
    let (queue, group) = (queue(), group());
    skipping.stored(0).tell(CONSUMER, Fact::Owned { queue, group, offset: 1, why: WHY });
    assert_eq!(skipping.committed(1).rule(), None, "a group may begin at the end");
}

#[test]
fn an_offset_goes_back_only_where_its_queue_changes_hands() {
    let (queue, group) = (queue(), group());
    let story = || {
        let mut story = plain();
        story.stored(0).stored(1);
        for seq in [0, 1] {
            story.begun(CONSUMER, seq, seq).consumed(CONSUMER, seq, seq);
        }
        story.committed(2).wait(60);
        story
    };
    assert_eq!(story().committed(1).rule(), Some(Rule::OffsetWentBack));
    let mut handed_over = story();
    handed_over.tell(OTHER, Fact::Owned { queue, group, offset: 0, why: WHY });
    assert_eq!(handed_over.committed(1).rule(), None);
    let mut moved = story();
    let (code, count) = (AnswerCode::OffsetMoved, 0);
    moved.tell(BROKER, Fact::Answered { queue, group, offset: 0, count, code, why: WHY });
    assert_eq!(moved.committed(1).rule(), None);
}

#[test]
fn a_group_in_order_has_one_thread_a_queue_and_goes_forward() {
    let mut well = ordered();
    well.stored(0).stored(1).begun(CONSUMER, 0, 0).consumed(CONSUMER, 0, 0);
    assert_eq!(well.begun(OTHER, 1, 0).rule(), None);
    let mut both = ordered();
    both.stored(0).stored(1).begun(CONSUMER, 0, 0);
    assert_eq!(both.begun(OTHER, 1, 0).rule(), Some(Rule::TwoAtOnce));
    let mut crashed = ordered();
    crashed.stored(0).stored(1).begun(CONSUMER, 0, 0).tell(CONSUMER, Fact::ProcessStarted);
    assert_eq!(crashed.begun(OTHER, 0, 0).rule(), None, "what a dead process did is over");
    let mut back = ordered();
    back.stored(0).stored(1).begun(CONSUMER, 1, 0).consumed(CONSUMER, 1, 0);
    assert_eq!(back.begun(CONSUMER, 0, 0).rule(), Some(Rule::OutOfOrder));
}

#[test]
fn a_broker_that_ends_in_order_answers_what_it_holds() {
    let (queue, group) = (queue(), group());
    let held = Fact::Held { queue, group, offset: 1, why: WHY };
    let (code, count) = (AnswerCode::NothingNew, 0);
    let answered = Fact::Answered { queue, group, offset: 1, count, code, why: WHY };
    let mut story = plain();
    story.stored(0).tell(BROKER, held).tell(BROKER, answered);
    assert_eq!(story.tell(BROKER, Fact::ProcessStopped).rule(), None);
    let mut rude = plain();
    rude.stored(0).tell(BROKER, held);
    assert_eq!(rude.tell(BROKER, Fact::ProcessStopped).rule(), Some(Rule::HeldForgotten));
}

/// The swarm found it (seed 9747): who asked stood still all the while.
#[test]
fn what_a_broker_held_before_it_crashed_is_nobodys_where_who_asked_stands_still() {
    let (queue, group) = (queue(), group());
    let held = Fact::Held { queue, group, offset: 1, why: WHY };
    let ends = |holds_again: bool, lives: bool| {
        let mut story = plain();
        story.tell(CONSUMER, Fact::Owned { queue, group, offset: 0, why: WHY });
        story.stored(0).tell(BROKER, held).wait(1).tell(BROKER, Fact::ProcessStarted).wait(1);
        if holds_again {
            story.tell(BROKER, held);
        }
        if lives {
            story.wait(40).tell(CONSUMER, Fact::RebalanceBegan { group, why: WHY });
        }
        story.tell(BROKER, Fact::ProcessStopped).rule()
    };
    let forgotten = Some(Rule::HeldForgotten);
    assert_eq!([ends(false, false), ends(true, false)], [None, forgotten]);
    assert_eq!(ends(false, true), forgotten, "it would have asked again");
}

#[test]
fn a_message_of_a_transaction_is_shown_only_when_it_counts() {
    let told = |end: Option<TransactionEnd>| {
        let (msg, queue, mode) = (message(0), queue(), SendMode::Transaction);
        let mut story = plain();
        story.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode });
        story.tell(BROKER, Fact::Stored { msg, queue, offset: 0, physical: 0, size: SIZE });
        if let Some(end) = end {
            story.tell(PRODUCER, Fact::Decided { msg, end, why: WHY });
        }
        story.tell(BROKER, Fact::Dispatched { msg, queue, offset: 0 }).rule()
    };
    assert_eq!(told(Some(TransactionEnd::Commit)), None);
    let undecided = [None, Some(TransactionEnd::RollBack), Some(TransactionEnd::Unknown)];
    assert_eq!(undecided.map(told), [Some(Rule::UndecidedShown); 3]);
}

#[test]
fn sums_are_what_the_messages_say_one_by_one() {
    let mut story = plain();
    story.stored(0).begun(CONSUMER, 0, 0).consumed(CONSUMER, 0, 0);
    story.seen.books.groups[0].consumed += 1;
    assert_eq!(story.rule(), Some(Rule::LedgerOff));
}

#[test]
fn every_shipped_scenario_keeps_all_rules() {
    for from in brief() {
        let text = shipped_text(from.name).expect("it is shipped");
        let scenario = Scenario::parse(text, &[]).expect("it can be read");
        let mut played = stage(&scenario, scenario.seed);
        played.run_in();
        let end = Stop { time: scenario.end.as_nanos(), ordinal: u64::MAX };
        played.advance(end, u64::MAX);
        played.close();
        assert_eq!(verdict(&played), None, "{}", from.name);
    }
}

#[test]
fn every_rule_has_a_sentence() {
    for rule in Rule::ALL {
        assert!(rocketscope::view::words::has(&format!("rule.{}", rule.key())), "{rule:?}");
    }
}

fn plain_consumer() -> Promises {
    Promises::default()
}
