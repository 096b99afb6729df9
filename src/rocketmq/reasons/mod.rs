//! Every reason that RocketMQ's actors give, with the setting behind it.
//!
//! The page's sentence for a reason has the key `why.` + the key here. A new reason is one line.

use crate::facts::{ReasonId, Vocabulary, Why};

use super::remoting::names;
use super::settings;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $id:ident = $key:literal $(, $setting:ident)?;)*) => {
        /// Names for the entries of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Because {
            $($(#[doc = $doc])* $id,)*
        }
        pub(super) static REASONS: &[Reason] = &[
            $(Reason { key: $key, setting: reasons!(@setting $($setting)?) },)*
        ];
    };
    (@setting) => { None };
    (@setting $setting:ident) => { Some(&settings::$setting) };
}

mod table;

pub use table::Because;
use table::REASONS;

impl Because {
    /// The reason with the value that mattered.
    pub fn with(self, value: u32) -> Why {
        Why { reason: ReasonId(self as u16), value }
    }

    /// The reason with its setting's default, or 0.
    pub fn plain(self) -> Why {
        let setting = REASONS[self as usize].setting;
        let value = setting.map_or(0, |setting| setting.default);
        self.with(u32::try_from(value).expect("defaults fit in u32"))
    }

    /// True where `why` gives this reason.
    pub fn is(self, why: Why) -> bool {
        why.reason == ReasonId(self as u16)
    }
}

/// RocketMQ's tables.
pub static VOCABULARY: Vocabulary =
    Vocabulary { reasons: REASONS, settings: settings::ALL, requests: names::CLIENTS };
