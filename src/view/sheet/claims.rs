//! Whether the run is as its scenario claims, in words.

use crate::session::frame::{Arg, Claim, ClaimState, Frame};
use crate::view::format;
use crate::view::words::{fill, name, say, text};

/// Class, word and figures of a claim.
pub struct Told {
    /// Class of its mark.
    pub class: &'static str,
    /// How it stands, in a word.
    pub state: String,
    /// What was found, and what it shall be.
    pub figures: String,
}

/// How a claim stands.
pub fn told(claim: &Claim) -> Told {
    let (class, key) = match claim.state {
        ClaimState::Open => ("is-open", "claims.open"),
        ClaimState::Holds => ("is-held", "claims.holds"),
        ClaimState::Fails => ("is-failed", "claims.fails"),
    };
    let wanted: Vec<String> = claim.wanted.iter().map(say).collect();
    let wanted = ("wanted", name(wanted.join(", ")));
    let figures = match claim.state {
        ClaimState::Open if claim.wanted.is_empty() => {
            fill("claims.compared", &[("at", Arg::Time(claim.at))])
        }
        ClaimState::Open => fill("claims.awaited", &[wanted, ("at", Arg::Time(claim.at))]),
        ClaimState::Holds | ClaimState::Fails => {
            let found = claim.found.clone().unwrap_or_else(|| name(format::NOTHING));
            fill("claims.found", &[("found", found), wanted])
        }
    };
    Told { class, state: text(key), figures }
}

/// All of them in one sentence.
pub fn sum(claims: &[Claim]) -> String {
    if claims.is_empty() {
        return text("claims.none");
    }
    let count = |state: ClaimState| {
        let of = claims.iter().filter(|claim| claim.state == state).count();
        Arg::Count(of as u64)
    };
    let (holds, fails) = (count(ClaimState::Holds), count(ClaimState::Fails));
    let all = Arg::Count(claims.len() as u64);
    let key = match (count(ClaimState::Open), &fails) {
        (Arg::Count(0), Arg::Count(0)) => "claims.sum.all",
        (_, Arg::Count(0)) => "claims.sum.so_far",
        _ => "claims.sum.failed",
    };
    fill(key, &[("holds", holds), ("fails", fails), ("all", all)])
}

/// The title of the lane that a claim is about.
pub fn lane<'a>(claim: &Claim, frame: &'a Frame) -> Option<&'a str> {
    let lane = frame.lanes.get(usize::from(claim.lane?))?;
    Some(&lane.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::Words;

    fn claim(state: ClaimState, found: Option<Arg>) -> Claim {
        let bound = |key: &str, n| Words { key: key.to_owned(), args: vec![("n".to_owned(), n)] };
        let wanted = vec![
            bound("claim.at_least", Arg::Span(15_000_000_000)),
            bound("claim.at_most", Arg::Span(30_000_000_000)),
        ];
        Claim { says: "So it is.".to_owned(), lane: None, at: 45_000_000_000, state, found, wanted }
    }

    #[test]
    fn claims_say_what_was_found_and_what_it_shall_be() {
        let plain = |text: &str| text.replace(['\u{202f}', '\u{a0}', '\u{2009}'], " ");
        let held = told(&claim(ClaimState::Holds, Some(Arg::Span(21_000_000_000))));
        assert_eq!(held.class, "is-held");
        let figures = "21.0 s found; claimed: at least 15.0 s, at most 30.0 s";
        assert_eq!(plain(&held.figures), figures);
        let open = told(&claim(ClaimState::Open, None));
        let figures = "At 45.0 s; claimed: at least 15.0 s, at most 30.0 s";
        assert_eq!(plain(&open.figures), figures);
        let compared = Claim { wanted: Vec::new(), ..claim(ClaimState::Open, None) };
        let figures = "At 45.0 s, compared with what the run gives then";
        assert_eq!(plain(&told(&compared).figures), figures);
        let failed = told(&claim(ClaimState::Fails, None));
        assert!(failed.figures.starts_with('–'), "{}", failed.figures);
    }

    #[test]
    fn the_sum_tells_a_broken_promise_first() {
        let of = |states: &[ClaimState]| {
            let claims: Vec<Claim> = states.iter().map(|state| claim(*state, None)).collect();
            sum(&claims)
        };
        use ClaimState::{Fails, Holds, Open};
        assert_eq!(of(&[Holds, Holds]), "All 2 hold");
        assert_eq!(of(&[Holds, Open, Open]), "1 of 3 holds, the others are not decided yet");
        assert_eq!(of(&[Holds, Fails, Open]), "1 of 3 does not hold");
    }
}
