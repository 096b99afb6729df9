//! Signatures of requests (ACL 1.0).
//!
//! Follows `AclClientRPCHook` and `AclSigner`: HMAC-SHA1 of the values of all fields, sorted by
//! their names, and the body. Nothing here checks one: brokers allow every request.

use super::base64;
use super::command::Command;

/// Bytes that SHA-1 takes at a time.
const BLOCK: usize = 64;

/// The request with its sender's `AccessKey` and `Signature`.
#[must_use]
pub fn signed(command: Command, access_key: &str, secret_key: &str) -> Command {
    let command = command.with("AccessKey", access_key);
    let signature = signature(&command, secret_key);
    command.with("Signature", signature)
}

/// What a request is signed with.
pub fn signature(command: &Command, secret_key: &str) -> String {
    let fields = command.ext.iter().filter(|(name, _)| *name != "Signature");
    let mut content: Vec<u8> = fields.flat_map(|(_, value)| value.bytes()).collect();
    content.extend(&command.body);
    base64::encode(&hmac_sha1(secret_key.as_bytes(), &content)).replace('-', "+").replace('_', "/")
}

fn hmac_sha1(key: &[u8], content: &[u8]) -> [u8; 20] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..20].copy_from_slice(&sha1(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8, rest: &[u8]| [&block.map(|byte| byte ^ pad), rest].concat();
    sha1(&padded(0x5C, &sha1(&padded(0x36, content))))
}

fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize((bytes.len() + 9).next_multiple_of(BLOCK) - 8, 0);
    padded.extend((bytes.len() as u64 * 8).to_be_bytes());
    let mut state: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    padded.as_chunks::<BLOCK>().0.iter().for_each(|block| absorb(&mut state, block));
    let mut hash = [0; 20];
    for (bytes, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

fn absorb(state: &mut [u32; 5], block: &[u8; BLOCK]) {
    let mut words = [0_u32; 80];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for at in 16..80 {
        words[at] =
            (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (at, word) in words.into_iter().enumerate() {
        let (mix, constant) = match at {
            0..20 => (b & c | !b & d, 0x5A82_7999_u32),
            20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
            40..60 => (b & c | b & d | c & d, 0x8F1B_BCDC),
            _ => (b ^ c ^ d, 0xCA62_C1D6),
        };
        let sum = [mix, e, constant, word].into_iter().fold(a.rotate_left(5), u32::wrapping_add);
        (a, b, c, d, e) = (sum, a, b.rotate_left(30), c, d);
    }
    for (part, more) in state.iter_mut().zip([a, b, c, d, e]) {
        *part = part.wrapping_add(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_are_hashed_first_and_bodies_are_signed_too() {
        // RFC 2202, case 6.
        let hash =
            hmac_sha1(&[0xAA; 80], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hash[..4], [0xAA, 0x4A, 0xE5, 0xE1]);
        let request = Command::request(310, 0).with("b", "T");
        let with_body = Command { body: b"x".to_vec(), ..request.clone() };
        assert_ne!(signature(&request, "sk"), signature(&with_body, "sk"));
    }
}
