//! `cargo xtask budget`: all timed figures, natively and in the browser, against their limits.
//!
//! They depend on the machine and on what else it does, so no test holds them;
//! `docs/PERFORMANCE.md` keeps those that were measured, with the machine they were measured on.

use std::process::Command;

use crate::browser;
use crate::console::headline;
use crate::dist;
use crate::place;
use crate::run::{self, Failure, Outcome};

/// Measures everything; what does not hold its limit does not keep the rest from being measured.
pub(crate) fn budget() -> Outcome<()> {
    headline("native figures (`rocketscope bench`)");
    let bench = run::shown(release("rocketscope").args(["--", "bench"]));
    headline("the kernel against nexosim (`benches/`)");
    let kernel = run::shown(&mut release("rocketscope-benches"));
    headline("figures of the page");
    dist::build()?;
    let native = place::root().join("target/release/rocketscope");
    let mut node = browser::node(&["budget.mjs"])?;
    let page = run::shown(node.env("ROCKETSCOPE_NATIVE", native));
    let failures: Vec<String> =
        [bench, kernel, page].into_iter().filter_map(|it| Some(it.err()?.to_string())).collect();
    match failures.as_slice() {
        [] => Ok(()),
        failures => Err(Failure::new(failures.join("\n"))),
    }
}

fn release(package: &str) -> Command {
    let mut cargo = place::cargo();
    cargo.args(["run", "--locked", "--quiet", "--release", "--package", package]);
    cargo
}
