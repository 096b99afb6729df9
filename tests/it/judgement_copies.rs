//! The rules where a message has more than one place: brokers that lead one after the other, topics
//! where messages wait, queues that have owners before their first message, files that are deleted.

use rocketscope::facts::{AnswerCode, Fact, Promises, QueueRef, SendMode, SendOutcome};
use rocketscope::judgement::Rule;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;

use crate::judgement::{
    BROKER, CONSUMER, NAMESRV, OTHER, PRODUCER, SIZE, SLAVE, Story, WHY, group, message, ordered,
    plain, queue,
};
use crate::judgement_commits::why;

/// A broker that promises copies, and a group that promises what is said.
fn copied(consumer: Promises) -> Story {
    Story::new(Promises { copies: 2, ..Promises::default() }, consumer)
}

fn leads(epoch: u32, bytes: u64) -> Fact {
    Fact::Leads { epoch, bytes, why: WHY }
}

/// A node stores a message and shows it.
fn stores(story: &mut Story, node: NodeId, seq: u32, offset: u64) {
    let (msg, queue) = (message(seq), queue());
    let physical = offset * u64::from(SIZE);
    story.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync });
    story.tell(node, Fact::Stored { msg, queue, offset, physical, size: SIZE });
    story.tell(node, Fact::Dispatched { msg, queue, offset });
}

/// The slave is elected while the broker that led is paused; it stores on.
fn elected(consumer: Promises) -> Story {
    let mut story = copied(consumer);
    story.tell(BROKER, leads(1, 0)).stored(0).tell(SLAVE, leads(2, 100));
    for seq in [1, 2, 3] {
        stores(&mut story, SLAVE, seq, u64::from(seq));
    }
    story
}

#[test]
fn what_a_broker_shows_that_leads_no_more_moves_no_position() {
    let mut story = elected(Promises::default());
    stores(&mut story, BROKER, 4, 1);
    stores(&mut story, SLAVE, 5, 4);
    assert_eq!(story.rule(), None, "the queue goes on where its leader is");
    stores(&mut story, SLAVE, 6, 6);
    assert_eq!(story.rule(), Some(Rule::PositionLeftOut), "a leader leaves nothing out");
}

/// The swarm found it (seed 6543): a copy that crashed shows its last message a second time.
#[test]
fn what_a_copy_shows_when_it_begins_anew_moves_no_position() {
    let mut story = elected(Promises::default());
    story.tell(BROKER, Fact::Follows { leader: SLAVE, epoch: 2, why: WHY });
    story.tell(BROKER, Fact::ProcessStarted);
    story.tell(BROKER, Fact::Dispatched { msg: message(1), queue: queue(), offset: 1 });
    stores(&mut story, SLAVE, 4, 4);
    assert_eq!(story.rule(), None, "the queue goes on where its leader is");
    stores(&mut story, SLAVE, 5, 6);
    assert_eq!(story.rule(), Some(Rule::PositionLeftOut), "a leader leaves nothing out");
}

#[test]
fn what_a_broker_is_told_that_leads_no_more_is_no_offset() {
    let commits = Promises { commits_when_done: true, ..Promises::default() };
    let (queue, group) = (queue(), group());
    let commit = Fact::Committed { queue, group, offset: 4, why: WHY };
    assert_eq!(elected(commits).tell(BROKER, commit).rule(), None);
    assert_eq!(elected(commits).tell(SLAVE, commit).rule(), Some(Rule::CommittedUndone));
    // What it hands out stands where its queue has something else, which is passed over so.
    let (count, code) = (2, AnswerCode::Found);
    let found = |offset| Fact::Answered { queue, group, offset, count, code, why: WHY };
    let mut told = elected(commits);
    assert_eq!(told.tell(BROKER, found(2)).tell(SLAVE, commit).rule(), None);
    let mut before = elected(commits);
    let rule = before.tell(SLAVE, found(2)).tell(SLAVE, commit).rule();
    assert_eq!(rule, Some(Rule::CommittedUndone));
}

#[test]
fn order_is_that_of_the_queue_that_a_leader_has() {
    let in_order = Promises { in_order: true, ..Promises::default() };
    let mut story = copied(in_order);
    story.tell(BROKER, leads(1, 0)).stored(0).tell(SLAVE, leads(2, 100)).wait(61);
    for (seq, offset) in [(1, 1), (2, 2)] {
        stores(&mut story, BROKER, seq, offset);
        story.begun(CONSUMER, seq, 0).consumed(CONSUMER, seq, 0);
    }
    // What came to stand there is new for everybody.
    stores(&mut story, SLAVE, 3, 1);
    let (msg, queue, group) = (message(3), queue(), group());
    story.tell(CONSUMER, Fact::Consuming { msg, queue, group, thread: 0 });
    assert_eq!(story.rule(), None);
    let mut back = ordered();
    back.stored(0).stored(1).begun(CONSUMER, 1, 0).consumed(CONSUMER, 1, 0);
    assert_eq!(back.begun(CONSUMER, 0, 0).rule(), Some(Rule::OutOfOrder));
}

#[test]
fn another_leader_has_none_of_the_locks_for_as_long_as_owners_trust_theirs() {
    let in_order = Promises { in_order: true, ..Promises::default() };
    let two = |wait| {
        let mut story = elected(in_order);
        story.wait(wait).begun(CONSUMER, 1, 0);
        story.begun(OTHER, 2, 0).rule()
    };
    assert_eq!([two(30), two(61)], [None, Some(Rule::TwoAtOnce)]);
}

#[test]
fn what_was_acknowledged_where_it_waited_is_safe_there() {
    let (half, queue, msg) = (Name::new("RMQ_SYS_TRANS_HALF_TOPIC"), queue(), message(0));
    let ended = |end| {
        let promises = Promises { on_disk: true, survives_crashes: true, ..Promises::default() };
        let mut story = Story::new(promises, Promises::default());
        let waiting = QueueRef { topic: half, ..queue };
        let stored = |queue, physical| Fact::Stored { msg, queue, offset: 0, physical, size: SIZE };
        story
            .tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync })
            .tell(BROKER, stored(waiting, 0))
            .tell(BROKER, Fact::Flushed { bytes: 100 })
            .acknowledged(0)
            .tell(BROKER, stored(queue, 100))
            .tell(BROKER, Fact::Recovered { bytes: 100, end, why: WHY });
        story.rule()
    };
    assert_eq!(ended(End::PowerLost), None, "the half of it is asked for again");
    assert_eq!(ended(End::Crashed), Some(Rule::AcknowledgedLost), "a crash takes no page");
}

#[test]
fn who_had_a_queue_before_its_first_message_is_its_owner() {
    let commits = || {
        let commits = Promises { commits_when_done: true, ..Promises::default() };
        Story::new(Promises::default(), commits)
    };
    let (queue, group) = (QueueRef { topic: Name::new("%RETRY%Readers"), ..queue() }, group());
    let owned = Fact::Owned { queue, group, offset: 0, why: WHY };
    let committed = |offset| Fact::Committed { queue, group, offset, why: WHY };
    let told = |story: &mut Story| {
        let msg = message(0);
        story.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync });
        story.tell(BROKER, Fact::Stored { msg, queue, offset: 0, physical: 0, size: SIZE });
        story.tell(CONSUMER, Fact::Consumed { msg, queue, group, offset: 0, thread: 0 });
        story.wait(60).tell(BROKER, committed(1)).tell(BROKER, committed(0)).rule()
    };
    let mut one = commits();
    assert_eq!(told(one.tell(CONSUMER, owned)), Some(Rule::OffsetWentBack));
    let mut two = commits();
    assert_eq!(
        told(two.tell(CONSUMER, owned).tell(OTHER, owned)),
        None,
        "both commit what they know"
    );
}

/// Three messages are stored, and shown but for the second one maybe; files are deleted after one.
fn three(shows_second: bool, deleted_after: Option<u32>) -> Story {
    let mut story = plain();
    for seq in 0..3 {
        let (msg, queue, offset) = (message(seq), queue(), u64::from(seq));
        let physical = u64::from(seq * SIZE);
        story.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode: SendMode::Sync });
        story.tell(BROKER, Fact::Stored { msg, queue, offset, physical, size: SIZE });
        if seq != 1 || shows_second {
            story.tell(BROKER, Fact::Dispatched { msg, queue, offset });
        }
        if deleted_after == Some(seq) {
            story.tell(BROKER, Fact::Deleted { bytes: 200, why: WHY });
        }
    }
    story
}

#[test]
fn what_is_deleted_before_it_is_shown_leaves_a_gap_there_and_only_there() {
    assert_eq!(three(false, Some(1)).rule(), None, "its record was deleted before it was shown");
    let before = three(false, Some(2)).rule();
    assert_eq!(before, Some(Rule::PositionLeftOut), "it was left out before");
}

#[test]
fn a_message_that_is_handed_out_at_its_second_place_is_not_out_of_order() {
    let handed = |offset| {
        let mut story = ordered();
        story.stored(0).stored(1).stored(2);
        story.begun(CONSUMER, 1, 0).consumed(CONSUMER, 1, 0);
        story.begun(CONSUMER, 2, 0).consumed(CONSUMER, 2, 0);
        let (msg, queue, group) = (message(0), queue(), group());
        story.tell(BROKER, Fact::Stored { msg, queue, offset: 3, physical: 300, size: SIZE });
        story.tell(BROKER, Fact::Dispatched { msg, queue, offset: 3 });
        story.tell(CONSUMER, Fact::Delivered { msg, queue, group, offset });
        story.tell(CONSUMER, Fact::Consuming { msg, queue, group, thread: 0 }).rule()
    };
    assert_eq!([handed(3), handed(0)], [None, Some(Rule::OutOfOrder)]);
}

#[test]
fn whom_its_broker_lost_works_no_more_as_far_as_that_knows() {
    let lost = |key| {
        let mut story = ordered();
        story.stored(0).stored(1).begun(CONSUMER, 0, 0);
        story.tell(BROKER, Fact::MembersChanged { group: group(), members: 1, why: why(key) });
        story.begun(OTHER, 1, 0).rule()
    };
    let joined = lost("member_joined");
    assert_eq!([lost("member_closed"), joined], [None, Some(Rule::TwoAtOnce)]);
}

#[test]
fn every_seek_lets_an_offset_fall_once() {
    let (queue, group) = (queue(), group());
    let after = |seeks: u32| {
        let commits = Promises { commits_when_done: true, ..Promises::default() };
        let mut story = Story::new(Promises::default(), commits);
        for seq in 0..3 {
            story.stored(seq).begun(CONSUMER, seq, 0).consumed(CONSUMER, seq, 0);
        }
        story.committed(3).wait(60);
        for _ in 0..seeks {
            story.tell(CONSUMER, Fact::OffsetSet { queue, group, offset: 0, why: WHY });
        }
        story.committed(2).wait(10).committed(1).rule()
    };
    assert_eq!([after(1), after(2)], [Some(Rule::OffsetWentBack), None]);
}

#[test]
fn behind_a_gap_offsets_mean_other_messages() {
    let whole = three(true, None).committed(3).rule();
    let shifted = three(false, Some(1)).committed(3).rule();
    assert_eq!([whole, shifted], [Some(Rule::CommittedUndone), None]);
}

#[test]
fn what_was_acknowledged_at_another_broker_is_safe_there_alone() {
    let lost = |acknowledged: NodeId| {
        let promises = Promises { survives_crashes: true, ..Promises::default() };
        let (mut story, first) = (Story::new(promises, Promises::default()), queue());
        let (msg, second) = (message(0), QueueRef { broker: SLAVE, ..first });
        story.stored(0);
        let again = Fact::Stored { msg, queue: second, offset: 0, physical: 0, size: SIZE };
        let queue = QueueRef { broker: acknowledged, ..first };
        let outcome = SendOutcome::Ok;
        story.tell(SLAVE, again);
        story.tell(PRODUCER, Fact::Acknowledged { msg, queue, offset: 0, outcome });
        story.tell(BROKER, Fact::Recovered { bytes: 0, end: End::Crashed, why: WHY });
        story.rule()
    };
    assert_eq!([lost(BROKER), lost(SLAVE)], [Some(Rule::AcknowledgedLost), None]);
}

#[test]
fn what_a_dead_member_asked_for_is_nobodys() {
    let (queue, group) = (queue(), group());
    let ended = |key| {
        let mut story = plain();
        story.stored(0).tell(BROKER, Fact::Held { queue, group, offset: 1, why: WHY });
        story.tell(BROKER, Fact::MembersChanged { group, members: 1, why: why(key) });
        story.tell(BROKER, Fact::ProcessStopped).rule()
    };
    let joined = ended("member_joined");
    assert_eq!([ended("member_closed"), joined], [None, Some(Rule::HeldForgotten)]);
}

#[test]
fn who_stands_in_has_none_of_the_locks() {
    let two = |stands: Option<Fact>| {
        let mut story = ordered();
        story.stored(0).stored(1).begun(CONSUMER, 0, 0);
        if let Some(stands) = stands {
            story.tell(BROKER, stands);
        }
        story.begun(OTHER, 1, 0).rule()
    };
    let stands = Fact::StandsIn { why: WHY };
    assert_eq!([two(Some(stands)), two(None)], [None, Some(Rule::TwoAtOnce)]);
}

#[test]
fn two_may_hold_a_lock_while_a_name_server_knows_only_who_stands_in() {
    // The swarm found it (seed 2559).
    let two = |stands_in, again: Option<u64>, wait| {
        let in_order = Promises { in_order: true, ..Promises::default() };
        let mut story =
            Story::new(Promises { copies: 2, stands_in, ..Promises::default() }, in_order);
        let known = |broker| Fact::BrokerRegistered { broker, topics: 1, why: WHY };
        story.tell(NAMESRV, known(BROKER)).tell(NAMESRV, known(SLAVE)).stored(0).stored(1);
        story.tell(NAMESRV, Fact::BrokerForgotten { broker: BROKER, why: WHY });
        if let Some(again) = again {
            story.wait(again).tell(NAMESRV, known(BROKER));
        }
        story.wait(wait).begun(CONSUMER, 0, 0).begun(OTHER, 1, 0).rule()
    };
    assert_eq!(two(true, None, 300), None, "as long as it knows the other one only");
    assert_eq!(two(true, Some(300), 30), None, "and as long as locks are trusted");
    assert_eq!(two(true, Some(300), 61), Some(Rule::TwoAtOnce));
    assert_eq!(two(false, None, 30), Some(Rule::TwoAtOnce), "nobody stands in here");
}

#[test]
fn what_a_broker_writes_by_itself_lies_in_its_log_too() {
    let mut story = plain();
    let (unknown, queue) = (message(9), queue());
    story.stored(0);
    story.tell(BROKER, Fact::Stored { msg: unknown, queue, offset: 1, physical: 100, size: SIZE });
    let log = story.seen.nodes.of(BROKER).map(|figures| (figures.log_bytes, figures.records));
    assert_eq!(log, Some((200, 1)), "its bytes count, and it is no record of a producer");
}
