//! Subscriptions by tag, parsed once.
//!
//! Follows `FilterAPI.buildSubscriptionData` and `SubscriptionData`. SQL92 stands with the broker.

use std::collections::BTreeSet;

use super::topic::java_hash;

/// What a subscription to everything is written as (`SUB_ALL`).
pub const ALL: &str = "*";

/// A parsed tag expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSubscription {
    /// As written; `*` where nothing was written.
    pub sub_string: String,
    /// The tags; none for everything.
    pub tags: BTreeSet<String>,
    /// Their hash codes, which the broker compares.
    pub codes: BTreeSet<i32>,
}

/// Nothing but separators ("subString split error").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitError;

impl TagSubscription {
    /// Parses `*`, nothing, or tags between `||`.
    ///
    /// # Errors
    ///
    /// Where the text is made of separators alone: Java's split leaves nothing of it. Spaces
    /// between them are something, and give a subscription without tags.
    pub fn parse(text: Option<&str>) -> Result<Self, SplitError> {
        let text = text.unwrap_or("");
        if text.is_empty() || text == ALL {
            let (tags, codes) = (BTreeSet::new(), BTreeSet::new());
            return Ok(Self { sub_string: ALL.to_owned(), tags, codes });
        }
        if text.split("||").all(str::is_empty) {
            return Err(SplitError);
        }
        let trimmed = |tag: &str| tag.trim_matches(|letter| letter <= ' ').to_owned();
        let tags = text.split("||").map(trimmed).filter(|tag| !tag.is_empty());
        let tags: BTreeSet<String> = tags.collect();
        let codes = tags.iter().map(|tag| java_hash(tag)).collect();
        Ok(Self { sub_string: text.to_owned(), tags, codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_alone_are_an_error_and_spaces_between_them_none() {
        for text in ["||", "||||"] {
            assert_eq!(TagSubscription::parse(Some(text)), Err(SplitError), "{text}");
        }
        for text in [" ", "|| ||"] {
            let parsed = TagSubscription::parse(Some(text)).expect("it splits");
            assert!(parsed.tags.is_empty(), "{text}");
        }
        let bar = TagSubscription::parse(Some("|||")).expect("it splits");
        assert!(bar.tags.contains("|"));
    }
}
