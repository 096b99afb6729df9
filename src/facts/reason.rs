//! Reasons and settings: why something was decided, and the setting behind it with its value.

/// Which reason of a protocol's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReasonId(pub u16);

/// A reason with the value that mattered: the setting's, or a number that the sentence names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// The reason.
    pub reason: ReasonId,
    /// In the setting's unit.
    pub value: u32,
}

/// An entry of a protocol's table of reasons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Key of the page's texts is `why.` + this.
    pub key: &'static str,
    /// The setting behind it.
    pub setting: Option<&'static Setting>,
}

/// What a setting's number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// A count.
    Count,
    /// Bytes.
    Bytes,
    /// 0 or 1.
    Switch,
}

/// A setting: one entry of the one table that reasons, scenario keys, help and documents use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The system's own name for it.
    pub name: &'static str,
    /// `namesrv`, `broker`, `producer`, `consumer`, `client`, or `constant` where it cannot be set.
    pub owner: &'static str,
    /// Unit.
    pub unit: Unit,
    /// The value where nobody says anything.
    pub default: i64,
    /// Least and greatest value.
    pub range: (i64, i64),
    /// Can change while it runs.
    pub live: bool,
}

/// A protocol's tables.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// All reasons, by [`ReasonId`].
    pub reasons: &'static [Reason],
    /// All settings.
    pub settings: &'static [&'static Setting],
    /// Names of requests by their code.
    pub requests: &'static [(u32, &'static str)],
}

impl Vocabulary {
    /// The entry for a reason.
    pub fn reason(&self, id: ReasonId) -> &'static Reason {
        &self.reasons[usize::from(id.0)]
    }

    /// The name of a request; its code where the protocol has no name for it.
    pub fn request(&self, code: u32) -> String {
        let known = self.requests.iter().find(|(known, _)| *known == code);
        known.map_or_else(|| code.to_string(), |(_, name)| (*name).to_owned())
    }
}
