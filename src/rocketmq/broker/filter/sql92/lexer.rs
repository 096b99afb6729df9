//! Tokens of SQL92, read one by one: what the parser does not reach is never looked at.
//!
//! Follows the token definitions of `SelectorParser.jj`: the longest match wins, and keywords come
//! before names.

use super::error::CompileError;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Not,
    And,
    Or,
    Between,
    In,
    True,
    False,
    Null,
    Is,
    Contains,
    StartsWith,
    EndsWith,
    /// Digits, perhaps with an `L`.
    Decimal(&'a str),
    /// A number with a point or an exponent.
    Float(&'a str),
    /// What stands between the quotes, doubled quotes as they are.
    Text(&'a str),
    /// A property's name.
    Word(&'a str),
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Open,
    Comma,
    Close,
    Plus,
    Minus,
    End,
}

const KEYWORDS: [(&str, Token<'static>); 12] = [
    ("NOT", Token::Not),
    ("AND", Token::And),
    ("OR", Token::Or),
    ("BETWEEN", Token::Between),
    ("IN", Token::In),
    ("TRUE", Token::True),
    ("FALSE", Token::False),
    ("NULL", Token::Null),
    ("IS", Token::Is),
    ("CONTAINS", Token::Contains),
    ("STARTSWITH", Token::StartsWith),
    ("ENDSWITH", Token::EndsWith),
];

/// Signs; a longer one stands before those that it begins with.
const SIGNS: [(&str, Token<'static>); 11] = [
    ("<>", Token::NotEqual),
    (">=", Token::GreaterEqual),
    ("<=", Token::LessEqual),
    (">", Token::Greater),
    ("<", Token::Less),
    ("=", Token::Equal),
    ("(", Token::Open),
    (",", Token::Comma),
    (")", Token::Close),
    ("+", Token::Plus),
    ("-", Token::Minus),
];

impl<'a> Token<'a> {
    /// As it was written; nothing for the end.
    pub(super) fn spelled(self) -> &'a str {
        if let Token::Decimal(text) | Token::Float(text) | Token::Text(text) | Token::Word(text) =
            self
        {
            return text;
        }
        let mut known = KEYWORDS.iter().chain(&SIGNS);
        known.find(|(_, token)| *token == self).map_or("", |(text, _)| text)
    }
}

/// Reads tokens from a text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token; [`Token::End`] for ever at the end.
    pub(super) fn next(&mut self) -> Result<Token<'a>, CompileError> {
        self.skip();
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else { return Ok(Token::End) };
        let (token, length) = match first {
            b'\'' => text(rest),
            b'0'..=b'9' | b'.' => number(rest),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => Some(word(rest)),
            _ => sign(rest),
        }
        .ok_or(CompileError::Lexical { at: self.at })?;
        self.at += length;
        Ok(token)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips white space and comments. A line comment needs its line end; one without is two minus
    /// signs.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = match rest.as_bytes() {
                [b' ' | b'\t' | b'\n' | b'\r' | b'\x0C', ..] => Some(1),
                [b'-', b'-', ..] => rest.find(['\n', '\r']).map(|end| end + 1),
                [b'/', b'*', ..] => rest[2..].find("*/").map(|end| end + 4),
                _ => None,
            };
            let Some(skipped) = skipped else { return };
            self.at += skipped;
        }
    }
}

type Found<'a> = Option<(Token<'a>, usize)>;

fn sign(rest: &str) -> Found<'_> {
    let (sign, token) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    Some((*token, sign.len()))
}

fn word(rest: &str) -> (Token<'_>, usize) {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    let length = rest.as_bytes().iter().take_while(|byte| part(byte)).count();
    let word = &rest[..length];
    let keyword = KEYWORDS.iter().find(|(keyword, _)| keyword.eq_ignore_ascii_case(word));
    (keyword.map_or(Token::Word(word), |(_, token)| *token), length)
}

/// A text ends with its last quote that is not doubled; where the doubling never ends, at the last
/// quote that could have been the end.
fn text(rest: &str) -> Found<'_> {
    let bytes = rest.as_bytes();
    let mut end = None;
    let mut at = 1;
    while let Some(found) = rest[at..].find('\'') {
        let quote = at + found;
        end = Some(quote);
        if bytes.get(quote + 1) != Some(&b'\'') {
            break;
        }
        at = quote + 2;
    }
    end.map(|end| (Token::Text(&rest[1..end]), end + 1))
}

fn number(rest: &str) -> Found<'_> {
    let (decimal, float) = (decimal(rest), float(rest));
    if float > decimal {
        return Some((Token::Float(&rest[..float]), float));
    }
    (decimal > 0).then(|| (Token::Decimal(&rest[..decimal]), decimal))
}

/// Bytes of a whole number: a zero alone, or digits that begin with another and perhaps an `L`.
fn decimal(rest: &str) -> usize {
    if rest.starts_with('0') {
        return 1;
    }
    let length = digits(rest);
    let suffix = matches!(rest.as_bytes().get(length), Some(b'l' | b'L'));
    length + usize::from(length > 0 && suffix)
}

/// Bytes of a number with a point or an exponent; 0 where it has neither.
fn float(rest: &str) -> usize {
    let whole = digits(rest);
    if rest[whole..].starts_with('.') {
        let fraction = digits(&rest[whole + 1..]);
        let length = whole + 1 + fraction;
        return if whole + fraction > 0 { length + exponent(&rest[length..]) } else { 0 };
    }
    let exponent = exponent(&rest[whole..]);
    if whole > 0 && exponent > 0 { whole + exponent } else { 0 }
}

fn exponent(rest: &str) -> usize {
    let signed = match rest.as_bytes() {
        [b'e' | b'E', b'+' | b'-', ..] => 2,
        [b'e' | b'E', ..] => 1,
        _ => return 0,
    };
    let digits = digits(&rest[signed..]);
    if digits > 0 { signed + digits } else { 0 }
}

fn digits(rest: &str) -> usize {
    rest.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text);
        let next = || lexer.next().ok().filter(|token| *token != Token::End);
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn the_longest_match_wins() {
        assert_eq!(tokens("07"), [Token::Decimal("0"), Token::Decimal("7")]);
        assert_eq!(tokens("0x1F"), [Token::Decimal("0"), Token::Word("x1F")]);
        assert_eq!(tokens("10Lx"), [Token::Decimal("10L"), Token::Word("x")]);
        assert_eq!(tokens("5.e1 .5 07.5"), ["5.e1", ".5", "07.5"].map(Token::Float));
        assert_eq!(tokens("1e"), [Token::Decimal("1"), Token::Word("e")]);
        assert_eq!(tokens("'it''s' 'a'''"), ["it''s", "a''"].map(Token::Text));
        assert_eq!(tokens("not NOTE"), [Token::Not, Token::Word("NOTE")]);
        assert_eq!(tokens("a--b\nc/*-*/d"), ["a", "c", "d"].map(Token::Word));
        assert_eq!(tokens("'open"), [], "a text that does not end is none");
        assert_eq!(tokens("."), []);
    }
}
