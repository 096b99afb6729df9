//! The two packages of the browser tests, installed as `package-lock.json` says.

use std::fs;

use crate::place;
use crate::run::{self, Outcome, about};
use crate::system;

/// Installs them unless that was done for this very lock file.
pub(crate) fn packages() -> Outcome<()> {
    let folder = place::browser_tests();
    let lock = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(about(lock.display()))?;
    let stamp = folder.join("node_modules/installed-for.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = place::command(system::npm()?);
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    let scratch = place::scratch();
    fs::create_dir_all(&scratch).map_err(about(scratch.display()))?;
    run::quiet(&mut npm, "installing the packages of tests/browser", &scratch.join("npm.log"))?;
    fs::write(&stamp, wanted).map_err(about(stamp.display()))
}
