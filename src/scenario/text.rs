//! The texts that a scenario comes from: its file, and the values that were changed from outside.
//! One range of bytes runs through all of them, so that every value knows where it was written.

use std::ops::Range;

use super::error::{Fault, Place, ScenarioError};
use super::tweak::Tweak;

pub(super) struct Sources<'a> {
    text: &'a str,
    tweaks: &'a [Tweak<'a>],
}

impl<'a> Sources<'a> {
    pub(super) fn new(text: &'a str, tweaks: &'a [Tweak<'a>]) -> Self {
        Self { text, tweaks }
    }

    /// Tweaks, each with the place where its value begins.
    pub(super) fn tweaks(&self) -> impl Iterator<Item = (usize, Tweak<'a>)> + '_ {
        let mut start = self.text.len() + 1;
        self.tweaks.iter().map(move |tweak| {
            let place = start;
            start += tweak.value.len() + 1;
            (place, *tweak)
        })
    }

    /// What was written there.
    pub(super) fn written(&self, span: &Range<usize>) -> &'a str {
        let (start, text) = self.holder(span).map_or((0, self.text), |(at, t)| (at, t.value));
        text.get(span.start - start..span.end - start).unwrap_or_default()
    }

    pub(super) fn error(&self, fault: Fault) -> ScenarioError {
        let Fault { span, finding, cure } = fault;
        let place = match self.holder(&span) {
            Some((_, tweak)) => Place::Tweak { path: tweak.path.to_owned() },
            None => self.place(span.start),
        };
        ScenarioError { place, finding, cure }
    }

    /// The tweak that a range lies in.
    fn holder(&self, span: &Range<usize>) -> Option<(usize, Tweak<'a>)> {
        self.tweaks().take_while(|(start, _)| *start <= span.start).last()
    }

    fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let count = |number: usize| u32::try_from(number + 1).expect("a file is below 4 GiB");
        let line = count(before.matches('\n').count());
        Place::Text { line, column: count(before[line_start..].chars().count()) }
    }
}
