//! The card of a message: what it is, where its time went, its journey, and the reason of its
//! longest wait.

use crate::facts::Content;
use crate::observation::journey::{self, Journey, PhaseKind, StepKind, phases};
use crate::observation::messages::flag;
use crate::session::frame::{Arg, Inspector, MessageCard, Phase, Step, StoredAt, Why};
use crate::session::journeys::Replay;
use crate::session::run::Run;

use super::Scene;
use super::say::{reason, say, why};

impl Run {
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn message_card(&self, scene: &Scene<'_>, number: u32) -> Inspector {
        let Some(replay) = self.journeys.newest() else { return Inspector::Nothing };
        if replay.key().is_none() {
            return Inspector::Nothing;
        }
        let journey = replay.journey();
        let content = replay.content();
        let topic = replay.topic();
        let tone = topic.and_then(|name| scene.seen.cast().topics.iter().position(|t| *t == name));
        let current = self.current_step().and_then(|step| u32::try_from(step).ok());
        let total = journey
            .total()
            .filter(|total| journey.called.is_some_and(|called| called + total <= scene.now));
        let optional = |text: Option<&str>| text.map(str::to_owned);
        Inspector::Message(Box::new(MessageCard {
            lane: scene.lane,
            number,
            body: content.map_or_else(String::new, |content| content.body.clone()),
            topic: topic.map_or_else(String::new, |topic| topic.as_str().to_owned()),
            tone: tone.and_then(|tone| u8::try_from(tone).ok()).unwrap_or(u8::MAX),
            tag: optional(content.and_then(|content| content.tag).map(|tag| tag.as_str())),
            keys: content.and_then(|content| content.keys.clone()),
            unique_key: content.map_or_else(String::new, |content| content.unique_key.clone()),
            stored: stored(scene, number),
            total,
            phases: parts(journey, scene.now),
            steps: steps(scene, journey, content),
            current,
            why: longest(scene, replay),
        }))
    }
}

fn stored(scene: &Scene<'_>, number: u32) -> Option<StoredAt> {
    let record = scene.seen.messages.record(number);
    if record.flags & flag::STORED == 0 {
        return None;
    }
    let place = scene.seen.places.queues()[record.queue as usize];
    Some(StoredAt {
        broker: scene.seen.cast().name(place.queue.broker).to_owned(),
        queue: place.queue.id,
        offset: u64::from(record.offset),
        size: record.size,
        physical: record.physical,
    })
}

fn parts(journey: &Journey, now: u64) -> Vec<Phase> {
    let parts = phases(journey, now);
    let longest = parts.iter().map(|part| part.span).max().unwrap_or(0);
    let phase = |part: &journey::Phase| Phase {
        words: say(phase_key(part.kind), []),
        span: part.span,
        longest: part.span == longest,
    };
    parts.iter().map(phase).collect()
}

fn phase_key(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::Sending => "phase.sending",
        PhaseKind::NoRoute => "phase.no_route",
        PhaseKind::Joining => "phase.joining",
        PhaseKind::InQueue => "phase.in_queue",
        PhaseKind::InConsumer => "phase.in_consumer",
        PhaseKind::Waiting => "phase.waiting",
        PhaseKind::Listening => "phase.listening",
    }
}

fn steps(scene: &Scene<'_>, journey: &Journey, content: Option<&Content>) -> Vec<Step> {
    let one = |(step, wait): (&journey::Step, Option<u64>)| Step {
        ordinal: step.ordinal,
        at: step.at,
        wait,
        side: step.kind.is_side(),
        words: super::steps::words(scene, step, content),
        why: reason(scene.seen.cast(), step.why),
    };
    journey.steps.iter().zip(journey.waits()).map(one).collect()
}

/// The reason of the longest wait so far; a wait that still goes on has the reason that will end
/// it.
fn longest(scene: &Scene<'_>, replay: &Replay) -> Option<Why> {
    let journey = replay.journey();
    let called = journey.called.filter(|called| *called <= scene.now)?;
    let mut last = called;
    let mut longest: Option<(u64, &journey::Step)> = None;
    for step in journey.steps.iter().filter(|step| !step.kind.is_side()) {
        let span = step.at.min(scene.now) - last;
        if longest.is_none_or(|(most, _)| span > most) {
            longest = Some((span, step));
        }
        if step.at > scene.now {
            break;
        }
        last = step.at;
    }
    let (span, step) = longest?;
    let question = say(question_key(&step.kind), [("span", Arg::Span(span))]);
    let cast = scene.seen.cast();
    match step.why {
        Some(reason) => Some(why(cast, reason, question)),
        None => plain_reason(scene, step, question),
    }
}

/// Where the engine gives no reason because there is nothing to decide: the work itself took so
/// long.
fn plain_reason(
    scene: &Scene<'_>,
    step: &journey::Step,
    question: crate::session::frame::Words,
) -> Option<Why> {
    let threads = scene.seen.cast().node(step.node).map_or(0, |(_, profile)| profile.threads.0);
    let key = match step.kind {
        StepKind::Consuming { .. } => "reason.threads_busy",
        StepKind::Consumed => "reason.listener",
        StepKind::Stored { created: true, .. } => "reason.topic_made",
        StepKind::Stored { .. } => "reason.stored",
        StepKind::Connected { .. } => "reason.connected",
        StepKind::Dispatched { .. } => "reason.dispatched",
        StepKind::Delivered => "reason.flight",
        StepKind::Route { .. }
        | StepKind::QueueChosen { .. }
        | StepKind::Admitted { .. }
        | StepKind::Refused { .. }
        | StepKind::Resent { .. }
        | StepKind::Safe { .. }
        | StepKind::Acknowledged { .. }
        | StepKind::Failed
        | StepKind::Unawaited
        | StepKind::Decided { .. }
        | StepKind::ConsumerRoute { .. }
        | StepKind::Rebalance { .. }
        | StepKind::Owned { .. }
        | StepKind::Released
        | StepKind::Unthrottled
        | StepKind::Asked { .. }
        | StepKind::Woken
        | StepKind::ReadFromDisk { .. }
        | StepKind::Answered { .. }
        | StepKind::FilteredOut
        | StepKind::Skipped
        | StepKind::Locked { .. }
        | StepKind::NotConsumed
        | StepKind::Cleaned
        | StepKind::PopExpired
        | StepKind::GiveBackFailed
        | StepKind::Postponed { .. }
        | StepKind::Due { .. }
        | StepKind::Retried { .. }
        | StepKind::Dead
        | StepKind::Committed { .. } => return None,
    };
    let sentence = say(key, [("threads", Arg::Count(u64::from(threads)))]);
    Some(Why { question, sentence, setting: None })
}

fn question_key(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Route { .. }
        | StepKind::Connected { .. }
        | StepKind::QueueChosen { .. }
        | StepKind::Admitted { .. }
        | StepKind::Refused { .. }
        | StepKind::Resent { .. }
        | StepKind::Stored { again: false, .. }
        | StepKind::Dispatched { .. }
        | StepKind::Safe { .. }
        | StepKind::Acknowledged { .. }
        | StepKind::Unawaited
        | StepKind::Failed => "question.sending",
        StepKind::ConsumerRoute { .. }
        | StepKind::Rebalance { .. }
        | StepKind::Owned { .. }
        | StepKind::Decided { .. }
        | StepKind::Released
        | StepKind::Unthrottled
        | StepKind::Asked { .. }
        | StepKind::Woken
        | StepKind::ReadFromDisk { .. }
        | StepKind::Answered { .. }
        | StepKind::Delivered
        | StepKind::Locked { .. }
        | StepKind::FilteredOut
        | StepKind::Skipped => "question.in_queue",
        StepKind::Stored { again: true, .. }
        | StepKind::GiveBackFailed
        | StepKind::Postponed { .. }
        | StepKind::Due { .. }
        | StepKind::Retried { .. }
        | StepKind::Dead => "question.retry",
        StepKind::Consuming { .. } => "question.in_consumer",
        StepKind::NotConsumed
        | StepKind::Cleaned
        | StepKind::PopExpired
        | StepKind::Consumed
        | StepKind::Committed { .. } => "question.listening",
    }
}
