//! Messages as bytes: properties, ids, commit-log records and the elements of a batch.
//!
//! Follows `MessageDecoder`. Bodies stay as they are: whether and how one is compressed is told by
//! its flags ([`sys_flag`]).

pub mod batch;
pub mod id;
pub mod properties;
pub mod record;
pub mod sys_flag;
