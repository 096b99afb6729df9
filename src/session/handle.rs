//! The session: one request in, one reply out.

use super::frame::Frame;
use super::load::{Texts, load_with, own_texts};
use super::protocol::{
    Command, PROTOCOL_VERSION, Position, Recipe, Rejection, Reply, Request, Update,
};
use super::run::Run;

/// What the worker holds.
pub struct Session {
    run: Option<Run>,
    texts: Texts,
    whole: Texts,
}

impl Default for Session {
    fn default() -> Self {
        Self::fetching(own_texts, own_texts)
    }
}

impl Session {
    /// A session without a run.
    pub fn new() -> Self {
        Self::default()
    }

    /// A session without a run, for which the texts of shipped scenarios come from elsewhere;
    /// `whole` gives those whose claims `texts` leaves out.
    pub fn fetching(texts: Texts, whole: Texts) -> Self {
        Self { run: None, texts, whole }
    }

    /// A session that begins with a run.
    pub fn with(run: Run) -> Self {
        Self { run: Some(run), ..Self::default() }
    }

    /// The run.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Carries one command out and answers with what the page shows then.
    pub fn handle(&mut self, request: &Request) -> Reply {
        let update = self.update(request);
        Reply {
            version: PROTOCOL_VERSION,
            generation: request.generation,
            number: request.number,
            update: update.unwrap_or_else(Update::Rejected),
        }
    }

    fn update(&mut self, request: &Request) -> Result<Update, Rejection> {
        if request.version != PROTOCOL_VERSION {
            return Err(other_version(request.version));
        }
        if let Command::Load { recipe, position } = &request.command {
            self.load(recipe, *position)?;
        }
        let run = self.run.as_mut().ok_or_else(no_run)?;
        carry_out(run, &request.command);
        let frame: Frame = run.frame(request.want);
        Ok(Update::Frame(Box::new(frame)))
    }

    /// Starts a run; where the recipe cannot be used, the old run goes on.
    fn load(&mut self, recipe: &Recipe, position: Position) -> Result<(), Rejection> {
        let mut run = load_with(recipe, self.texts, self.whole)?;
        run.seek(position);
        self.run = Some(run);
        Ok(())
    }
}

fn carry_out(run: &mut Run, command: &Command) {
    match command {
        Command::Load { .. } | Command::Look => run.rate = 0.0,
        Command::Play { wall_ns, tempo } => run.play(*wall_ns, *tempo),
        Command::Step { forward } => run.step(*forward),
        Command::StepMessage { forward } => run.step_message(*forward),
        Command::Seek { to } => run.seek(*to),
        Command::RunUntil { condition } => run.run_until(*condition),
        Command::Continue => run.go_on(),
        Command::Select { selection } => run.select(*selection),
        Command::Panic => panic_on_purpose(),
    }
}

/// Test only: what a broken assumption looks like from outside.
fn panic_on_purpose() {
    let kept = std::hint::black_box(false);
    assert!(kept, "a planted panic: the page asked the worker to break this assumption");
}

fn other_version(found: u32) -> Rejection {
    Rejection {
        place: "the request".to_owned(),
        finding: format!("version {found} of the page's language"),
        cure: format!("version {PROTOCOL_VERSION}: load the page again"),
    }
}

fn no_run() -> Rejection {
    Rejection {
        place: "the request".to_owned(),
        finding: "a command before any scenario was loaded".to_owned(),
        cure: "load a scenario first".to_owned(),
    }
}
