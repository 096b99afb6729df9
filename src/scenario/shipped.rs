//! The scenarios that come with RocketScope.

/// A scenario that comes with RocketScope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// File name without its ending.
    pub name: &'static str,
    /// The file's text.
    pub text: &'static str,
}

impl Shipped {
    /// A text of the file's head, as `title`, without reading the rest of the file.
    pub fn said(&self, key: &str) -> &'static str {
        let value = |line: &'static str| line.strip_prefix(key)?.strip_prefix(" = \"");
        let found = self.text.lines().find_map(value);
        found.and_then(|text| text.strip_suffix('"')).unwrap_or(self.name)
    }
}

macro_rules! ship {
    ($($name:literal),*) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!("../../static/scenarios/", $name, ".toml")),
        }),*]
    };
}

/// All shipped scenarios, the one for newcomers first.
pub fn shipped() -> &'static [Shipped] {
    ship!(
        "first-program",
        "pull-and-push",
        "rebalance",
        "slow-consumer",
        "master-and-slave",
        "controller-election",
        "retry-and-dead-letters",
        "orderly-locks",
        "broadcast",
        "lite-pull",
        "simple-consumer",
        "timeliness",
        "two-million"
    )
}

/// The text of a shipped scenario.
pub fn shipped_text(name: &str) -> Option<&'static str> {
    shipped().iter().find(|scenario| scenario.name == name).map(|scenario| scenario.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn heads_say_what_the_whole_file_says() {
        for from in shipped() {
            let about = Scenario::parse(from.text, &[]).expect("it is shipped").about;
            assert_eq!(from.said("title"), about.title, "{}", from.name);
            assert_eq!(from.said("line"), about.line, "{}", from.name);
        }
    }
}
