//! Steps of a journey in words.

use crate::facts::{Content, TransactionEnd};
use crate::kernel::order;
use crate::observation::journey::{Step, StepKind};
use crate::session::frame::{Arg, Words};

use super::Scene;
use super::events::outcome_name;
use super::say::{queue, reason, say, text};

/// A step in words; `content` gives the tag that a filter looks at.
pub(super) fn words(scene: &Scene<'_>, step: &Step, content: Option<&Content>) -> Words {
    let name = |node| text(scene.seen.cast().name(node));
    let n = |count: u32| ("n", Arg::Count(u64::from(count)));
    let at = |offset: u64| ("offset", Arg::Count(offset));
    match &step.kind {
        StepKind::Route { topic, queues: 0, .. } => {
            say("step.no_route", [("topic", text(topic.as_str()))])
        }
        StepKind::Route { topic, .. } => {
            let broker = text(&brokers(scene));
            say(&route_key(scene, step), [("topic", text(topic.as_str())), ("broker", broker)])
        }
        StepKind::Connected { peer } => say("step.connected", [("peer", name(*peer))]),
        StepKind::QueueChosen { queue } => {
            say("step.queue_chosen", [("id", Arg::Count(u64::from(queue.id)))])
        }
        StepKind::Admitted { waited: 0 } => say("step.admitted_at_once", []),
        StepKind::Admitted { waited } => say("step.admitted", [("waited", Arg::Span(*waited))]),
        StepKind::Refused { code } => say("step.refused", [("code", Arg::Count(u64::from(*code)))]),
        StepKind::Resent { attempt } => say("step.resent", [n(*attempt)]),
        StepKind::Stored { again: true, .. } => say("step.stored_again", []),
        StepKind::Stored { created: true, .. } => say("step.created_and_stored", []),
        StepKind::Stored { .. } => say("step.stored", []),
        StepKind::Safe { waited } => say("step.safe", [("waited", Arg::Span(*waited))]),
        StepKind::Dispatched { queue: to, offset } => {
            say("step.dispatched", [("queue", queue(to.id)), at(*offset)])
        }
        StepKind::Acknowledged { outcome } => {
            say("step.acknowledged", [("outcome", text(outcome_name(*outcome)))])
        }
        StepKind::Failed => say("step.failed", []),
        StepKind::Unawaited => say("step.unawaited", []),
        StepKind::Decided { end } => say(decided_key(*end), []),
        StepKind::ConsumerRoute { .. } => say("step.consumer_route", []),
        StepKind::Rebalance { .. } => say("step.rebalance", []),
        StepKind::Owned { ids, offset } => {
            say("step.owned", [("queues", text(&range(ids))), at(*offset)])
        }
        StepKind::Released => say("step.released", []),
        StepKind::Locked { queue: of } => say("step.locked", [("queue", queue(of.id))]),
        StepKind::Unthrottled => say("step.unthrottled", []),
        StepKind::Asked { queue: of, first: true } => {
            say("step.asked_first", [("queue", queue(of.id))])
        }
        StepKind::Asked { queue: of, first: false } => say("step.asked", [("queue", queue(of.id))]),
        StepKind::Woken => say("step.woken", []),
        StepKind::ReadFromDisk { took } => say("step.read_from_disk", [("took", Arg::Span(*took))]),
        StepKind::Answered { count } => say("step.answered", [n(*count)]),
        StepKind::Delivered => filter("step.delivered", "step.delivered_no_tag", content),
        StepKind::FilteredOut => filter("step.filtered", "step.filtered_no_tag", content),
        StepKind::Skipped => filter("step.skipped", "step.skipped_no_tag", content),
        StepKind::Consuming { thread } => say("step.consuming", [n(thread + 1)]),
        StepKind::Consumed => say("step.consumed", []),
        StepKind::NotConsumed => say("step.not_consumed", []),
        StepKind::PopExpired => say("step.pop_expired", []),
        StepKind::Cleaned => say("step.cleaned", []),
        StepKind::GiveBackFailed => say("step.give_back_failed", []),
        StepKind::Postponed { wait: 0, .. } => say("step.undecided", []),
        StepKind::Postponed { queue: to, wait } => {
            say("step.postponed", [("queue", queue(to.id)), ("waited", Arg::Span(*wait))])
        }
        StepKind::Due { queue: to } => say("step.due", [("queue", queue(to.id))]),
        StepKind::Retried { attempt } => say("step.retried", [n(*attempt)]),
        StepKind::Dead => say("step.dead", []),
        StepKind::Committed { offset } => say("step.committed", [at(*offset)]),
    }
}

fn decided_key(end: TransactionEnd) -> &'static str {
    match end {
        TransactionEnd::Commit => "step.decided_commit",
        TransactionEnd::RollBack => "step.decided_rollback",
        TransactionEnd::Unknown => "step.decided_unknown",
        TransactionEnd::Never => "step.decided_never",
    }
}

/// A route is worded after its reason: it can be that of another topic, which stands in for it.
fn route_key(scene: &Scene<'_>, step: &Step) -> String {
    let why = reason(scene.seen.cast(), step.why);
    why.map_or_else(|| "step.route".to_owned(), |why| why.sentence.key.replace("why.", "step."))
}

fn filter(with_tag: &str, without: &str, content: Option<&Content>) -> Words {
    match content.and_then(|content| content.tag) {
        Some(tag) => say(with_tag, [("tag", text(tag.as_str()))]),
        None => say(without, []),
    }
}

/// The brokers of a world.
fn brokers(scene: &Scene<'_>) -> String {
    use crate::facts::NodeRole;
    let nodes = scene.seen.cast().nodes.iter();
    let brokers = nodes.filter(|(_, profile)| profile.role == NodeRole::Broker);
    brokers.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// `q0 to q3` where ids follow each other, else all of them.
fn range(ids: &[u32]) -> String {
    let mut ids = ids.to_vec();
    order::naturally(&mut ids);
    ids.dedup();
    let follow = ids.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    match (ids.as_slice(), follow) {
        ([first, .., last], true) => format!("q{first} to q{last}"),
        (all, _) => all.iter().map(|id| format!("q{id}")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn queues_that_follow_each_other_are_a_range() {
        assert_eq!(range(&[2, 0, 1, 3]), "q0 to q3");
        assert_eq!(range(&[1]), "q1");
        assert_eq!(range(&[3, 0]), "q0, q3");
    }
}
