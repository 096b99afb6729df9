//! What a group's offset may pass though its listeners did not come back with it, and what it may
//! not: each excuse beside the story that is next to it and has none.

use rocketscope::facts::{AnswerCode, Fact, Promises, ReasonId, SendMode, Why};
use rocketscope::judgement::Rule;
use rocketscope::kernel::actor::NodeId;
use rocketscope::rocketmq::reasons::VOCABULARY;

use crate::judgement::{
    BROKER, CONSUMER, OTHER, PRODUCER, SIZE, SLAVE, Story, WHY, group, message, plain, queue,
};

const UNDONE: Option<Rule> = Some(Rule::CommittedUndone);

pub(crate) fn why(key: &str) -> Why {
    let place = VOCABULARY.reasons.iter().position(|reason| reason.key == key);
    let place = place.expect("there is such a reason");
    Why { reason: ReasonId(u16::try_from(place).expect("few reasons")), value: 0 }
}

fn commits(story: &mut Story, offset: u64, key: &str) -> Option<Rule> {
    let (queue, group) = (queue(), group());
    story.tell(BROKER, Fact::Committed { queue, group, offset, why: why(key) }).rule()
}

fn owned(story: &mut Story, offset: u64) -> &mut Story {
    let (queue, group) = (queue(), group());
    story.tell(CONSUMER, Fact::Owned { queue, group, offset, why: why("start_last") })
}

fn asked(story: &mut Story, offset: u64) -> &mut Story {
    let (queue, group) = (queue(), group());
    story.tell(CONSUMER, Fact::Asked { queue, group, offset, why: why("pull_first") })
}

fn skips(story: &mut Story, node: NodeId, offset: u64, count: u32) -> &mut Story {
    let (queue, group) = (queue(), group());
    story.tell(node, Fact::Skipped { queue, group, offset, count, why: why("tag_mismatch") })
}

fn commits_when_done() -> Promises {
    Promises { commits_when_done: true, ..Promises::default() }
}

#[test]
fn a_pop_passes_what_was_deleted_and_nothing_behind_it() {
    let deletes = |bytes| Fact::Deleted { bytes, why: why("file_expired") };
    let story = |bytes| {
        let mut story = plain();
        story.stored(0).stored(1).stored(2);
        story.begun(CONSUMER, 0, 0).consumed(CONSUMER, 0, 0).committed(1);
        story.tell(BROKER, deletes(bytes));
        story
    };
    assert_eq!(commits(&mut story(2 * u64::from(SIZE)), 2, "offset_illegal"), None);
    assert_eq!(commits(&mut story(u64::from(SIZE)), 2, "offset_illegal"), UNDONE, "it is there");
    assert_eq!(commits(&mut story(2 * u64::from(SIZE)), 2, "commit_period"), UNDONE);
    let mut elsewhere = plain();
    elsewhere.stored(0).tell(SLAVE, deletes(u64::from(SIZE)));
    assert_eq!(commits(&mut elsewhere, 1, "offset_illegal"), UNDONE, "another broker did");
}

#[test]
fn a_group_begins_where_it_asks_first_after_it_got_the_queue() {
    let mut in_order = plain();
    asked(owned(&mut in_order, 0).stored(0), 1);
    assert_eq!(in_order.committed(1).rule(), None, "the end was further when it asked again");
    let mut later = plain();
    asked(asked(owned(&mut later, 0).stored(0), 0), 1);
    assert_eq!(later.committed(1).rule(), UNDONE, "only the first one says where it begins");
    let mut known = plain();
    known.stored(0).begun(CONSUMER, 0, 0).consumed(CONSUMER, 0, 0).committed(1);
    asked(owned(known.stored(1), 1), 2);
    assert_eq!(known.committed(2).rule(), UNDONE, "it has an offset, and goes on there");
}

#[test]
fn a_group_whose_queues_are_popped_begins_where_the_broker_chooses() {
    let first = |key: &str| commits(plain().stored(0).stored(1), 1, key);
    assert_eq!(
        [first("start_last"), first("start_first"), first("commit_period")],
        [None, None, UNDONE]
    );
    let mut known = plain();
    known.stored(0).stored(1).begun(CONSUMER, 0, 0).consumed(CONSUMER, 0, 0).committed(1);
    assert_eq!(commits(&mut known, 2, "start_last"), UNDONE, "a group begins once");
}

#[test]
fn what_another_member_had_is_passed_where_the_next_one_does_not_want_it() {
    let story = || {
        let mut story = plain();
        story.stored(0).begun(CONSUMER, 0, 0);
        story
    };
    assert_eq!(skips(&mut story(), BROKER, 0, 1).committed(1).rule(), None);
    assert_eq!(
        skips(&mut story(), BROKER, 1, 1).committed(1).rule(),
        UNDONE,
        "it was not left out"
    );
    let mut wanted = story();
    skips(&mut wanted, BROKER, 0, 1).begun(OTHER, 0, 1);
    assert_eq!(wanted.committed(1).rule(), UNDONE, "somebody has it again");
}

#[test]
fn a_copy_leaves_out_what_its_master_does_not_show_yet() {
    let story = |offset: u64| {
        let mut story =
            Story::new(Promises { copies: 2, ..Promises::default() }, commits_when_done());
        let (msg, queue) = (message(0), queue());
        let (size, mode) = (SIZE, SendMode::Sync);
        story.tell(PRODUCER, Fact::Called { msg, topic: queue.topic, mode });
        story.tell(BROKER, Fact::Stored { msg, queue, offset: 0, physical: 0, size });
        skips(&mut story, SLAVE, offset, 1);
        story.tell(BROKER, Fact::Dispatched { msg, queue, offset: 0 });
        story.committed(1).rule()
    };
    assert_eq!(story(0), None);
    assert_eq!(story(1), UNDONE, "another place was left out");
}

/// Three messages are done with, a request for more comes, and a commit overtakes it.
fn overtaken(asks: bool, answers: bool, by: NodeId, key: &str) -> Option<Rule> {
    let (queue, group) = (queue(), group());
    let mut story = Story::new(Promises { copies: 2, ..Promises::default() }, commits_when_done());
    for seq in 0..3 {
        story.stored(seq).begun(CONSUMER, seq, 0).consumed(CONSUMER, seq, 0);
    }
    story.wait(60).committed(2).wait(60);
    if asks {
        story.tell(BROKER, Fact::AskArrived { queue, group, offset: 3 });
    }
    if answers {
        let code = AnswerCode::NothingNew;
        let why = why("answered_empty");
        story.tell(BROKER, Fact::Answered { queue, group, offset: 3, count: 0, code, why });
    }
    story.wait(30).committed(3).wait(30);
    story.tell(by, Fact::Committed { queue, group, offset: 2, why: why(key) }).rule()
}

#[test]
fn a_request_that_was_made_again_meanwhile_still_brings_its_commit() {
    // The swarm found it (seed 1903): its asker gave up and asked for the same once more.
    let (queue, group) = (queue(), group());
    let told = |again: bool| {
        let mut story = Story::new(Promises::default(), commits_when_done());
        for seq in 0..3 {
            story.stored(seq).begun(CONSUMER, seq, 0).consumed(CONSUMER, seq, 0);
        }
        let code = AnswerCode::NothingNew;
        let empty = why("answered_empty");
        let answered = Fact::Answered { queue, group, offset: 3, count: 0, code, why: empty };
        story.wait(60).committed(2).wait(60);
        story.tell(BROKER, Fact::AskArrived { queue, group, offset: 3 }).wait(30);
        let closed = why("member_closed");
        story.tell(BROKER, Fact::MembersChanged { group, members: 0, why: closed });
        if again {
            story.tell(BROKER, Fact::AskArrived { queue, group, offset: 3 });
        }
        story.tell(BROKER, answered);
        // One that is held, woken and answered meanwhile is another one.
        let (held, woken) = (why("held_long"), why("woken_by_message"));
        story.tell(BROKER, Fact::AskArrived { queue, group, offset: 4 });
        story.tell(BROKER, Fact::Held { queue, group, offset: 4, why: held });
        story.tell(BROKER, Fact::Woken { queue, group, offset: 4, why: woken });
        story.tell(BROKER, Fact::Answered { queue, group, offset: 4, count: 0, code, why: woken });
        story.committed(3).wait(30);
        let late = Fact::Committed { queue, group, offset: 2, why: why("commit_with_pull") };
        story.tell(BROKER, late).rule()
    };
    assert_eq!([told(true), told(false)], [None, Some(Rule::OffsetWentBack)]);
}

#[test]
fn a_request_that_waits_for_the_disk_is_overtaken_by_a_commit_that_comes_alone() {
    // The swarm found it (seeds 5997 and 6500).
    let back = Some(Rule::OffsetWentBack);
    assert_eq!(overtaken(true, false, BROKER, "commit_with_pull"), None);
    assert_eq!(overtaken(false, false, BROKER, "commit_with_pull"), back, "it came later");
    assert_eq!(overtaken(true, true, BROKER, "commit_with_pull"), back, "it was answered");
    assert_eq!(overtaken(true, false, BROKER, "commit_period"), back, "and this comes alone");
}

/// The swarm found it (seed 9671): its member died, and others went on.
#[test]
fn a_request_that_waits_for_the_disk_commits_though_nobody_waits_for_it() {
    let (queue, group) = (queue(), group());
    let falls = |waits: bool| {
        let mut story = Story::new(Promises::default(), commits_when_done());
        for seq in 0..3 {
            story.stored(seq).begun(CONSUMER, seq, 0).consumed(CONSUMER, seq, 0);
        }
        story.committed(1).wait(30);
        let arrives = |offset| Fact::AskArrived { queue, group, offset };
        if waits {
            story.tell(BROKER, arrives(1));
        }
        story
            .tell(BROKER, arrives(3))
            .tell(BROKER, Fact::Held { queue, group, offset: 3, why: WHY });
        story.tell(BROKER, Fact::Woken { queue, group, offset: 3, why: WHY });
        let (count, code) = (0, AnswerCode::NothingNew);
        let answered = |offset| Fact::Answered { queue, group, offset, count, code, why: WHY };
        story.tell(BROKER, answered(4)).committed(3).wait(20);
        story.tell(BROKER, arrives(3)).tell(BROKER, answered(5));
        commits(&mut story, 1, "commit_with_pull")
    };
    assert_eq!([falls(true), falls(false)], [None, Some(Rule::OffsetWentBack)]);
}

/// A held pop whose client is gone is let go, and never answered: an answer is somebody else's.
#[test]
fn an_answer_is_not_that_of_a_held_pop_whose_client_is_gone() {
    let (queue, group) = (queue(), group());
    let falls = |woken: &str| {
        let mut story = Story::new(Promises::default(), commits_when_done());
        for seq in 0..3 {
            story.stored(seq).begun(CONSUMER, seq, 0).consumed(CONSUMER, seq, 0);
        }
        story.committed(1).wait(30);
        let arrives = |offset| Fact::AskArrived { queue, group, offset };
        story.tell(BROKER, arrives(0));
        story.tell(BROKER, Fact::Held { queue, group, offset: 0, why: WHY });
        story.tell(BROKER, arrives(1));
        story.tell(BROKER, Fact::Woken { queue, group, offset: 0, why: why(woken) });
        let (count, code) = (0, AnswerCode::NothingNew);
        story.tell(BROKER, Fact::Answered { queue, group, offset: 4, count, code, why: WHY });
        story.committed(3).wait(20);
        commits(&mut story, 1, "commit_with_pull")
    };
    assert_eq!(falls("woken_pop"), None, "it was the woken one's, and the other waits still");
    assert_eq!(falls("peer_gone"), Some(Rule::OffsetWentBack));
}

#[test]
fn each_broker_of_a_name_has_offsets_of_its_own() {
    // The swarm found it (seeds 6474 and 8028).
    assert_eq!(overtaken(false, false, SLAVE, "commit_period"), None);
    assert_eq!(overtaken(false, false, BROKER, "commit_period"), Some(Rule::OffsetWentBack));
}
