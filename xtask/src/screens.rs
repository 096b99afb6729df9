//! `cargo xtask screens`: takes the screenshots of `docs/screens/` from the page as it is now.

use std::fs;

use crate::browser;
use crate::console::{headline, say};
use crate::dist;
use crate::place;
use crate::run::{self, Outcome, about};

/// Every scenario at a telling moment, in both themes, 1440 and 390 px wide.
pub(crate) fn screens() -> Outcome<()> {
    headline("building the page");
    dist::build()?;
    headline("taking the screenshots");
    let folder = place::root().join("docs/screens");
    fs::create_dir_all(&folder).map_err(about(folder.display()))?;
    run::shown(browser::node(&["screens.mjs"])?.arg(&folder))?;
    let sizes = fs::read_dir(&folder).map_err(about(folder.display()))?;
    let sum: u64 = sizes.flatten().filter_map(|file| file.metadata().ok()).map(|it| it.len()).sum();
    say(&format!("{} holds {} KB", folder.display(), sum / 1000));
    Ok(())
}
