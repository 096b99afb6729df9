//! Hashes that decide where something goes: Java's of numbers, and the checksum of bodies.
//!
//! Follows `Long.hashCode`, `UtilAll.crc32` and `SelectMessageQueueByHash`, and Guava's two hashes
//! by which 5.x clients and proxies place message groups. That of texts stands with topics
//! ([`super::topic::java_hash`]).

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

/// SipHash-2-4 of a text, with the key bytes 0 to 15 (`Hashing.sipHash24`): by it a 5.x client
/// places a message group (`PublishingLoadBalancer`).
pub fn sip_hash(text: &str) -> i64 {
    let (low, high) = (0x0706_0504_0302_0100_u64, 0x0F0E_0D0C_0B0A_0908_u64);
    let mut v = [
        low ^ 0x736F_6D65_7073_6575,
        high ^ 0x646F_7261_6E64_6F6D,
        low ^ 0x6C79_6765_6E65_7261,
        high ^ 0x7465_6462_7974_6573,
    ];
    let mut absorb = |word: u64| {
        v[3] ^= word;
        (0..2).for_each(|_| sip_round(&mut v));
        v[0] ^= word;
    };
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    words.iter().for_each(|word| absorb(u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    absorb(u64::from_le_bytes(last) | (text.len() as u64) << 56);
    v[2] ^= 0xFF;
    (0..4).for_each(|_| sip_round(&mut v));
    (v[0] ^ v[1] ^ v[2] ^ v[3]).cast_signed()
}

fn sip_round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

/// Which of so many queues a 5.x client takes for a hash: the remainder, made positive.
pub fn index_by_sip(hash: i64, queues: u32) -> u32 {
    u32::try_from(hash.rem_euclid(i64::from(queues))).expect("it is below the count")
}

/// Jump consistent hash (`Hashing.consistentHash`): by it a proxy places a message group. Guava
/// divides floating-point numbers; below 2²² queues whole ones give the same.
pub fn jump_hash(seed: i32, buckets: u32) -> u32 {
    let (mut state, mut candidate) = (i64::from(seed).cast_unsigned(), 0_u64);
    loop {
        state = state.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let next = ((candidate + 1) << 31) / ((state >> 33) + 1);
        if next >= u64::from(buckets) {
            return u32::try_from(candidate).expect("it is below the count");
        }
        candidate = next;
    }
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
