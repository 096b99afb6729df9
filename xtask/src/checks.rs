//! `cargo xtask test`: every check, in the order of its price, each with its seconds.

use std::fs;
use std::path::PathBuf;

use crate::browser;
use crate::console::{Watch, headline, say};
use crate::count::Count;
use crate::dist;
use crate::place;
use crate::run::{self, Failure, Outcome, about};
use crate::tools;

/// One check, or one runner of many.
struct Stage {
    name: &'static str,
    run: fn() -> Outcome<Count>,
}

const STAGES: [Stage; 9] = [
    Stage { name: "format", run: format },
    Stage { name: "clippy", run: clippy },
    Stage { name: "clippy-wasm", run: clippy_wasm },
    Stage { name: "tests", run: tests },
    Stage { name: "docs", run: docs },
    Stage { name: "licences", run: licences },
    Stage { name: "page", run: page },
    Stage { name: "digests", run: digests },
    Stage { name: "browser", run: browser_tests },
];

/// Runs all stages, or the one named. A stage that fails does not keep the others from running.
pub(crate) fn test(only: Option<&str>) -> Outcome<()> {
    let watch = Watch::start();
    let chosen: Vec<&Stage> =
        STAGES.iter().filter(|stage| only.is_none_or(|name| name == stage.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(Failure::new(format!(
            "there is no stage of that name; stages: {}",
            names.join(", ")
        )));
    }
    let mut total = Count::default();
    let mut failures = Vec::new();
    for stage in chosen {
        let (count, failure) = run_stage(stage);
        total += count;
        failures.extend(failure.map(|failure| format!("{}: {failure}", stage.name)));
    }
    println!("\nAll stages took {watch}.");
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if failures.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("failed stages:\n{}", failures.join("\n"))))
}

fn run_stage(stage: &Stage) -> (Count, Option<Failure>) {
    headline(stage.name);
    let watch = Watch::start();
    match (stage.run)() {
        Ok(count) => {
            say(&format!("{}: passed, {watch}", stage.name));
            (count, None)
        }
        Err(failure) => {
            say(&format!("{}: FAILED, {watch}: {failure}", stage.name));
            (Count { passed: 0, failed: 1 }, Some(failure))
        }
    }
}

fn format() -> Outcome<Count> {
    run::shown(place::cargo().args(["fmt", "--all", "--check"])).map(|()| Count::ONE)
}

fn clippy() -> Outcome<Count> {
    let arguments = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run::shown(place::cargo().args(arguments)).map(|()| Count::ONE)
}

const WASM_PAGE: [&str; 6] =
    ["--locked", "--package", "rocketscope", "--target", "wasm32-unknown-unknown", "--lib"];

fn clippy_wasm() -> Outcome<Count> {
    tools::for_the_page()?;
    let mut cargo = place::cargo();
    cargo.arg("clippy").args(WASM_PAGE).args(["--bins", "--", "-D", "warnings"]);
    run::shown(&mut cargo).map(|()| Count::ONE)
}

/// Unit, story, layer and tidiness tests, and the examples in the docs.
fn tests() -> Outcome<Count> {
    let mut count = Count::default();
    let mut cargo = place::cargo();
    cargo.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    run::watched(&mut cargo, |line| count.see(line)).map_err(|failure| {
        Failure::new(format!("{failure} ({} tests passed, {} failed)", count.passed, count.failed))
    })?;
    if count.passed == 0 {
        return Err(Failure::new("`cargo test` ran no test"));
    }
    Ok(count)
}

/// The docs of the native package and of the page.
fn docs() -> Outcome<Count> {
    let rustdoc = |arguments: &[&str]| {
        let mut cargo = place::cargo();
        cargo.args(["doc", "--no-deps"]).args(arguments).env("RUSTDOCFLAGS", "-D warnings");
        run::shown(&mut cargo)
    };
    rustdoc(&["--locked", "--workspace", "--document-private-items"])?;
    rustdoc(&WASM_PAGE)?;
    Ok(Count { passed: 2, failed: 0 })
}

/// Advisories are left out: they need a download that a closed network does not have.
fn licences() -> Outcome<Count> {
    tools::for_licences()?;
    let mut cargo = place::cargo();
    cargo.args(["deny", "--offline", "--all-features", "check", "licenses", "bans", "sources"]);
    run::shown(&mut cargo).map(|()| Count { passed: 3, failed: 0 })
}

fn page() -> Outcome<Count> {
    // What an earlier run left must not stand in for a build that fails.
    let place = place::dist();
    if place.exists() {
        fs::remove_dir_all(&place).map_err(about(place.display()))?;
    }
    dist::build().map(|()| Count::ONE)
}

/// Native histories equal those of the browser, for every shipped scenario.
fn digests() -> Outcome<Count> {
    run::shown(place::cargo().args(["build", "--locked", "--quiet", "--bin", "rocketscope"]))?;
    node_tests("digests")
}

fn browser_tests() -> Outcome<Count> {
    node_tests("page")
}

/// Runs the tests of one folder below `tests/browser`.
fn node_tests(folder: &str) -> Outcome<Count> {
    if !place::dist().join("index.html").is_file() {
        let cure = "run `cargo xtask dist`, or all stages";
        return Err(Failure::with_cure("there is no built page to test", cure));
    }
    let files = test_files(folder)?;
    let mut node = browser::node(&["--test", "--test-reporter=spec"])?;
    node.args(&files);
    let mut count = Count::default();
    run::watched(&mut node, |line| count.see(line))?;
    if count.passed == 0 {
        return Err(Failure::new(format!("tests/browser/{folder} ran no test")));
    }
    Ok(count)
}

/// Every `*.test.mjs` of a folder, in the order of names; the runner's own patterns differ by
/// version.
fn test_files(folder: &str) -> Outcome<Vec<PathBuf>> {
    let place = place::browser_tests().join(folder);
    let entries = fs::read_dir(&place).map_err(about(place.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    Ok(files)
}
