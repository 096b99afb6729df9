//! Colours of topics by name of their class: three, then the same three with a stripe.

/// Topics have this many colours.
const COLOURS: u8 = 3;

/// The class of a topic's colour; `u8::MAX` is the colour of retries.
pub fn tone(tone: u8) -> String {
    match tone {
        u8::MAX => "tone-retry".to_owned(),
        0..COLOURS => format!("tone-{tone}"),
        _ => format!("tone-{} tone-striped", tone % COLOURS),
    }
}

#[cfg(test)]
mod tests {
    use super::tone;

    #[test]
    fn from_the_fourth_on_the_colours_return_with_a_stripe() {
        assert_eq!(tone(2), "tone-2");
        assert_eq!(tone(3), "tone-0 tone-striped");
        assert_eq!(tone(u8::MAX), "tone-retry");
    }
}
