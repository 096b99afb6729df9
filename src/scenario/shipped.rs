//! The scenarios that come with RocketScope.

/// A scenario that comes with RocketScope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// File name without its ending.
    pub name: &'static str,
    /// The file's text.
    pub text: &'static str,
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
        "broadcast"
    )
}

/// The text of a shipped scenario.
pub fn shipped_text(name: &str) -> Option<&'static str> {
    shipped().iter().find(|scenario| scenario.name == name).map(|scenario| scenario.text)
}
