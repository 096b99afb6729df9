//! Words: keys of the page's texts with their arguments.

use crate::facts::{Unit, Vocabulary, Why as Reason};
use crate::observation::cast::Cast;
use crate::session::frame::{Arg, Why, Words};

/// A text by its key.
pub(super) fn say<const N: usize>(key: &str, args: [(&str, Arg); N]) -> Words {
    let args = args.map(|(name, arg)| (name.to_owned(), arg));
    Words { key: key.to_owned(), args: args.into() }
}

/// A name as it is.
pub(super) fn text(name: &str) -> Arg {
    Arg::Text(name.to_owned())
}

/// `m17`.
pub(super) fn message(number: Option<u32>) -> Arg {
    Arg::Text(number.map_or_else(|| "–".to_owned(), |number| format!("m{number}")))
}

/// `q3`.
pub(super) fn queue(id: u32) -> Arg {
    Arg::Text(format!("q{id}"))
}

/// A reason as data of the page: its sentence, and the setting behind it.
pub(super) fn why(cast: &Cast, reason: Reason, question: Words) -> Why {
    let entry = cast.vocabulary.reason(reason.reason);
    let switch = entry.setting.is_some_and(|setting| setting.unit == Unit::Switch);
    let value = if switch {
        Arg::Text((reason.value != 0).to_string())
    } else {
        Arg::Count(u64::from(reason.value))
    };
    let setting = entry.setting.map(|s| (s.name.to_owned(), written(s.unit, reason.value)));
    let sentence = say(&format!("why.{}", entry.key), [("value", value)]);
    Why { question, sentence, setting }
}

/// The reason of an event line: no question.
pub(super) fn reason(cast: &Cast, reason: Option<Reason>) -> Option<Why> {
    reason.filter(|why| has(&cast.vocabulary, *why)).map(|why_| why(cast, why_, Words::default()))
}

fn has(vocabulary: &Vocabulary, why: Reason) -> bool {
    usize::from(why.reason.0) < vocabulary.reasons.len()
}

/// A setting's value as written: in its own unit, groups of three with thin spaces.
fn written(unit: Unit, value: u32) -> String {
    match unit {
        Unit::Millis => format!("{} ms", grouped(value)),
        Unit::Count => grouped(value),
        Unit::Bytes => format!("{} B", grouped(value)),
        Unit::Switch => (value != 0).to_string(),
    }
}

fn grouped(value: u32) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_in_their_own_unit() {
        assert_eq!(written(Unit::Millis, 20_000), "20\u{2009}000 ms");
        assert_eq!(written(Unit::Count, 999), "999");
        assert_eq!(written(Unit::Bytes, 4_194_304), "4\u{2009}194\u{2009}304 B");
        assert_eq!(written(Unit::Switch, 0), "false");
    }
}
