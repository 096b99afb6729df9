//! A page without a screen: commands in, frames out, every slice of a seek included.

use rocketscope::scenario::{Shipped, shipped};
use rocketscope::session::Session;
use rocketscope::session::frame::{Frame, Inspector, MessageCard};
use rocketscope::session::protocol::{
    Command, PROTOCOL_VERSION, Position, Recipe, Rejection, Request, Selection, Source, Update,
    Want,
};

/// All shipped scenarios but the largest, which takes a minute without optimisation: the command
/// line and the browser play that one against each other (`tests/browser/digests`).
pub(crate) fn brief() -> impl Iterator<Item = &'static Shipped> {
    shipped().iter().filter(|scenario| scenario.name != "two-million")
}

/// A page that talks with a session.
pub(crate) struct Page {
    pub session: Session,
    number: u32,
    pub want: Want,
}

impl Page {
    /// A page in front of a session.
    pub(crate) fn of(session: Session) -> Self {
        Self { session, number: 0, want: Want::default() }
    }

    /// A page with a shipped scenario at its beginning.
    pub(crate) fn open(scenario: &str) -> Self {
        let mut page = Self::of(Session::new());
        page.load(scenario, Position::Ordinal(0));
        page
    }

    /// Loads a shipped scenario.
    pub(crate) fn load(&mut self, scenario: &str, position: Position) -> Frame {
        let source = Source::Shipped(scenario.to_owned());
        self.ask(Command::Load { recipe: Recipe { source, ..Recipe::default() }, position })
    }

    /// Carries a command out to its end.
    pub(crate) fn ask(&mut self, command: Command) -> Frame {
        let mut frame = self.try_ask(command).expect("the command can be carried out");
        while frame.working.is_some() {
            frame = self.try_ask(Command::Continue).expect("what began goes on");
        }
        frame
    }

    /// One request and its answer.
    pub(crate) fn try_ask(&mut self, command: Command) -> Result<Frame, Rejection> {
        self.number += 1;
        let (version, number, want) = (PROTOCOL_VERSION, self.number, self.want);
        let request = Request { version, generation: 3, number, command, want };
        let reply = self.session.handle(&request);
        assert_eq!((reply.version, reply.generation, reply.number), (version, 3, number));
        match reply.update {
            Update::Frame(frame) => Ok(*frame),
            Update::Rejected(rejection) => Err(rejection),
            Update::Ready => panic!("a session is ready before its first request"),
        }
    }

    /// To a position.
    pub(crate) fn seek(&mut self, to: Position) -> Frame {
        self.ask(Command::Seek { to })
    }

    /// Selects a message and gives its card.
    pub(crate) fn message(&mut self, number: u32) -> MessageCard {
        let selection = Some(Selection::Message { lane: 0, number });
        card(&self.ask(Command::Select { selection }))
    }
}

/// The card of the selected message.
pub(crate) fn card(frame: &Frame) -> MessageCard {
    match &frame.inspector {
        Inspector::Message(card) => (**card).clone(),
        Inspector::Nothing | Inspector::Node(_) | Inspector::Queue(_) | Inspector::Link(_) => {
            panic!("a message is selected, and the page shows its card")
        }
    }
}
