//! What a broker filters messages by besides tags: SQL92 expressions over their properties.
//!
//! Follows the module `filter`. Tags stand in `rocketmq::filter`.

pub mod sql92;
