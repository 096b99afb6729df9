//! The native command line: runs scenarios to their end and prints what came out, measures speed.
//!
//! Exit codes: 0 fine; 1 the run lost acknowledged messages, broke a rule or is not as its
//! scenario claims, a recording says otherwise, or a random run was not as it must be; 2 the input
//! cannot be used.

mod args;
mod bench;
mod conform;
mod list;
mod report;
mod run;
mod schema;
mod source;
mod swarm;
mod table;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// What a command ends with.
enum Outcome {
    /// All is well.
    Fine,
    /// The run shows that acknowledged messages are gone.
    Lost,
    /// A recording says otherwise.
    Differs,
    /// An assertion of the scenario does not hold.
    NotAsClaimed,
    /// A random run was not as it must be.
    Violated,
}

/// Why a command could not be carried out.
enum Trouble {
    /// A person's input: the message says where, what was found, and what would be right.
    Input(String),
    /// Nobody reads on.
    Output(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Reads the arguments, carries the command out, and gives the exit code.
pub fn main() -> ExitCode {
    let out = &mut io::stdout().lock();
    let outcome = match Args::parse().command {
        Command::Run(wanted) => run::run(&wanted, out),
        Command::Bench(wanted) => bench::bench(&wanted, out),
        Command::Conform(wanted) => conform::conform(&wanted, out),
        Command::Scenarios(wanted) => list::list(&wanted, out),
        Command::Schema => schema::schema(out),
        Command::Swarm(wanted) => swarm::swarm(&wanted, out),
        Command::Shrink(wanted) => swarm::shrink(&wanted, out),
    };
    match outcome.and_then(|outcome| Ok(out.flush().map(|()| outcome)?)) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Lost | Outcome::Differs | Outcome::NotAsClaimed | Outcome::Violated) => {
            ExitCode::from(1)
        }
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(Trouble::Output(error)) => refuse(&format!("the output cannot be written: {error}")),
        Err(Trouble::Input(message)) => refuse(&message),
    }
}

fn refuse(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}
