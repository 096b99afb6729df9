//! Hashes of texts.

use crate::cli::conform::difference::Sides;
use crate::rocketmq::hashes::body_crc;
use crate::rocketmq::topic::java_hash;
use crate::wire::json::Json;

use super::case::{Bad, Case};

/// A tag's hash, and a body's checksum.
pub(super) fn hashes(case: Case<'_>) -> Result<Sides, Bad> {
    let text = case.text("text")?;
    let found = Json::object([
        ("hashCode", java_hash(text).into()),
        ("crc32", body_crc(text.as_bytes()).into()),
    ]);
    Ok(Sides { expected: case.part(&["hashCode", "crc32"]), found })
}
