//! The questions before the run, and their answers after it.

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::session::frame::{Arg, Frame, Question};
use crate::session::protocol::Tweak;
use crate::ui::markup::{classes, html, text};
use crate::ui::part::{Part, Shot};
use crate::view::compare::questions::{self, Outcome, Quiz, State, Verdict};
use crate::view::guide::toml_value;
use crate::view::words::{fill, name};

/// Properties of the part.
#[derive(PartialEq)]
pub struct QuestionProps {
    /// What is asked about.
    pub frame: Shot,
    /// Changes settings and runs again at the present position.
    pub on_tweak: Callback<Vec<Tweak>>,
    /// Starts the run.
    pub on_play: Callback<()>,
}

impl Part for QuestionProps {
    const NAME: &'static str = "questions";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_question_card(self).run(hooks)
    }
}

/// Answered questions, and the card of those that are open.
#[hook]
fn use_question_card(props: &QuestionProps) -> Html {
    let kept = use_state_eq(Quiz::default);
    let frame = &props.frame;
    let quiz = kept.seen(frame);
    {
        let kept = kept.clone();
        use_effect_with(quiz.clone(), move |quiz| kept.set(quiz.clone()));
    }
    let open = quiz.open(frame);
    let on_quiz = Callback::from(move |quiz: Quiz| kept.set(quiz));
    html! {
        <>
            { answers(frame, &quiz) }
            if !open.is_empty() {
                { card(props, &quiz, &open, &on_quiz) }
            }
        </>
    }
}

/// What was answered, and what the run says.
fn answers(frame: &Frame, quiz: &Quiz) -> Html {
    let told = frame.run.questions.iter().zip(&quiz.states);
    let told: Vec<Html> = told
        .filter_map(|(question, state)| {
            let verdict = state.verdict.as_ref()?;
            Some(answer(frame, question, state, verdict))
        })
        .collect();
    if told.is_empty() {
        return html! {};
    }
    html! { <ol class="answers" aria-live="polite">{ for told }</ol> }
}

fn answer(frame: &Frame, question: &Question, state: &State, verdict: &Verdict) -> Html {
    let title = |index: usize| {
        let lane = frame.lanes.get(index).map(|lane| lane.title.to_ascii_lowercase());
        name(lane.unwrap_or_default())
    };
    // Only a single request is called a request.
    let count = Arg::Count(if verdict.figure == "1" { 1 } else { 2 });
    let figure = name(verdict.figure.as_str());
    let args = [("lane", title(verdict.right)), ("figure", figure), ("n", count)];
    let measure = &question.measure;
    let (class, said) = match questions::outcome(state, verdict) {
        Outcome::Right => ("is-right", fill(&format!("compare.right.{measure}"), &args)),
        Outcome::Skipped => ("is-skipped", fill(&format!("compare.skipped.{measure}"), &args)),
        Outcome::Wrong(option) => {
            let [lane, figure, count] = args;
            let args = [lane, figure, count, ("said", title(usize::from(option)))];
            ("is-wrong", fill(&format!("compare.wrong.{measure}"), &args))
        }
    };
    html! {
        <li class={classes!("answer", class)} data-testid="answer">
            <svg class="answer-mark" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
                <path d="M6 10.5 9 13.5 14 7.5" />
            </svg>
            <b>{ &question.text }</b>
            <span>{ said }</span>
        </li>
    }
}

fn card(props: &QuestionProps, quiz: &Quiz, open: &[usize], on_quiz: &Callback<Quiz>) -> Html {
    let questions = &props.frame.run.questions;
    let ready = quiz.ready(open);
    html! {
        <section class="question" aria-label={questions[open[0]].heading.clone()}>
            <p class="question-heading">{ &questions[open[0]].heading }</p>
            for index in open {
                { ask(&questions[*index], *index, quiz, on_quiz) }
            }
            <div class="question-acts">
                <button class="button question-go" type="button" disabled={!ready}
                    title={(!ready).then(|| text("compare.answer_first"))}
                    onclick={go(props, quiz, open, on_quiz)}>
                    <svg width="10" height="12" viewBox="0 0 10 12" aria-hidden="true">
                        <path d="M1 1 9 6 1 11z" />
                    </svg>
                    { text(go_key(props, open)) }
                </button>
                <button class="question-skip" type="button" onclick={skip(quiz, open, on_quiz)}>
                    { text("compare.skip") }
                </button>
            </div>
        </section>
    }
}

/// A question about another load shows it; the first ones begin the run.
fn go_key(props: &QuestionProps, open: &[usize]) -> &'static str {
    if at_load(props, open).is_some() { "compare.show" } else { "compare.play" }
}

/// One question: nothing is chosen before.
fn ask(question: &Question, index: usize, quiz: &Quiz, on_quiz: &Callback<Quiz>) -> Html {
    html! {
        <fieldset>
            <legend>{ &question.text }</legend>
            for (option, label) in (0_u8..).zip(&question.options) {
                <label class="option">
                    { radio(quiz, index, option, on_quiz) }
                    { label }
                </label>
            }
        </fieldset>
    }
}

/// Whether it is chosen is not an attribute, so Yew itself writes it.
fn radio(quiz: &Quiz, index: usize, option: u8, on_quiz: &Callback<Quiz>) -> Html {
    yew::html! {
        <input type="radio" name={format!("question-{index}")}
            checked={quiz.states[index].picked == Some(option)}
            onchange={pick(quiz, index, option, on_quiz)} />
    }
}

fn pick(quiz: &Quiz, index: usize, option: u8, on_quiz: &Callback<Quiz>) -> Callback<Event> {
    let quiz = quiz.clone();
    on_quiz.reform(move |_: Event| quiz.clone().picked(index, option))
}

fn skip(quiz: &Quiz, open: &[usize], on_quiz: &Callback<Quiz>) -> Callback<MouseEvent> {
    let (quiz, open) = (quiz.clone(), open.to_vec());
    on_quiz.reform(move |_: MouseEvent| quiz.clone().over(&open, true))
}

/// The load that the open question is about.
fn at_load(props: &QuestionProps, open: &[usize]) -> Option<f64> {
    props.frame.run.questions[open[0]].at_load
}

/// Sets the load that is asked about, and plays.
fn go(
    props: &QuestionProps,
    quiz: &Quiz,
    open: &[usize],
    on_quiz: &Callback<Quiz>,
) -> Callback<MouseEvent> {
    let over = quiz.clone().over(open, false);
    let slider = props.frame.run.sliders.iter().find(|slider| slider.load);
    let tweaks = at_load(props, open).zip(slider).map(|(load, slider)| {
        let value = toml_value(slider, load);
        let tweak = |path: &String| Tweak { path: path.clone(), value: value.clone() };
        slider.paths.iter().map(tweak).collect::<Vec<_>>()
    });
    let (on_tweak, on_play, on_quiz) =
        (props.on_tweak.clone(), props.on_play.clone(), on_quiz.clone());
    Callback::from(move |_: MouseEvent| {
        on_quiz.emit(over.clone());
        if let Some(tweaks) = &tweaks {
            on_tweak.emit(tweaks.clone());
        }
        on_play.emit(());
    })
}
