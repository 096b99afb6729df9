//! Runs other programs: with their output shown, or kept in a log with a sign of life on the
//! terminal.

use std::fmt::{self, Display};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::console::Heartbeat;

/// Why a command could not be carried out, in a sentence, with its cure where there is one.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A sentence followed by what the person can do about it.
    pub(crate) fn with_cure(sentence: &str, cure: &str) -> Self {
        Self(format!("{sentence}\n  cure: {cure}"))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What all fallible steps of these commands return.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Names a file or program in an input/output error.
pub(crate) fn about(what: impl Display) -> impl FnOnce(std::io::Error) -> Failure {
    move |error| Failure::new(format!("{what}: {error}"))
}

/// Runs a program with its output on the terminal.
pub(crate) fn shown(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(about(line(command)))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", line(command))))
}

/// Runs a program and hands each line that it prints to `see`, after printing it.
pub(crate) fn watched(command: &mut Command, mut see: impl FnMut(&str)) -> Outcome<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(about(line(command)))?;
    let out = child.stdout.take().expect("the output was asked for as a pipe");
    for text in BufReader::new(out).lines() {
        let text = text.map_err(about("output of a program"))?;
        println!("{text}");
        see(&text);
    }
    let status = child.wait().map_err(about(line(command)))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", line(command))))
}

/// Runs a program and returns what it prints, without the ends of lines around it.
pub(crate) fn captured(command: &mut Command) -> Outcome<String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(about(line(command)))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{}` ended with {}", line(command), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a long program with its output in the file `log`; the terminal shows elapsed time and, for
/// Cargo, how many packages it has compiled. Its last lines are shown when it fails.
pub(crate) fn quiet(command: &mut Command, label: &str, log: &Path) -> Outcome<()> {
    let file = File::create(log).map_err(about(log.display()))?;
    let second = file.try_clone().map_err(about(log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(second)
        .spawn()
        .map_err(about(line(command)))?;
    let mut heartbeat = Heartbeat::start(label);
    let succeeded = await_end(&mut child, &mut heartbeat, log)?;
    heartbeat.end(if succeeded { "done" } else { "failed" });
    if succeeded {
        return Ok(());
    }
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(30)..].join("\n");
    Err(Failure::new(format!("{tail}\n`{}` failed", line(command))))
}

fn await_end(child: &mut Child, heartbeat: &mut Heartbeat, log: &Path) -> Outcome<bool> {
    loop {
        if let Some(status) = child.try_wait().map_err(about("a program that was started"))? {
            return Ok(status.success());
        }
        heartbeat.beat(&progress(log));
        thread::sleep(Duration::from_millis(250));
    }
}

fn progress(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let compiled = text.lines().filter(|line| line.trim_start().starts_with("Compiling")).count();
    match (compiled, text.lines().last()) {
        (0, last) => last.unwrap_or("starting").trim().chars().take(70).collect(),
        (compiled, _) => format!("{compiled} packages so far"),
    }
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
