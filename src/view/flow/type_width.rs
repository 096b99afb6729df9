//! How wide words are, about: the stage is laid out before the browser knows its letters.
//!
//! A little more than most systems' own typefaces take, so that what is said to fit does.

/// The looks of words that have to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// A node's name.
    Name,
    /// A topic's name.
    Topic,
    /// A line of a card.
    Small,
    /// A figure: all letters are as wide.
    Figure,
}

/// Widths of a narrow letter, a wide one, a capital or digit, and any other, px.
const fn letters(of: Type) -> [f64; 4] {
    match of {
        Type::Name => [4.6, 11.6, 8.8, 7.6],
        Type::Topic => [4.0, 10.4, 7.9, 6.8],
        Type::Small => [3.6, 9.4, 7.1, 6.1],
        Type::Figure => [7.3; 4],
    }
}

/// Width of words, px.
pub(super) fn width(words: &str, of: Type) -> f64 {
    let [narrow, wide, capital, other] = letters(of);
    let letter = |letter: char| match letter {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | '-' | ' ' | '\u{2009}' => {
            narrow
        }
        'm' | 'w' | 'M' | 'W' | '%' | '@' => wide,
        letter if letter.is_ascii_uppercase() || letter.is_ascii_digit() => capital,
        letter if letter.is_ascii() => other,
        // Letters of Chinese are as wide as they are high.
        _ => wide,
    };
    words.chars().map(letter).sum()
}

/// Words in so many px, with an ellipsis where they are longer.
pub(super) fn fitted(words: &str, room: f64, of: Type) -> String {
    if width(words, of) <= room {
        return words.to_owned();
    }
    let mut cut: Vec<char> = words.chars().collect();
    while cut.len() > 1 {
        cut.pop();
        let shorter: String = cut.iter().chain(&['…']).collect();
        if width(&shorter, of) <= room {
            return shorter;
        }
    }
    cut.into_iter().chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_ends_with_an_ellipsis() {
        assert_eq!(fitted("Orders", 90.0, Type::Topic), "Orders");
        assert_eq!(fitted("SCHEDULE_TOPIC_XXXX", 90.0, Type::Topic), "SCHEDULE_T…");
        assert_eq!(fitted("c1", 1.0, Type::Name), "c…");
    }

    #[test]
    fn narrow_letters_take_less_room() {
        assert_eq!(fitted("Tickets", 52.0, Type::Name), "Tickets");
        assert_eq!(fitted("Warmups", 52.0, Type::Name), "Warm…");
        assert!(width("1 314", Type::Figure) > 36.0, "a figure's space is as wide as a digit");
    }
}
