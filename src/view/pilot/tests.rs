//! The talk with the worker, played through by hand.

use super::{Alert, Pilot};
use crate::session::frame::{Frame, RunInfo};
use crate::session::protocol::{
    Command, PROTOCOL_VERSION, Position, Recipe, Rejection, Reply, Request, Selection, Source,
    Tweak, Update,
};

fn pilot() -> Pilot {
    let mut pilot = Pilot::new(Recipe::default(), Position::Ordinal(0), None);
    assert_eq!(pilot.next_request(), None, "nothing is posted before the worker is ready");
    give(&mut pilot, 0, Update::Ready);
    pilot
}

fn give(pilot: &mut Pilot, number: u32, update: Update) -> bool {
    let generation = pilot.generation();
    pilot.take(generation, Reply { version: PROTOCOL_VERSION, generation, number, update })
}

fn frame(ordinal: u64) -> Update {
    let run = RunInfo { scenario: "first-program".to_owned(), seed: 7, ..RunInfo::default() };
    Update::Frame(Box::new(Frame { run, ordinal, now: ordinal * 1_000, ..Frame::default() }))
}

fn posted(pilot: &mut Pilot) -> Request {
    pilot.next_request().expect("something waits")
}

fn loaded() -> Pilot {
    let mut pilot = pilot();
    let load = posted(&mut pilot);
    assert!(matches!(load.command, Command::Load { .. }));
    give(&mut pilot, load.number, frame(0));
    pilot
}

#[test]
fn one_request_is_in_flight_at_a_time() {
    let mut pilot = loaded();
    pilot.step(true);
    pilot.step(true);
    let first = posted(&mut pilot);
    assert_eq!(pilot.next_request(), None);
    assert!(!give(&mut pilot, first.number + 9, frame(1)), "an answer to nothing is dropped");
    assert!(give(&mut pilot, first.number, frame(1)));
    assert_eq!(posted(&mut pilot).command, Command::Step { forward: true });
}

#[test]
fn playing_asks_once_a_frame_and_never_for_more_than_a_tenth_of_a_second() {
    let mut pilot = loaded();
    pilot.play();
    pilot.tick(5_000_000_000);
    let Command::Play { wall_ns, .. } = posted(&mut pilot).command else { panic!("not a play") };
    assert_eq!(wall_ns, 100_000_000);
    pilot.tick(16_000_000);
    assert_eq!(pilot.next_request(), None, "the last one has not been answered");
}

#[test]
fn reduced_motion_goes_event_by_event_once_a_second() {
    let mut pilot = loaded();
    pilot.set_stepwise(true);
    pilot.play();
    for _ in 0..9 {
        pilot.tick(100_000_000);
        assert_eq!(pilot.next_request(), None);
    }
    pilot.tick(100_000_000);
    assert_eq!(posted(&mut pilot).command, Command::Step { forward: true });
}

#[test]
fn scrubbing_keeps_only_the_newest_place() {
    let mut pilot = loaded();
    pilot.play();
    for at in [1, 2, 3] {
        pilot.seek(Position::Time(at));
    }
    assert!(!pilot.is_playing(), "seeking pauses");
    assert_eq!(posted(&mut pilot).command, Command::Seek { to: Position::Time(3) });
}

#[test]
fn a_long_seek_goes_on_until_it_is_done_or_replaced() {
    let mut pilot = loaded();
    pilot.seek(Position::End);
    let seek = posted(&mut pilot);
    let working = Frame { working: Some(400), ..Frame::default() };
    give(&mut pilot, seek.number, Update::Frame(Box::new(working)));
    let more = posted(&mut pilot);
    assert_eq!(more.command, Command::Continue);
    give(&mut pilot, more.number, frame(900));
    assert_eq!(pilot.next_request(), None);
}

#[test]
fn after_a_crash_a_fresh_worker_goes_on_from_the_last_good_frame() {
    let mut pilot = loaded();
    pilot.select(Some(Selection::Message { lane: 0, number: 1 }));
    let select = posted(&mut pilot);
    give(&mut pilot, select.number, frame(41));
    pilot.panic();
    posted(&mut pilot);
    let old = pilot.generation();
    pilot.crashed(old, "the log is dispatched in order");
    let Some(Alert::Crashed(crash)) = pilot.alert() else { panic!("nobody was told") };
    assert_eq!((crash.seed, crash.ordinal, crash.now), (7, 41, 41_000));
    assert_eq!(crash.sentence, "the log is dispatched in order");
    assert_eq!(pilot.generation(), old + 1);
    assert_eq!(pilot.next_request(), None, "the fresh worker is not ready");
    give(&mut pilot, 0, Update::Ready);
    let load = posted(&mut pilot);
    let position = Position::Ordinal(41);
    assert_eq!(load.command, Command::Load { recipe: Recipe::default(), position });
    give(&mut pilot, load.number, frame(41));
    assert!(matches!(posted(&mut pilot).command, Command::Select { .. }));
}

#[test]
fn a_worker_that_dies_again_and_again_is_given_up() {
    let mut pilot = loaded();
    for _ in 0..4 {
        let generation = pilot.generation();
        pilot.crashed(generation, "broken");
        give(&mut pilot, 0, Update::Ready);
    }
    let Some(Alert::Crashed(crash)) = pilot.alert() else { panic!("nobody was told") };
    assert!(crash.given_up);
    assert_eq!(pilot.next_request(), None);
}

#[test]
fn a_bad_link_goes_on_with_the_default_and_a_bad_setting_keeps_the_run() {
    let source = Source::Shipped("no-such".to_owned());
    let recipe = Recipe { source, ..Recipe::default() };
    let mut pilot = Pilot::new(recipe, Position::Ordinal(9), None);
    give(&mut pilot, 0, Update::Ready);
    let load = posted(&mut pilot);
    let rejection = Rejection {
        place: "address".to_owned(),
        finding: "no scenario".to_owned(),
        cure: "first-program".to_owned(),
    };
    give(&mut pilot, load.number, Update::Rejected(rejection.clone()));
    assert_eq!(pilot.alert(), Some(&Alert::Rejected(rejection.clone())));
    let load = posted(&mut pilot);
    let position = Position::Ordinal(0);
    assert_eq!(load.command, Command::Load { recipe: Recipe::default(), position });
    give(&mut pilot, load.number, frame(0));

    pilot.tweak(vec![Tweak { path: "a".to_owned(), value: "1".to_owned() }], &[]);
    let load = posted(&mut pilot);
    give(&mut pilot, load.number, Update::Rejected(rejection));
    assert_eq!(pilot.recipe(), &Recipe::default());
    assert_eq!(pilot.next_request(), None);
}

#[test]
fn an_address_of_this_run_is_a_seek_and_one_of_another_run_opens_it() {
    let mut pilot = loaded();
    let here = Recipe { seed: Some(7), ..Recipe::default() };
    let selection = Some(Selection::Message { lane: 0, number: 3 });
    pilot.visit(here, Position::Ordinal(40), selection);
    let seek = posted(&mut pilot);
    assert_eq!(seek.command, Command::Seek { to: Position::Ordinal(40) });
    give(&mut pilot, seek.number, frame(40));
    assert_eq!(posted(&mut pilot).command, Command::Select { selection });

    let mut pilot = loaded();
    let other = Recipe { seed: Some(8), ..Recipe::default() };
    pilot.visit(other.clone(), Position::End, None);
    let load = Command::Load { recipe: other, position: Position::End };
    assert_eq!(posted(&mut pilot).command, load);
}
