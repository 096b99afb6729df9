//! The selected message's journey, made by replay with recording on.
//!
//! A copy of the stage from before the message was sent runs ahead of the page, in slices, until
//! the journey is complete or the scenario ends. The last one is kept, so that stepping costs
//! nothing.

use std::rc::Rc;

use crate::facts::{Content, MsgKey};
use crate::kernel::name::Name;
use crate::observation::journey::{Journey, Recorder};

use super::checkpoints::Checkpoints;
use super::stage::{Stage, Stop};

/// Events that a first look replays at most, and every further one.
const FIRST: u64 = 300_000;
const FURTHER: u64 = 100_000;

/// A journey that is being made.
pub(super) struct Replay {
    lane: usize,
    number: u32,
    stage: Stage,
    journey: Journey,
    key: Option<MsgKey>,
    topic: Option<Name>,
    content: Option<Content>,
    exhausted: bool,
}

/// Journeys of the run: the last one that was asked for.
#[derive(Default)]
pub(super) struct Journeys {
    replay: Option<Replay>,
}

impl Journeys {
    /// The journey of a message, as far as this call's share of work brings it.
    pub(super) fn of(
        &mut self,
        lane: usize,
        number: u32,
        checkpoints: &Checkpoints,
        end: u64,
    ) -> Option<&Replay> {
        let kept = self.replay.take().filter(|old| old.lane == lane && old.number == number);
        let mut replay = match kept {
            Some(replay) => replay,
            None => {
                let mut replay = begin(lane, number, checkpoints)?;
                replay.go_on(FIRST, end);
                replay
            }
        };
        replay.go_on(FURTHER, end);
        self.replay = Some(replay);
        self.replay.as_ref()
    }

    /// The last journey that was asked for.
    pub(super) fn newest(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }
}

fn begin(lane: usize, number: u32, checkpoints: &Checkpoints) -> Option<Replay> {
    let early = |stage: &Stage| {
        stage.lanes().get(lane).is_some_and(|lane| lane.seen().numbering.count() < number)
    };
    let mut stage = checkpoints.last_where(early).clone();
    let target = stage.lanes_mut().get_mut(lane)?;
    let cast = Rc::clone(target.seen().cast());
    target.record(Some(Recorder::new(number, cast)));
    let (journey, exhausted) = (Journey::default(), false);
    Some(Replay { lane, number, stage, journey, key: None, topic: None, content: None, exhausted })
}

impl Replay {
    /// The journey so far.
    pub(super) fn journey(&self) -> &Journey {
        &self.journey
    }

    /// The message, once it was called for.
    pub(super) fn key(&self) -> Option<MsgKey> {
        self.key
    }

    /// Its topic.
    pub(super) fn topic(&self) -> Option<Name> {
        self.topic
    }

    /// What it holds.
    pub(super) fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// True where more work would bring more steps.
    pub(super) fn goes_on(&self) -> bool {
        !self.journey.complete && !self.exhausted
    }

    fn go_on(&mut self, budget: u64, end: u64) {
        let mut left = budget;
        while left > 0 && self.goes_on() {
            let slice = left.min(256);
            let events = self.stage.advance(Stop { time: end, ordinal: u64::MAX }, slice);
            left -= slice;
            self.exhausted = events < slice;
            self.take_over();
        }
    }

    fn take_over(&mut self) {
        let lane = &self.stage.lanes()[self.lane];
        let Some(recorder) = &lane.seen().recorder else { return };
        if recorder.journey().steps.len() != self.journey.steps.len() || self.key.is_none() {
            self.journey = recorder.journey().clone();
            self.topic = recorder.topic();
        }
        self.journey.complete = recorder.journey().complete;
        self.key = recorder.key();
        if self.content.is_none() {
            self.content = self.key.and_then(|key| lane.content(key));
        }
    }
}
