//! Reading JSON as fastjson does: bare and single-quoted names, commas too many, any value as key.

use super::Json;
use crate::wire::error::WireError;

/// Deepest nesting.
const MOST_DEPTH: u32 = 100;

impl Json {
    /// Reads one value; what is not UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    ///
    /// Where the bytes are no JSON, something is left behind it, or it is nested too deep.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        let text = String::from_utf8_lossy(bytes);
        let mut reader = Reader { text: &text, at: 0, depth: 0 };
        let value = reader.value()?;
        reader.skip();
        if reader.at == text.len() { Ok(value) } else { Err(reader.expected("the end")) }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn expected(&self, expected: &'static str) -> WireError {
        WireError::Json { at: self.at, expected }
    }

    fn skip(&mut self) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'\x08');
        self.at += self.rest().as_bytes().iter().take_while(|byte| blank(byte)).count();
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        self.skip();
        self.rest().bytes().next()
    }

    /// Takes a byte where it is the next one.
    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    fn value(&mut self) -> Result<Json, WireError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::map),
            Some(b'[') => self.nested(Self::list),
            Some(b'"' | b'\'') => self.quoted().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Json, WireError>,
    ) -> Result<Json, WireError> {
        if self.depth == MOST_DEPTH {
            return Err(self.expected("less nesting"));
        }
        self.at += 1;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Json, WireError> {
        let mut values = Vec::new();
        loop {
            while self.takes(b',') {}
            if self.takes(b']') {
                return Ok(Json::List(values));
            }
            values.push(self.value()?);
            if !matches!(self.peek(), Some(b',' | b']')) {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn map(&mut self) -> Result<Json, WireError> {
        let mut pairs = Vec::new();
        loop {
            while self.takes(b',') {}
            if self.takes(b'}') {
                return Ok(Json::Map(pairs));
            }
            let key = self.key()?;
            if !self.takes(b':') {
                return Err(self.expected("`:`"));
            }
            pairs.push((key, self.value()?));
            if !matches!(self.peek(), Some(b',' | b'}')) {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    /// A key: any value, or a bare name.
    fn key(&mut self) -> Result<Json, WireError> {
        let begins = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$');
        if !self.peek().is_some_and(begins) {
            return self.value();
        }
        let name = self.name();
        Ok(Json::text(name))
    }

    fn name(&mut self) -> &'a str {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        let rest = self.rest();
        let length = rest.as_bytes().iter().take_while(|byte| part(byte)).count();
        self.at += length;
        &rest[..length]
    }

    fn word(&mut self) -> Result<Json, WireError> {
        let before = self.at;
        match self.name() {
            "null" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => Err(WireError::Json { at: before, expected: "a value" }),
        }
    }

    fn number(&mut self) -> Result<Json, WireError> {
        let rest = self.rest();
        let part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
        let length = rest.as_bytes().iter().take_while(|byte| part(byte)).count();
        let text = &rest[..length];
        // Whole numbers are kept as numbers; that the others are numbers is all that is asked.
        let number = match text.parse() {
            Ok(whole) => Some(Json::Int(whole)),
            Err(_) => text.parse::<f64>().ok().map(|_| Json::Number(text.to_owned())),
        };
        let number = number.ok_or_else(|| self.expected("a number"))?;
        self.at += length;
        Ok(number)
    }

    fn quoted(&mut self) -> Result<String, WireError> {
        let quote = self.rest().chars().next().ok_or_else(|| self.expected("a text"))?;
        self.at += quote.len_utf8();
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find([quote, '\\']).ok_or_else(|| self.expected("the text's end"))?;
            text.push_str(&rest[..plain]);
            self.at += plain + 1;
            if rest[plain..].starts_with(quote) {
                return Ok(text);
            }
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, WireError> {
        let letter = self.rest().chars().next().ok_or_else(|| self.expected("an escape"))?;
        self.at += letter.len_utf8();
        Ok(match letter {
            'b' => '\u{8}',
            'f' | 'F' => '\u{C}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{B}',
            '0'..='7' => char::from(letter as u8 - b'0'),
            'x' => char::from_u32(self.hex(2)?).expect("two digits are a character"),
            'u' => self.utf16()?,
            '"' | '\'' | '\\' | '/' => letter,
            _ => return Err(self.expected("an escape")),
        })
    }

    /// A code unit, and its second half where it is the first of two.
    fn utf16(&mut self) -> Result<char, WireError> {
        let first = self.hex(4)?;
        if !(0xD800..0xDC00).contains(&first) || !self.rest().starts_with("\\u") {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        self.at += 2;
        let second = self.hex(4)?;
        if !(0xDC00..0xE000).contains(&second) {
            self.at = before;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let point = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        Ok(char::from_u32(point).expect("two halves make a character"))
    }

    fn hex(&mut self, digits: usize) -> Result<u32, WireError> {
        let digits = self
            .rest()
            .get(..digits)
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| self.expected("hexadecimal digits"))?;
        self.at += digits.len();
        Ok(u32::from_str_radix(digits, 16).expect("at most four digits"))
    }
}
