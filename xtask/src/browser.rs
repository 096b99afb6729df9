//! Runs the scripts of `tests/browser` with Node.js, against the built page and the native program.

use std::process::Command;

use crate::npm;
use crate::place;
use crate::run::Outcome;
use crate::system;

/// A command that runs a script in the folder of the browser tests.
pub(crate) fn node(arguments: &[&str]) -> Outcome<Command> {
    let node = system::node()?;
    let browser = system::browser()?;
    npm::packages()?;
    let mut command = place::command(node);
    command
        .current_dir(place::browser_tests())
        .args(arguments)
        .env("ROCKETSCOPE_BROWSER", browser)
        .env("ROCKETSCOPE_DIST", place::dist());
    Ok(command)
}
