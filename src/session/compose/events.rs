//! The event list: the newest facts in words.

use crate::facts::{AnswerCode, Fact, SendMode, SendOutcome, TransactionEnd};
use crate::kernel::actor::NodeId;
use crate::kernel::order;
use crate::observation::journal::Entry;
use crate::observation::seen::parts;
use crate::session::frame::{Arg, EventLine, Words};
use crate::session::protocol::Selection;

use super::Scene;
use super::say::{message, queue, reason, text};

/// Lines of the list at most.
const LINES: usize = 16;

/// The newest events of all lanes, newest last.
pub(super) fn recent(scenes: &[Scene<'_>]) -> Vec<EventLine> {
    let mut lines: Vec<EventLine> =
        scenes.iter().flat_map(|scene| newest(scene, is_news, LINES)).collect();
    order::by_key(&mut lines, |line| line.ordinal);
    lines.split_off(lines.len().saturating_sub(LINES))
}

/// The newest events of a lane that satisfy `wanted`, newest last.
pub(super) fn newest(
    scene: &Scene<'_>,
    wanted: impl Fn(&Entry) -> bool,
    most: usize,
) -> Vec<EventLine> {
    let entries = scene.seen.journal.entries().rev();
    let entries = entries.filter(|entry| {
        is_told(&entry.fact) && is_about_what_is_shown(scene, entry) && wanted(entry)
    });
    let mut lines: Vec<EventLine> = entries.take(most).map(|entry| line(scene, entry)).collect();
    lines.reverse();
    lines
}

fn line(scene: &Scene<'_>, entry: &Entry) -> EventLine {
    let lane = scene.lane;
    let node = Selection::Node { lane, node: entry.node.0 };
    let queue = entry.queue.and_then(|queue| scene.queue(queue as usize));
    let selects = match (entry.message, queue) {
        (Some(number), _) => Selection::Message { lane, number },
        (None, Some(queue)) => Selection::Queue { lane, queue },
        (None, None) => node,
    };
    EventLine {
        lane,
        ordinal: entry.ordinal,
        at: entry.at,
        words: words(scene, entry),
        why: reason(scene.seen.cast(), parts(&entry.fact).why),
        selects: Some(selects),
    }
}

/// Facts that only repeat what another one says, or that come all the time, are not told.
fn is_told(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::Flushed { .. }
            | Fact::Replicated { .. }
            | Fact::AskArrived { .. }
            | Fact::Sent { .. }
            | Fact::Rebalanced { .. }
            | Fact::Unthrottled { .. }
            | Fact::Delivered { .. }
    )
}

/// Heartbeats are told on the card of their node only.
fn is_news(entry: &Entry) -> bool {
    !matches!(entry.fact, Fact::HeartbeatSent { .. })
}

/// A topic that nobody planned (one for retries) is told of from its first message on.
fn is_about_what_is_shown(scene: &Scene<'_>, entry: &Entry) -> bool {
    let about = parts(&entry.fact);
    let places = &scene.seen.places;
    about.queue.map(|queue| queue.topic).or(about.topic).is_none_or(|topic| {
        let shown = |index: &usize| places.topics()[*index].name == topic;
        scene.seen.cast().topics.contains(&topic) || places.shown().iter().any(shown)
    })
}

/// A fact in words: its text takes what it needs of the arguments.
fn words(scene: &Scene<'_>, entry: &Entry) -> Words {
    let cast = scene.seen.cast();
    let about = parts(&entry.fact);
    let topic = about.queue.map(|queue| queue.topic).or(about.topic);
    let mut args = vec![("node", text(cast.name(entry.node)))];
    args.extend(entry.message.map(|number| ("message", message(Some(number)))));
    args.extend(about.queue.map(|of| ("queue", queue(of.id))));
    args.extend(topic.map(|topic| ("topic", text(topic.as_str()))));
    args.extend(about.group.map(|group| ("group", text(group.as_str()))));
    args.extend(peer(&entry.fact).map(|peer| ("peer", text(cast.name(peer)))));
    args.extend(figure(&entry.fact));
    let args = args.into_iter().map(|(name, arg)| (name.to_owned(), arg)).collect();
    Words { key: key(&entry.fact).to_owned(), args }
}

/// The text of each fact. One line each, so that a new fact is looked at.
#[expect(clippy::too_many_lines, reason = "one list of all facts")]
fn key(fact: &Fact) -> &'static str {
    match fact {
        Fact::ProcessStarted => "event.started",
        Fact::ProcessStopping => "event.stopping",
        Fact::ProcessStopped => "event.stopped",
        Fact::Connected { .. } => "event.connected",
        Fact::Disconnected { .. } => "event.disconnected",
        Fact::BrokerRegistered { .. } => "event.registered",
        Fact::BrokerForgotten { .. } => "event.forgotten",
        Fact::RouteAsked { .. } => "event.route_asked",
        Fact::RouteAnswered { queues: 0, .. } => "event.no_route",
        Fact::RouteAnswered { .. } => "event.route",
        Fact::TopicCreated { .. } => "event.topic_created",
        Fact::Called { mode, .. } => called_key(*mode),
        Fact::Decided { end, .. } => decided_key(*end),
        Fact::Withheld { .. } => "event.withheld",
        Fact::Gathered { .. } => "event.gathered",
        Fact::Replied { .. } => "event.replied",
        Fact::Unreplied { .. } => "event.unreplied",
        Fact::CalledBack { .. } => "event.called_back",
        Fact::ReplySent { .. } => "event.reply_sent",
        Fact::Unawaited { .. } => "event.unawaited",
        Fact::BrokerAvoided { .. } => "event.broker_avoided",
        Fact::BrokerTrusted { .. } => "event.broker_trusted",
        Fact::QueueChosen { .. } => "event.queue_chosen",
        Fact::Sent { .. } => "event.sent",
        Fact::Admitted { waited, .. } if waited.as_nanos() == 0 => "event.admitted_at_once",
        Fact::Admitted { .. } => "event.admitted",
        Fact::Stored { .. } => "event.stored",
        Fact::Dispatched { .. } => "event.dispatched",
        Fact::Refused { .. } => "event.refused",
        Fact::Acknowledged { .. } => "event.acknowledged",
        Fact::Resent { .. } => "event.resent",
        Fact::Failed { .. } => "event.failed",
        Fact::HeartbeatSent { .. } => "event.heartbeat",
        Fact::MembersChanged { .. } => "event.members",
        Fact::Notified { .. } => "event.notified",
        Fact::RebalanceBegan { .. } => "event.rebalance",
        Fact::RebalanceSkipped { .. } => "event.rebalance_skipped",
        Fact::Rebalanced { .. } => "event.rebalanced",
        Fact::Owned { .. } => "event.owned",
        Fact::Released { .. } => "event.released",
        Fact::Asked { .. } => "event.asked",
        Fact::AskArrived { .. } => "event.ask_arrived",
        Fact::Held { .. } => "event.held",
        Fact::Woken { .. } => "event.woken",
        Fact::ReadFromDisk { .. } => "event.read_from_disk",
        Fact::Skipped { .. } => "event.skipped",
        Fact::Answered { count: 0, code, .. } => answer_key(*code),
        Fact::Answered { .. } => "event.answered",
        Fact::Received { count: 0, .. } => "event.received_nothing",
        Fact::Received { .. } => "event.received",
        Fact::Delivered { .. } => "event.delivered",
        Fact::FilteredOut { .. } => "event.filtered",
        Fact::Throttled { .. } => "event.throttled",
        Fact::Unthrottled { .. } => "event.unthrottled",
        Fact::Consuming { .. } => "event.consuming",
        Fact::Consumed { .. } => "event.consumed",
        Fact::Locked { .. } => "event.locked",
        Fact::NotLocked { .. } => "event.not_locked",
        Fact::Unlocked { .. } => "event.unlocked",
        Fact::ReleaseAwaited { .. } => "event.release_awaited",
        Fact::ResetAwaited { .. } => "event.reset_awaited",
        Fact::OffsetSet { .. } => "event.offset_set",
        Fact::Polled { count: 0, .. } => "event.polled_nothing",
        Fact::Polled { .. } => "event.polled",
        Fact::Noted { .. } => "event.noted",
        Fact::SeekFailed { .. } => "event.seek_failed",
        Fact::HandedDirectly { .. } => "event.handed_directly",
        Fact::Acted { checked: false, .. } => "event.acted",
        Fact::Acted { checked: true, .. } => "event.acted_once",
        Fact::NotConsumed { .. } => "event.not_consumed",
        Fact::PopExpired { .. } => "event.pop_expired",
        Fact::Cleaned { .. } => "event.cleaned",
        Fact::GiveBackFailed { .. } => "event.give_back_failed",
        Fact::Retried { .. } => "event.retried",
        Fact::Dead { .. } => "event.dead",
        Fact::Postponed { wait, .. } if wait.as_nanos() == 0 => "event.undecided",
        Fact::Postponed { .. } => "event.postponed",
        Fact::Due { .. } => "event.due",
        Fact::Settled { .. } => "event.settled",
        Fact::Committed { .. } => "event.committed",
        Fact::Flushed { .. } => "event.flushed",
        Fact::Recovered { .. } => "event.recovered",
        Fact::Deleted { .. } => "event.deleted",
        Fact::WritingForbidden { .. } => "event.writing_forbidden",
        Fact::WritingAllowed { .. } => "event.writing_allowed",
        Fact::SafetyAwaited { .. } => "event.safety_awaited",
        Fact::SafetyEnded { .. } => "event.safety_ended",
        Fact::ReplicaConnected { .. } => "event.replica_connected",
        Fact::ReplicaCaughtUp { .. } => "event.replica_caught_up",
        Fact::ReplicaLost { .. } => "event.replica_lost",
        Fact::Replicated { .. } => "event.replicated",
        Fact::ConfigCopied { .. } => "event.config_copied",
        Fact::CallEnded { .. } => "event.call_ended",
        Fact::Elected { .. } => "event.elected",
        Fact::StandsIn { .. } => "event.stands_in",
        Fact::StandsBack { .. } => "event.stands_back",
        Fact::Escaped { .. } => "event.escaped",
        Fact::Leaderless { .. } => "event.leaderless",
        Fact::InSync { .. } => "event.in_sync",
        Fact::Leads { .. } => "event.leads",
        Fact::Follows { .. } => "event.follows",
        Fact::LogCut { .. } => "event.log_cut",
    }
}

fn called_key(mode: SendMode) -> &'static str {
    match mode {
        SendMode::Sync => "event.called",
        SendMode::Async => "event.called_async",
        SendMode::OneWay => "event.called_one_way",
        SendMode::Batch { .. } => "event.called_batch",
        SendMode::Request => "event.called_request",
        SendMode::Transaction => "event.called_transaction",
    }
}

fn decided_key(end: TransactionEnd) -> &'static str {
    match end {
        TransactionEnd::Commit => "event.decided_commit",
        TransactionEnd::RollBack => "event.decided_rollback",
        TransactionEnd::Unknown => "event.decided_unknown",
        TransactionEnd::Never => "event.decided_never",
    }
}

/// The other node that a fact names.
fn peer(fact: &Fact) -> Option<NodeId> {
    if let Fact::Connected { peer }
    | Fact::Disconnected { peer, .. }
    | Fact::HeartbeatSent { peer, .. }
    | Fact::BrokerRegistered { broker: peer, .. }
    | Fact::BrokerForgotten { broker: peer, .. }
    | Fact::ReplicaConnected { replica: peer, .. }
    | Fact::ReplicaCaughtUp { replica: peer, .. }
    | Fact::ReplicaLost { replica: peer, .. }
    | Fact::Elected { leader: peer, .. }
    | Fact::InSync { leader: peer, .. }
    | Fact::Follows { leader: peer, .. }
    | Fact::LogCut { leader: peer, .. }
    | Fact::BrokerAvoided { broker: peer, .. }
    | Fact::BrokerTrusted { broker: peer, .. }
    | Fact::ConfigCopied { from: peer, .. } = fact
    {
        return Some(*peer);
    }
    None
}

/// The figure that a fact names.
fn figure(fact: &Fact) -> Option<(&'static str, Arg)> {
    if let Fact::Stored { offset, .. }
    | Fact::Dispatched { offset, .. }
    | Fact::Owned { offset, .. }
    | Fact::Asked { offset, .. }
    | Fact::AskArrived { offset, .. }
    | Fact::ResetAwaited { offset, .. }
    | Fact::OffsetSet { offset, .. }
    | Fact::Noted { offset, .. }
    | Fact::SeekFailed { offset, .. }
    | Fact::Committed { offset, .. } = fact
    {
        return Some(("offset", Arg::Count(*offset)));
    }
    if let Fact::RouteAnswered { queues: n, .. }
    | Fact::TopicCreated { queues: n, .. }
    | Fact::MembersChanged { members: n, .. }
    | Fact::InSync { members: n, .. }
    | Fact::Elected { epoch: n, .. }
    | Fact::Leaderless { epoch: n, .. }
    | Fact::Leads { epoch: n, .. }
    | Fact::Follows { epoch: n, .. }
    | Fact::Rebalanced { owned: n, .. }
    | Fact::Skipped { count: n, .. }
    | Fact::Answered { count: n, .. }
    | Fact::Received { count: n, .. }
    | Fact::Polled { count: n, .. }
    | Fact::Called { mode: SendMode::Batch { of: n }, .. }
    | Fact::Resent { attempt: n, .. }
    | Fact::Retried { attempt: n, .. } = fact
    {
        return Some(("n", Arg::Count(u64::from(*n))));
    }
    if let Fact::Consuming { thread, .. } = fact {
        Some(("n", Arg::Count(u64::from(*thread) + 1)))
    } else if let Fact::Admitted { waited, .. }
    | Fact::Postponed { wait: waited, .. }
    | Fact::Replied { waited, .. }
    | Fact::ReadFromDisk { took: waited, .. }
    | Fact::BrokerAvoided { wait: waited, .. }
    | Fact::SafetyEnded { waited, .. } = fact
    {
        Some(("waited", Arg::Span(waited.as_nanos())))
    } else if let Fact::Refused { code, .. } = fact {
        Some(("code", Arg::Count(u64::from(*code))))
    } else if let Fact::Acknowledged { outcome, .. } = fact {
        Some(("outcome", text(outcome_name(*outcome))))
    } else if let Fact::Held { why, .. } = fact {
        Some(("most", Arg::Span(u64::from(why.value) * 1_000_000)))
    } else if let Fact::Flushed { bytes }
    | Fact::Deleted { bytes, .. }
    | Fact::Recovered { bytes, .. }
    | Fact::Replicated { bytes }
    | Fact::ReplicaConnected { bytes, .. }
    | Fact::ReplicaCaughtUp { bytes, .. }
    | Fact::ReplicaLost { bytes, .. }
    | Fact::LogCut { lost: bytes, .. } = fact
    {
        Some(("bytes", Arg::Bytes(*bytes)))
    } else {
        None
    }
}

fn answer_key(code: AnswerCode) -> &'static str {
    match code {
        AnswerCode::Found | AnswerCode::NothingNew => "event.answered_nothing",
        AnswerCode::NothingMatches => "event.answered_no_match",
        AnswerCode::OffsetMoved => "event.answered_moved",
        AnswerCode::Refused => "event.answered_refused",
    }
}

/// RocketMQ's own word for how a send ended.
pub(super) fn outcome_name(outcome: SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Ok => "SEND_OK",
        SendOutcome::FlushDiskTimeout => "FLUSH_DISK_TIMEOUT",
        SendOutcome::FlushSlaveTimeout => "FLUSH_SLAVE_TIMEOUT",
        SendOutcome::SlaveNotAvailable => "SLAVE_NOT_AVAILABLE",
    }
}
