//! Questions before the run: what was picked, when they are over, and what the run answered.
//!
//! Questions are asked in groups: those of the start together, each of a higher load alone. A group
//! is over when all were answered and the run was started, when it was skipped, or when the run
//! went on without.

use super::figures;
use crate::session::frame::{Frame, Question};
use crate::view::format;

/// What the run says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Index of the right lane.
    pub right: usize,
    /// The measured figure as written.
    pub figure: String,
}

/// One question's state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The picked option.
    pub picked: Option<u8>,
    /// It is not asked any more.
    pub over: bool,
    /// What the run answered; kept when another load is set.
    pub verdict: Option<Verdict>,
}

/// All questions of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quiz {
    scenario: String,
    /// The load at which the run began.
    load: Option<f64>,
    /// One per question of the run.
    pub states: Vec<State>,
}

impl Quiz {
    /// The quiz after a frame: new for another scenario, with the verdicts that the frame allows.
    pub fn seen(&self, frame: &Frame) -> Self {
        let mut quiz = if self.scenario == frame.run.scenario
            && self.states.len() == frame.run.questions.len()
        {
            self.clone()
        } else {
            Self {
                scenario: frame.run.scenario.clone(),
                load: load(frame),
                states: vec![State::default(); frame.run.questions.len()],
            }
        };
        let first = quiz.load;
        for (question, state) in frame.run.questions.iter().zip(&mut quiz.states) {
            let asked_at = question.at_load.or(first);
            let measured_here = same(asked_at, load(frame));
            let started = if question.at_load.is_some() { measured_here } else { true };
            state.over |= started && frame.now > 0;
            if measured_here && state.over {
                state.verdict = verdict(question, frame).or(state.verdict.take());
            }
        }
        quiz
    }

    /// The group that is asked now, as indices of questions.
    pub fn open(&self, frame: &Frame) -> Vec<usize> {
        let questions = frame.run.questions.iter().zip(&self.states).enumerate();
        let first = |(_, (question, state)): &(usize, (&Question, &State))| {
            question.at_load.is_none() && !state.over
        };
        let start: Vec<usize> = questions.clone().filter(first).map(|(index, _)| index).collect();
        if !start.is_empty() {
            return start;
        }
        // A higher load is a question only when the first answers were seen.
        let answered = questions
            .clone()
            .filter(|(_, (question, _))| question.at_load.is_none())
            .all(|(_, (_, state))| state.verdict.is_some());
        let next = questions
            .filter(|(_, (question, state))| question.at_load.is_some() && !state.over)
            .map(|(index, _)| index);
        if answered { next.take(1).collect() } else { Vec::new() }
    }

    /// Whether all questions of a group have an answer.
    pub fn ready(&self, group: &[usize]) -> bool {
        group.iter().all(|&index| self.states[index].picked.is_some())
    }

    /// With one option picked.
    pub fn picked(mut self, index: usize, option: u8) -> Self {
        self.states[index].picked = Some(option);
        self
    }

    /// With a group over; skipped questions keep no answer.
    pub fn over(mut self, group: &[usize], skipped: bool) -> Self {
        for &index in group {
            let state = &mut self.states[index];
            state.over = true;
            state.picked = state.picked.filter(|_| !skipped);
        }
        self
    }
}

/// The value of the load slider.
pub fn load(frame: &Frame) -> Option<f64> {
    frame.run.sliders.iter().find(|slider| slider.load).map(|slider| slider.value)
}

/// Loads are written with few decimals, so what differs by less is the same.
fn same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-6,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// What the run measured so far says.
fn verdict(question: &Question, frame: &Frame) -> Option<Verdict> {
    let right = usize::from(question.right?);
    let lane = frame.lanes.get(right)?;
    let figure = match question.measure.as_str() {
        "mean_wait" => (lane.asking.wait.count > 0).then(|| format::span(lane.asking.wait.mean))?,
        _ => short(&figures::figure(figures::requests_per_message(lane)?)),
    };
    Some(Verdict { right, figure })
}

/// In a sentence `4` reads better than `4.00`.
fn short(figure: &str) -> String {
    match figure.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some(_) | None => figure.to_owned(),
    }
}

/// How an answer turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Right,
    Wrong(u8),
    Skipped,
}

/// The outcome of a question with a verdict.
pub fn outcome(state: &State, verdict: &Verdict) -> Outcome {
    match state.picked {
        None => Outcome::Skipped,
        Some(option) if usize::from(option) == verdict.right => Outcome::Right,
        Some(option) => Outcome::Wrong(option),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    fn at_load(value: f64, right: Option<u8>) -> Frame {
        let mut frame = sample::pull_and_push();
        frame.run.sliders[0].value = value;
        frame.run.questions[2].right = right;
        frame
    }

    #[test]
    fn two_questions_first_and_none_is_picked() {
        let before = sample::pull_and_push_before();
        let quiz = Quiz::default().seen(&before);
        assert_eq!(quiz.open(&before), [0, 1]);
        assert!(!quiz.ready(&[0, 1]));
        let quiz = quiz.picked(0, 2);
        assert!(!quiz.ready(&[0, 1]));
        assert!(quiz.picked(1, 0).ready(&[0, 1]));
    }

    #[test]
    fn the_run_answers_and_then_the_load_is_asked_about() {
        let before = sample::pull_and_push_before();
        let quiz = Quiz::default().seen(&before).picked(0, 2).picked(1, 0).over(&[0, 1], false);
        assert_eq!(quiz.open(&before), Vec::<usize>::new());
        let frame = sample::pull_and_push();
        let quiz = quiz.seen(&frame);
        let verdicts: Vec<Verdict> =
            quiz.states.iter().filter_map(|state| state.verdict.clone()).collect();
        assert_eq!(outcome(&quiz.states[0], &verdicts[0]), Outcome::Right);
        assert_eq!(outcome(&quiz.states[1], &verdicts[1]), Outcome::Wrong(0));
        assert_eq!(quiz.open(&frame), [2]);
    }

    #[test]
    fn another_load_keeps_the_first_answers_and_gives_its_own() {
        let frame = sample::pull_and_push();
        let quiz = Quiz::default().seen(&frame);
        let first = quiz.states[0].verdict.clone();
        let mut higher = at_load(50.0, Some(2));
        higher.run.questions[0].right = Some(0);
        let quiz = quiz.picked(2, 2).over(&[2], false).seen(&higher);
        assert_eq!(quiz.states[0].verdict, first);
        let verdict = quiz.states[2].verdict.clone().expect("measured at this load");
        assert_eq!(outcome(&quiz.states[2], &verdict), Outcome::Right);
        assert_eq!(quiz.open(&higher), Vec::<usize>::new());
    }

    #[test]
    fn playing_on_without_an_answer_is_skipping() {
        let before = sample::pull_and_push_before();
        let quiz = Quiz::default().seen(&before).seen(&sample::pull_and_push());
        let verdict = quiz.states[0].verdict.clone().expect("measured");
        assert_eq!(outcome(&quiz.states[0], &verdict), Outcome::Skipped);
    }

    #[test]
    fn another_scenario_asks_anew() {
        let quiz = Quiz::default().seen(&sample::pull_and_push());
        assert_eq!(quiz.seen(&sample::first_program()).states, Vec::new());
    }
}
