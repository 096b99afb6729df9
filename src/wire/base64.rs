//! Base 64, as handles and arrays of bytes are written (`java.util.Base64`, fastjson).

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// With `-` and `_`, and filled up with `=` (`getUrlEncoder`).
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let byte = |at| u32::from(part.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 0x3F) as usize];
            text.push(if at <= part.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// The bytes up to the first letter that is none, in either alphabet.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'+' => Some(62),
        b'/' => Some(63),
        _ => LETTERS.iter().position(|known| *known == letter),
    };
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0, 0);
    for value in text.bytes().map_while(value) {
        bits = (bits << 6 | value) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).expect("eight bits"));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for (bytes, text) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("v1 T", "djEgVA==")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text), bytes.as_bytes());
        }
        assert_eq!(encode(&[0xFB, 0xFF]), "-_8=");
        assert_eq!(decode("+/8="), [0xFB, 0xFF]);
    }
}
