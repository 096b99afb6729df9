//! The tools that Cargo installs: the wasm target, wasm-bindgen's program, Trunk, cargo-deny.
//!
//! Each is pinned. A program of the right version in PATH is used; otherwise it is built into the
//! folder of tools, as a debug build where that halves the wait and costs nothing that one notices.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::console::say;
use crate::place;
use crate::run::{self, Failure, Outcome, about};

const WASM: &str = "wasm32-unknown-unknown";

/// A program that `cargo install` builds.
struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    flags: &'static [&'static str],
}

/// What building and serving the page needs.
pub(crate) fn for_the_page() -> Outcome<()> {
    wasm_target()?;
    provide(&wasm_bindgen()?)?;
    provide(&trunk())
}

/// What checking licences and sources needs.
pub(crate) fn for_licences() -> Outcome<()> {
    provide(&Tool {
        package: "cargo-deny",
        program: "cargo-deny",
        version: "0.20.2".to_owned(),
        flags: &["--debug", "--locked", "--no-default-features"],
    })
}

/// 0.21.14 is the newest Trunk that Rust 1.95 builds. The debug build takes half the time of a
/// release build, and building the page with it 0.1 to 0.4 s longer.
fn trunk() -> Tool {
    Tool {
        package: "trunk",
        program: "trunk",
        version: "0.21.14".to_owned(),
        flags: &["--debug", "--locked", "--no-default-features", "--features", "rustls"],
    }
}

/// Trunk takes a wasm-bindgen of exactly the version in Cargo.lock. Its own lock file pins a
/// package that registries no longer offer, hence no `--locked`.
fn wasm_bindgen() -> Outcome<Tool> {
    let version = locked_version("wasm-bindgen")?;
    Ok(Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, flags: &["--debug"] })
}

fn locked_version(package: &str) -> Outcome<String> {
    let place = place::root().join("Cargo.lock");
    let text = fs::read_to_string(&place).map_err(about(place.display()))?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let found = text.split_once(&entry).and_then(|(_, rest)| rest.split_once('"'));
    found
        .map(|(version, _)| version.to_owned())
        .ok_or_else(|| Failure::new(format!("Cargo.lock has no package `{package}`")))
}

fn wasm_target() -> Outcome<()> {
    let sysroot = run::captured(place::command("rustc").args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    if place::in_path(&["rustup"]).is_none() {
        let cure = "install rustup, or your system's package for this target";
        return Err(Failure::with_cure(&format!("Rust lacks the target {WASM}"), cure));
    }
    say(&format!("installing the Rust target {WASM}"));
    run::shown(place::command("rustup").args(["target", "add", WASM]))
}

fn provide(tool: &Tool) -> Outcome<()> {
    if installed_version(tool.program).as_deref() == Some(tool.version.as_str()) {
        return Ok(());
    }
    let folder = place::tools();
    fs::create_dir_all(&folder).map_err(about(folder.display()))?;
    // A folder that stays lets an interrupted build go on; it goes once the program stands.
    let target = folder.join("building").join(tool.package);
    let mut install = place::cargo();
    install
        .current_dir(&folder)
        .args(["install", tool.package, "--version", &tool.version, "--force"])
        .args(tool.flags)
        .arg("--root")
        .arg(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "false");
    let label = format!("installing {} {}", tool.package, tool.version);
    run::quiet(&mut install, &label, &folder.join(format!("{}.log", tool.package)))?;
    let _ = fs::remove_dir_all(&target);
    match installed_version(tool.program) {
        Some(version) if version == tool.version => Ok(()),
        found => Err(Failure::new(format!(
            "{} {} was installed, but `{} --version` says {found:?}",
            tool.package, tool.version, tool.program
        ))),
    }
}

/// The second word of what `PROGRAM --version` prints.
fn installed_version(program: &str) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .env("PATH", place::path_with_tools())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).map(str::to_owned)
}
