//! Builds the page into `dist/`.

use crate::console::{Watch, say};
use crate::place;
use crate::run::{self, Outcome};
use crate::tools;

/// `cargo xtask dist`.
pub(crate) fn dist() -> Outcome<()> {
    let watch = Watch::start();
    build()?;
    say(&format!("{} is ready to publish, after {watch}", place::dist().display()));
    Ok(())
}

/// Installs what is missing, fetches dependencies (Trunk builds offline), and builds in release.
pub(crate) fn build() -> Outcome<()> {
    prepare()?;
    run::shown(place::trunk().args(["build", "--release"]))
}

/// Everything that comes before a build by Trunk.
pub(crate) fn prepare() -> Outcome<()> {
    tools::for_the_page()?;
    run::shown(place::cargo().args(["fetch", "--locked", "--quiet"]))
}
