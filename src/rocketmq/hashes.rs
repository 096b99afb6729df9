//! Hashes that decide where something goes: Java's of numbers, and the checksum of bodies.
//!
//! Follows `Long.hashCode`, `UtilAll.crc32` and `SelectMessageQueueByHash`. That of texts stands
//! with topics ([`super::topic::java_hash`]).

/// Java's `Long.hashCode`.
pub fn long_hash(number: i64) -> i32 {
    let low_half = |bits: u64| u32::try_from(bits & 0xFFFF_FFFF).expect("32 bits").cast_signed();
    let bits = number.cast_unsigned();
    low_half(bits ^ bits >> 32)
}

/// What a record says of its body (`bodyCRC`): CRC-32 without its highest bit; 0 for no body.
pub fn body_crc(body: &[u8]) -> u32 {
    crc32fast::hash(body) & 0x7FFF_FFFF
}

/// Which of so many queues an argument picks by its hash code. The remainder keeps the hash's sign
/// in Java, and is made positive after that.
pub fn index_by_hash(hash: i32, queues: u32) -> u32 {
    assert!(queues > 0, "a message is sent to one of at least one queues");
    let remainder = i64::from(hash) % i64::from(queues);
    u32::try_from(remainder.abs()).expect("a remainder is less than what it was divided by")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longs_hash_as_in_the_worked_examples() {
        let cases = [(-1, 0), (4_294_967_296, 1), (123_456_789_012, -1_097_262_584)];
        for (number, hash) in cases {
            assert_eq!(long_hash(number), hash, "{number}");
        }
    }

    #[test]
    fn arguments_pick_queues_as_in_the_worked_examples() {
        let cases = [(5, 4, 1), (-1, 4, 1), (-7, 4, 3), (-7, 6, 1), (i32::MIN, 6, 2)];
        for (hash, queues, index) in cases {
            assert_eq!(index_by_hash(hash, queues), index, "{hash} of {queues}");
        }
    }
}
