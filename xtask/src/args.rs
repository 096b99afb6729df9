//! What the person at the terminal asked for.

use crate::run::{Failure, Outcome};

/// What `cargo xtask --help` prints.
pub(crate) const HELP: &str = "\
RocketScope's own commands. What they need beyond Rust is installed on the first run.

Usage: cargo xtask COMMAND [OPTIONS]

Commands:
  serve      Build the page in release and serve it on this machine
             --port N    the port (8080)
             --open      open the page in the browser
             --watch     rebuild and reload at every change (`trunk serve`, a debug build)
  test       Run every check that CI runs
             --only NAME run one stage (its name as `cargo xtask test` prints it)
  dist       Build the folder to publish: dist/
  budget     Measure all timed figures of docs/PERFORMANCE.md and print them
  screens    Take the screenshots of docs/screens/
  seal       Put the inline scripts' hashes into the built page's policy (Trunk calls it)

Examples:
  cargo xtask serve --port 9000 --open
  cargo xtask test --only browser

Environment:
  ROCKETSCOPE_BROWSER   the Chromium or Chrome to test with (else: the usual names in PATH)
  NODE                  the Node.js to test with (else: node in PATH)
";

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Help,
    Serve(ServeOptions),
    Test { only: Option<String> },
    Dist,
    Budget,
    Screens,
    Seal,
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServeOptions {
    /// Port on the loopback address.
    pub(crate) port: u16,
    /// Open a browser when the page is ready.
    pub(crate) open: bool,
    /// Rebuild at every change.
    pub(crate) watch: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { port: 8080, open: false, watch: false }
    }
}

/// Reads the words behind `cargo xtask`.
pub(crate) fn parse(words: impl Iterator<Item = String>) -> Outcome<Order> {
    let words: Vec<String> = words.collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        return Ok(Order::Help);
    }
    let Some((command, rest)) = words.split_first() else { return Ok(Order::Help) };
    match command.as_str() {
        "help" => Ok(Order::Help),
        "serve" => serve_options(rest).map(Order::Serve),
        "test" => test_options(rest),
        "dist" => bare(rest, Order::Dist),
        "budget" => bare(rest, Order::Budget),
        "screens" => bare(rest, Order::Screens),
        "seal" => bare(rest, Order::Seal),
        other => Err(Failure::new(format!("there is no command `{other}`"))),
    }
}

fn bare(rest: &[String], order: Order) -> Outcome<Order> {
    match rest.first() {
        None => Ok(order),
        Some(word) => {
            Err(Failure::new(format!("this command takes no options, but found `{word}`")))
        }
    }
}

fn test_options(rest: &[String]) -> Outcome<Order> {
    match rest {
        [] => Ok(Order::Test { only: None }),
        [flag, name] if flag == "--only" => Ok(Order::Test { only: Some(name.clone()) }),
        _ => Err(Failure::new("`test` takes `--only NAME` or nothing".to_owned())),
    }
}

fn serve_options(rest: &[String]) -> Outcome<ServeOptions> {
    let mut options = ServeOptions::default();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--open" => options.open = true,
            "--watch" => options.watch = true,
            "--port" => options.port = port(words.next())?,
            other => return Err(Failure::new(format!("`serve` has no option `{other}`"))),
        }
    }
    Ok(options)
}

fn port(word: Option<&String>) -> Outcome<u16> {
    let found = word.map_or("nothing", String::as_str);
    found.parse().map_err(|_| {
        Failure::new(format!("--port wants a number up to 65535, but found `{found}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Outcome<Order> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn commands_and_options_are_read() {
        let serve = ServeOptions { port: 9000, open: true, watch: false };
        assert_eq!(read("serve --port 9000 --open").ok(), Some(Order::Serve(serve)));
        assert_eq!(read("serve").ok(), Some(Order::Serve(ServeOptions::default())));
        assert_eq!(read("test").ok(), Some(Order::Test { only: None }));
        assert_eq!(read("").ok(), Some(Order::Help));
        assert_eq!(read("dist --help").ok(), Some(Order::Help));
    }

    #[test]
    fn a_wrong_word_is_named() {
        for (line, named) in [
            ("sevre", "`sevre`"),
            ("serve --prot 1", "`--prot`"),
            ("serve --port 70000", "`70000`"),
            ("serve --port", "`nothing`"),
            ("dist now", "`now`"),
        ] {
            let failure = read(line).expect_err(line).to_string();
            assert!(failure.contains(named), "{line}: {failure}");
        }
    }
}
