//! Answers with frames drawn by hand until the session is there.

use crate::session::frame::{Frame, Inspector};
use crate::session::protocol::{
    Command, PROTOCOL_VERSION, Position, Reply, Request, Source, Update,
};
use crate::view::sample;

pub(super) struct Session {
    frame: Frame,
}

impl Session {
    pub(super) fn new() -> Self {
        Self { frame: sample::first_program_before() }
    }

    pub(super) fn handle(&mut self, request: &Request) -> Reply {
        match &request.command {
            Command::Load { recipe, position } => {
                let compare = recipe.source == Source::Shipped("pull-and-push".to_owned());
                self.frame = match (compare, *position == Position::Ordinal(0)) {
                    (false, true) => sample::first_program_before(),
                    (false, false) => sample::first_program(),
                    (true, true) => sample::pull_and_push_before(),
                    (true, false) => sample::pull_and_push(),
                };
            }
            Command::Panic => panic!("this was wanted"),
            Command::Select { selection: None } => self.frame.inspector = Inspector::Nothing,
            Command::Look | Command::Select { .. } | Command::Continue => (),
            Command::Play { .. }
            | Command::Step { .. }
            | Command::StepMessage { .. }
            | Command::Seek { .. }
            | Command::RunUntil { .. } => {
                self.frame = match self.frame.run.view.as_str() {
                    "compare" => sample::pull_and_push(),
                    _ => sample::first_program(),
                };
            }
        }
        let (generation, number) = (request.generation, request.number);
        let update = Update::Frame(Box::new(self.frame.clone()));
        Reply { version: PROTOCOL_VERSION, generation, number, update }
    }
}
