//! The Compare view: lanes on one clock, their figures, their waits, and the questions about them.

pub mod bars;
pub mod figures;
pub mod lanes;
pub mod questions;
pub mod ring;
pub mod waits;
pub mod window;

/// How much is sent, as the heading of all lanes: its text key and its number as written.
pub fn load_words(a_second: f64) -> (&'static str, String) {
    use crate::view::format::figures as three;
    let trimmed = |number: f64| {
        let text = three(number);
        if text.contains('.') {
            return text.trim_end_matches('0').trim_end_matches('.').to_owned();
        }
        text
    };
    if a_second <= 0.0 {
        ("compare.load.none", String::new())
    } else if a_second < 1.0 {
        ("compare.load.every", trimmed(1.0 / a_second))
    } else if a_second < 1.005 {
        ("compare.load.one", String::new())
    } else {
        ("compare.load.many", trimmed(a_second))
    }
}

#[cfg(test)]
mod tests {
    use super::load_words;

    #[test]
    fn slow_loads_are_told_by_their_pauses() {
        assert_eq!(load_words(0.5), ("compare.load.every", "2".to_owned()));
        assert_eq!(load_words(1.0), ("compare.load.one", String::new()));
        assert_eq!(load_words(50.0), ("compare.load.many", "50".to_owned()));
        assert_eq!(load_words(0.4), ("compare.load.every", "2.5".to_owned()));
    }
}
