//! `cargo xtask budget`: all timed figures, natively and in the browser, against their limits.
//!
//! They depend on the machine and on what else it does, so no test holds them; `docs/PERFORMANCE.md`
//! keeps those that were measured, with the machine they were measured on.

use crate::browser;
use crate::console::headline;
use crate::dist;
use crate::place;
use crate::run::{self, Outcome};

/// Measures everything; fails where a limit is not held.
pub(crate) fn budget() -> Outcome<()> {
    headline("native figures (`rocketscope bench`)");
    let mut bench = place::cargo();
    bench.args(["run", "--locked", "--quiet", "--release", "--bin", "rocketscope", "--", "bench"]);
    run::shown(&mut bench)?;
    headline("against nexosim (`cargo bench`)");
    run::shown(place::cargo().args(["bench", "--locked", "--quiet"]))?;
    headline("figures of the page");
    dist::build()?;
    let native = place::root().join("target/release/rocketscope");
    run::shown(browser::node(&["budget.mjs"])?.env("ROCKETSCOPE_NATIVE", native))
}
