//! One recipe gives one history: at the end, at every position, and after any number of seeks.

use rocketscope::kernel::rng::Rng;
use rocketscope::session::protocol::{Command, Position, Tempo};

use crate::session_kit::{Page, brief};

fn scenarios() -> impl Iterator<Item = &'static str> {
    brief().map(|scenario| scenario.name)
}

#[test]
fn the_same_recipe_twice_ends_in_the_same_digests() {
    for scenario in scenarios() {
        let digests = || {
            let mut page = Page::open(scenario);
            page.want.state_digest = true;
            let frame = page.seek(Position::End);
            assert!(frame.ended);
            (frame.ordinal, frame.history_digest, frame.state_digest)
        };
        assert_eq!(digests(), digests(), "{scenario}");
    }
}

#[test]
fn seeking_backwards_gives_the_state_of_a_fresh_run_and_playing_on_the_same_end() {
    for scenario in scenarios() {
        let mut page = Page::open(scenario);
        page.want.state_digest = true;
        let end = page.seek(Position::End);
        let mut fresh = Page::open(scenario);
        fresh.want.state_digest = true;
        let start = fresh.ask(Command::Look).ordinal;
        let mut rng = Rng::stream(7, scenario);
        let mut positions: Vec<u64> =
            (0..8).map(|_| start + rng.below(end.ordinal - start)).collect();
        let mut there: Vec<(u64, Option<String>, String)> = Vec::new();
        for position in &positions {
            let frame = page.seek(Position::Ordinal(*position));
            assert_eq!(frame.ordinal, *position, "{scenario}");
            there.push((*position, frame.state_digest, frame.history_digest));
        }
        // The fresh run only ever goes forward.
        positions.sort_unstable();
        there.sort();
        for (position, state, history) in there {
            let frame = fresh.seek(Position::Ordinal(position));
            assert_eq!(frame.state_digest, state, "{scenario} at {position}");
            assert_eq!(frame.history_digest, history, "{scenario} at {position}");
        }
        let again = page.seek(Position::End);
        assert_eq!(again.history_digest, end.history_digest, "{scenario}");
        assert_eq!(again.state_digest, end.state_digest, "{scenario}");
    }
}

#[test]
fn what_is_shown_after_a_seek_back_is_what_was_shown_before() {
    for scenario in ["first-program", "pull-and-push", "rebalance"] {
        let mut page = Page::open(scenario);
        let mut shown = Vec::new();
        for second in [3, 9, 14, 21, 22, 27] {
            shown.push(page.seek(Position::Time(second * 1_000_000_000)));
        }
        page.seek(Position::End);
        for old in shown.into_iter().rev() {
            let frame = page.seek(Position::Time(old.now));
            assert!(frame == old, "{scenario} at {} shows something else", old.now);
        }
    }
}

#[test]
fn looking_and_recording_change_nothing() {
    let mut plain = Page::open("first-program");
    let end = plain.seek(Position::End);
    let mut watched = Page::open("first-program");
    watched.message(4);
    let tempo = Tempo::Follow { speed: 8.0 };
    let mut frame = watched.ask(Command::Look);
    while !frame.ended {
        frame = watched.ask(Command::Play { wall_ns: 50_000_000, tempo });
        if frame.ordinal.is_multiple_of(5) {
            watched.ask(Command::StepMessage { forward: false });
            watched.seek(Position::Ordinal(frame.ordinal));
        }
    }
    assert_eq!((frame.ordinal, frame.history_digest), (end.ordinal, end.history_digest));
}

#[test]
fn another_seed_is_another_history() {
    use rocketscope::session::protocol::Recipe;
    let mut page = Page::open("first-program");
    let one = page.seek(Position::End);
    let recipe = Recipe { seed: Some(2), ..Recipe::default() };
    let two = page.ask(Command::Load { recipe, position: Position::End });
    assert_eq!(two.run.seed, 2);
    assert_ne!(one.history_digest, two.history_digest);
    assert_eq!(one.lanes[0].ledger, two.lanes[0].ledger);
}
