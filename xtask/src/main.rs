//! The project's own commands: `cargo xtask serve`, `test`, `dist`, `budget`, `screens`.
//!
//! Everything a command needs beyond Rust is found or installed by it, with progress shown.
//! Nothing is skipped: what is missing and cannot be installed fails with a sentence and its cure.

mod args;
mod browser;
mod budget;
mod checks;
mod console;
mod count;
mod dist;
mod npm;
mod place;
mod run;
mod screens;
mod seal;
mod serve;
mod server;
mod shorten;
mod split;
mod stylesheets;
mod system;
mod tools;

use std::process::ExitCode;

use args::Order;

fn main() -> ExitCode {
    let order = match args::parse(std::env::args().skip(1)) {
        Ok(order) => order,
        Err(failure) => {
            eprintln!("xtask: {failure}\nTry `cargo xtask --help`.");
            return ExitCode::from(2);
        }
    };
    match obey(order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn obey(order: Order) -> run::Outcome<()> {
    match order {
        Order::Help => {
            print!("{}", args::HELP);
            Ok(())
        }
        Order::Serve(options) => serve::serve(&options),
        Order::Test { only } => checks::test(only.as_deref()),
        Order::Dist => dist::dist(),
        Order::Budget => budget::budget(),
        Order::Screens => screens::screens(),
        Order::Seal => seal::seal_staging(),
    }
}
