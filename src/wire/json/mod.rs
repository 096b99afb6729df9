//! RocketMQ's JSON: what fastjson writes and reads, with numbers and whole objects as keys.
//!
//! Numbers that are not whole stay as they were written: nothing here computes with them.

mod read;
mod write;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// Any other number, as written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// Keys and values in their order; keys are texts, numbers or whole objects.
    Map(Vec<(Json, Json)>),
}

impl Json {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An object with names as keys.
    pub fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let keyed = fields.into_iter().map(|(name, value)| (Self::text(name), value));
        Self::Map(keyed.collect())
    }

    /// The value of a name; of two, the later one.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        let found = pairs.iter().rev().find(|(key, _)| key.as_text() == Some(name));
        found.map(|(_, value)| value)
    }

    /// The text that it is.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The whole number that it is.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The values of the list that it is.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }

    /// A text as it is, anything else as JSON: how fastjson makes a string of a value.
    pub fn to_plain(&self) -> String {
        self.as_text().map_or_else(|| self.to_string(), str::to_owned)
    }

    /// The value as fastjson would write it, in UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl From<i32> for Json {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl FromIterator<Self> for Json {
    fn from_iter<I: IntoIterator<Item = Self>>(values: I) -> Self {
        Self::List(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbers_and_objects_too() {
        let text =
            r#"{"brokerAddrs":{0:"10.0.0.1:10911",1:"b"},"table":{{"queueId":3,"topic":"T"}:7}}"#;
        let json = Json::parse(text.as_bytes()).expect("fastjson wrote it");
        assert_eq!(json.to_string(), text);
        let addresses = json.get("brokerAddrs").expect("a map");
        assert_eq!(
            *addresses,
            Json::Map(vec![(Json::Int(0), "10.0.0.1:10911".into()), (Json::Int(1), "b".into()),])
        );
    }

    #[test]
    fn what_fastjson_takes_is_taken() {
        let text = " {a : 'it\\'s' , $b_1:[1,2,,],'c':-1.50e3,\"d\":true,e:null,,} ";
        let json = Json::parse(text.as_bytes()).expect("fastjson reads it");
        let written = r#"{"a":"it's","$b_1":[1,2],"c":-1.50e3,"d":true,"e":null}"#;
        assert_eq!(json.to_string(), written);
        let big = Json::parse(b"12345678901234567890").expect("a number");
        assert_eq!(big, Json::Number("12345678901234567890".to_owned()));
    }

    #[test]
    fn texts_are_escaped_as_by_fastjson() {
        let json = Json::text("a\"\\/\n\t\u{1}\u{7F}\u{2028}中é");
        assert_eq!(json.to_string(), "\"a\\\"\\\\/\\n\\t\\u0001\\u007F\\u2028中é\"");
        let read = Json::parse(br#""\u4e2d\uD83D\uDE00\uD83D\x41\/""#).expect("a text");
        assert_eq!(read, Json::text("中😀\u{FFFD}A/"));
    }

    #[test]
    fn nonsense_is_refused_and_nesting_has_an_end() {
        for text in ["", "{", "[1", "tru", "\"a", "{a}", "1 2", "-", "{\"a\":}", "01x", "\"\\u12\""]
        {
            assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
        }
        for deep in ["[".repeat(100_000), "{".repeat(100_000), "{a:".repeat(100_000)] {
            assert!(Json::parse(deep.as_bytes()).is_err());
        }
    }
}
