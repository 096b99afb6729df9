//! Programs that Cargo cannot install: Node.js with npm, and a Chromium.
//!
//! Looked for under an environment variable and the usual names; installed from Debian's packages
//! where this runs as root on Debian; otherwise missing, with the cure.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::place;
use crate::run::{self, Failure, Outcome};

const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC_BROWSERS: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const OLDEST_NODE: u32 = 20;
const NODE_FROM_NPM: &str = "20.20.2";

/// A Chromium or Chrome.
pub(crate) fn browser() -> Outcome<PathBuf> {
    let on_mac = || MAC_BROWSERS.iter().map(PathBuf::from).find(|place| place.is_file());
    let look = || place::in_path(&BROWSERS).or_else(on_mac);
    let cure = "install Chromium, or set ROCKETSCOPE_BROWSER to the program";
    find("ROCKETSCOPE_BROWSER", look, &["chromium"], "a Chromium or Chrome", cure)
}

/// Node.js, at least the version that the browser driver asks for.
pub(crate) fn node() -> Outcome<PathBuf> {
    let cure = "install Node.js 20 or later, or set NODE to the program";
    let look = || place::in_path(&["node", "nodejs"]);
    let node = find("NODE", look, &["nodejs", "npm"], "Node.js", cure)?;
    if young_enough(&node) {
        return Ok(node);
    }
    let newer = node_from_npm(&node)?;
    let sentence = format!("{} is older than Node.js {OLDEST_NODE}", node.display());
    newer.ok_or_else(|| Failure::with_cure(&sentence, cure))
}

/// Debian 12 has Node.js 18; npm's registry has newer ones as packages, for the usual machines.
fn node_from_npm(old: &Path) -> Outcome<Option<PathBuf>> {
    let machine = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        _ => return Ok(None),
    };
    let folder = place::tools().join("node");
    let node = folder.join(format!("node_modules/node-{machine}/bin/node"));
    if young_enough(&node) {
        return Ok(Some(node));
    }
    std::fs::create_dir_all(&folder).map_err(run::about(folder.display()))?;
    let mut install = place::command(npm()?);
    install.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]);
    install.arg(&folder).arg(format!("node-{machine}@{NODE_FROM_NPM}"));
    let label = format!("installing Node.js {NODE_FROM_NPM}, for {} is too old", old.display());
    run::quiet(&mut install, &label, &folder.join("npm.log"))?;
    Ok(young_enough(&node).then_some(node))
}

fn young_enough(node: &Path) -> bool {
    let version = Command::new(node).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    version.ok().and_then(|version| major(&version)).is_some_and(|major| OLDEST_NODE <= major)
}

/// The first number of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// npm, which comes with Node.js.
pub(crate) fn npm() -> Outcome<PathBuf> {
    let cure = "install npm, which comes with Node.js";
    find("NPM", || place::in_path(&["npm"]), &["npm"], "npm", cure)
}

fn find(
    variable: &str,
    look: impl Fn() -> Option<PathBuf>,
    debian: &[&str],
    what: &str,
    cure: &str,
) -> Outcome<PathBuf> {
    if let Some(named) = env::var_os(variable).filter(|value| !value.is_empty()) {
        let named = PathBuf::from(named);
        let sentence = format!("{variable} names {}, which is no file", named.display());
        return if named.is_file() { Ok(named) } else { Err(Failure::with_cure(&sentence, cure)) };
    }
    if let Some(found) = look() {
        return Ok(found);
    }
    let missing = || Failure::with_cure(&format!("{what} was not found"), cure);
    if !may_install() {
        return Err(missing());
    }
    install(debian)?;
    look().ok_or_else(missing)
}

/// True for root on a system with Debian's package manager.
fn may_install() -> bool {
    let root = run::captured(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    root && Path::new("/etc/debian_version").exists() && place::in_path(&["apt-get"]).is_some()
}

fn install(packages: &[&str]) -> Outcome<()> {
    let folder = place::scratch();
    std::fs::create_dir_all(&folder).map_err(run::about(folder.display()))?;
    let apt = || {
        let mut command = place::command("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run::quiet(apt().arg("update"), "apt-get update", &folder.join("apt-update.log"))?;
    let label = format!("apt-get install {}", packages.join(" "));
    let mut command = apt();
    command.args(["install", "-y", "--no-install-recommends"]).args(packages);
    run::quiet(&mut command, &label, &folder.join("apt-install.log"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("18.1"), Some(18));
        assert_eq!(major("none"), None);
    }
}
