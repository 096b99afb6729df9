//! A long run of `slow-consumer`: as a stage that is only observed, and as a session that also
//! keeps checkpoints and makes frames.

use crate::scenario::{self, Scenario, shipped_text};
use crate::session::Session;
use crate::session::frame::Frame;
use crate::session::load::{load, stage};
use crate::session::protocol::{
    Command, PROTOCOL_VERSION, Recipe, Request, Source, Tweak, Update, Want,
};
use crate::session::stage::Stage;

const NAME: &str = "slow-consumer";

/// The scenario with another end, written as TOML.
pub(super) fn scenario(end: &str) -> Scenario {
    let text = shipped_text(NAME).expect("slow-consumer is shipped");
    let tweaks = [scenario::Tweak { path: "end", value: end }];
    Scenario::parse(text, &tweaks).expect("a test reads every shipped scenario")
}

/// Its stage at time 0.
pub(super) fn observed(end: &str) -> Stage {
    let scenario = scenario(end);
    let mut stage = stage(&scenario, scenario.seed);
    stage.run_in();
    stage
}

/// A session at time 0 of it.
pub(super) fn session(end: &str) -> Session {
    let end = Tweak { path: "end".to_owned(), value: end.to_owned() };
    let source = Source::Shipped(NAME.to_owned());
    let recipe = Recipe { source, seed: None, tweaks: vec![end] };
    Session::with(load(&recipe).expect("a test reads every shipped scenario"))
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
