//! Neutral words for what happens in a messaging system: what actors state and what everything
//! above reads.
//!
//! Every protocol states its facts in these words; its own words live in the table of reasons and
//! settings that a [`Why`] points into. Nothing above the protocols knows their packets or timers.

pub mod fact;
pub mod kind;
pub mod measure;
pub mod reason;
pub mod view;

pub use fact::{
    AnswerCode, CallEnd, Fact, MsgKey, QueueRef, SendMode, SendOutcome, TransactionEnd,
};
pub use kind::FactKind;
pub use reason::{Reason, ReasonId, Setting, Unit, Vocabulary, Why};
pub use view::{
    Carried, CarriedKind, Content, Expectation, NodeProfile, NodeRole, Promises, TopicKind,
};
