//! Seeking in a long run, through the session as the page does it.

use crate::kernel::rng::Rng;
use crate::session::Session;
use crate::session::frame::Frame;
use crate::session::load::load;
use crate::session::protocol::{
    Command, PROTOCOL_VERSION, Position, Recipe, Request, Source, Tweak, Update, Want,
};

use super::SAMPLES;
use super::figures::{Figure, at};
use super::watch::timed;

const EVENTS: u64 = 20_000_000;
/// Long enough for so many events.
const END: &str = "\"4000s\"";
const SEEKS: usize = 20;

/// The median and the 95th percentile of 20 random seeks, five times.
pub(super) fn seeks() -> [Figure; 2] {
    let mut session = long_run();
    let mut rng = Rng::stream(1, "seeks");
    let (mut middle, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let times: Vec<f64> = (0..SEEKS).map(|_| 1000.0 * seek(&mut session, &mut rng)).collect();
        middle.push(at(&times, 50));
        slow.push(at(&times, 95));
    }
    [
        Figure::of("seeks in 20 000 000 events, p50", "ms", middle),
        Figure::of("seeks in 20 000 000 events, p95", "ms", slow),
    ]
}

fn long_run() -> Session {
    let end = Tweak { path: "end".to_owned(), value: END.to_owned() };
    let source = Source::Shipped("slow-consumer".to_owned());
    let recipe = Recipe { source, seed: None, tweaks: vec![end] };
    let mut session = Session::with(load(&recipe).expect("a test reads every shipped scenario"));
    let frame = carry_out(&mut session, Command::Seek { to: Position::Ordinal(EVENTS) });
    assert_eq!(frame.ordinal, EVENTS, "the scenario is long enough");
    session
}

/// Seconds that a seek took until its frame was there.
fn seek(session: &mut Session, rng: &mut Rng) -> f64 {
    let to = Position::Ordinal(rng.below(EVENTS));
    timed(|| carry_out(session, Command::Seek { to })).0
}

/// Carries a command out, however many slices that takes; gives the last frame.
pub(super) fn carry_out(session: &mut Session, command: Command) -> Frame {
    let mut frame = ask(session, command);
    while frame.working.is_some() {
        frame = ask(session, Command::Continue);
    }
    frame
}

fn ask(session: &mut Session, command: Command) -> Frame {
    let (version, want) = (PROTOCOL_VERSION, Want::default());
    let request = Request { version, generation: 1, number: 1, command, want };
    match session.handle(&request).update {
        Update::Frame(frame) => *frame,
        Update::Ready => panic!("a session answers a command with a frame"),
        Update::Rejected(rejection) => panic!("{rejection:?}"),
    }
}
