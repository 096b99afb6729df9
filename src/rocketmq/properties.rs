//! Properties of a message that came as bytes (`MessageDecoder`, `MessageConst`).

/// `PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX`.
pub const UNIQ_KEY: &str = "UNIQ_KEY";
/// `PROPERTY_TAGS`.
pub const TAGS: &str = "TAGS";
/// `PROPERTY_KEYS`.
pub const KEYS: &str = "KEYS";

/// Names and values in order; a name stands once, but for those that a batch adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(Vec<(String, String)>);

impl Properties {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets a value, whether or not the name is there.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Adds a value even where the name is there: the earlier one stays in the bytes, and this one
    /// is what readers find.
    pub fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a name out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Bytes of all: each has a separator after its name and one after its value.
    pub fn bytes(&self) -> u32 {
        let sizes = self.0.iter().map(|(name, value)| name.len() + value.len() + 2);
        u32::try_from(sizes.sum::<usize>()).expect("properties are shorter than 4 GiB")
    }

    /// All, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
