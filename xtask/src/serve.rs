//! `cargo xtask serve`: from a clone to the page at an address.

use std::process::Command;

use crate::args::ServeOptions;
use crate::console::{Watch, headline, say};
use crate::dist;
use crate::place;
use crate::run::{self, Outcome};
use crate::server;

/// Installs what is missing, builds in release, serves, and says where and after how long.
pub(crate) fn serve(options: &ServeOptions) -> Outcome<()> {
    let watch = Watch::start();
    if options.watch {
        return follow_changes(options);
    }
    let listener = server::listen(options.port)?;
    headline("building the page");
    dist::build()?;
    let address = format!("http://127.0.0.1:{}/", options.port);
    println!("\nRocketScope is at {address} (ready after {watch}). Ctrl-C ends it.");
    if options.open {
        open(&address);
    }
    server::serve(&listener, &place::dist())
}

/// Trunk's own server rebuilds and reloads at every change; a debug build keeps that quick.
fn follow_changes(options: &ServeOptions) -> Outcome<()> {
    // Trunk takes the port itself; asking first gives the better sentence when it is in use.
    drop(server::listen(options.port)?);
    headline("building the page, again at every change");
    dist::prepare()?;
    let mut trunk = place::trunk();
    trunk.args(["serve", "--port", &options.port.to_string()]);
    if options.open {
        trunk.arg("--open");
    }
    run::shown(&mut trunk)
}

fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if Command::new(opener).arg(address).spawn().is_err() {
        say(&format!("no browser could be opened by `{opener}`; open the address yourself"));
    }
}
