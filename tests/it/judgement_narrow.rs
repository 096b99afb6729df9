//! How far excuses reach where brokers have copies of each other: just as far as what they know.

use rocketscope::facts::{Fact, Promises};
use rocketscope::judgement::Rule;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;

use crate::judgement::{BROKER, CONSUMER, OTHER, SLAVE, Story, WHY, group, ordered, queue};

fn copied(consumer: Promises) -> Story {
    Story::new(Promises { copies: 2, ..Promises::default() }, consumer)
}

fn recovered(bytes: u64) -> Fact {
    Fact::Recovered { bytes, end: End::PowerLost, why: WHY }
}

#[test]
fn a_process_has_one_lock_for_each_queue_whoever_holds_the_brokers() {
    let two = |node: NodeId| {
        let mut story = ordered();
        story.stored(0).stored(1).tell(BROKER, Fact::StandsIn { why: WHY });
        story.begun(CONSUMER, 0, 0).begun(node, 1, 1).rule()
    };
    assert_eq!([two(OTHER), two(CONSUMER)], [None, Some(Rule::TwoAtOnce)]);
}

#[test]
fn offsets_mean_either_behind_the_place_where_logs_differ_and_only_there() {
    let commits = |done: &[u32], offset| {
        let mut story = copied(Promises { commits_when_done: true, ..Promises::default() });
        story.stored(0).stored(1).tell(SLAVE, Fact::Replicated { bytes: 200 });
        for seq in done {
            story.begun(CONSUMER, *seq, 0).consumed(CONSUMER, *seq, 0);
        }
        story.tell(BROKER, recovered(100)).committed(offset).rule()
    };
    assert_eq!(commits(&[0], 2), None);
    assert_eq!(commits(&[], 1), Some(Rule::CommittedUndone), "both have it");
}

#[test]
fn a_copy_keeps_what_it_flushed_unless_its_log_may_differ() {
    let lost = |before: Option<Fact>| {
        let mut story = copied(Promises::default());
        story.stored(0).stored(1).tell(SLAVE, Fact::Replicated { bytes: 200 });
        story.tell(SLAVE, Fact::Flushed { bytes: 200 });
        if let Some(before) = before {
            story.tell(BROKER, before);
        }
        story.tell(SLAVE, recovered(100)).rule()
    };
    assert_eq!(lost(None), Some(Rule::FlushedLost));
    assert_eq!(lost(Some(recovered(200))), Some(Rule::FlushedLost), "its master has as much");
    assert_eq!(lost(Some(recovered(100))), None, "its master went on before its end");
    assert_eq!(lost(Some(Fact::Leads { epoch: 2, bytes: 100, why: WHY })), None);
}

#[test]
fn who_holds_a_request_answers_it_though_others_have_copies() {
    let (queue, group) = (queue(), group());
    let ended = |holds| {
        let mut story = copied(Promises::default());
        story.stored(0).tell(holds, Fact::Held { queue, group, offset: 1, why: WHY });
        story.tell(BROKER, Fact::ProcessStopped).rule()
    };
    assert_eq!([ended(SLAVE), ended(BROKER)], [None, Some(Rule::HeldForgotten)]);
}
