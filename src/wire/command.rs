//! A remoting command: a request or an answer, as all of them look on the wire.
//!
//! Follows `RemotingCommand`, `LanguageCode` and `SerializeType`.

use std::collections::BTreeMap;

/// The fields of a command's own header, by name. Their order on the wire means nothing: Java's is
/// that of a hash table.
pub type ExtFields = BTreeMap<String, String>;

/// Bits of [`Command::flag`].
pub mod flag {
    /// An answer.
    pub const RESPONSE: i32 = 1;
    /// A request that wants no answer.
    pub const ONEWAY: i32 = 2;
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// How its header is written.
    pub serialize: Serialize,
    /// What is asked, or how it went. ROCKETMQ serialisation keeps 16 bits of it.
    pub code: i32,
    /// What the sender is written in.
    pub language: Language,
    /// The sender's version (`MQVersion`); 479 is 5.3.3's.
    pub version: i32,
    /// Number of the request, which its answer repeats.
    pub opaque: i32,
    /// Bits of [`flag`].
    pub flag: i32,
    /// What went wrong, in words.
    pub remark: Option<String>,
    /// The fields of the code's own header.
    pub ext: ExtFields,
    /// Body; none and an empty one are the same on the wire.
    pub body: Vec<u8>,
}

/// How a header is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Serialize {
    /// As JSON: what clients and servers do by default.
    #[default]
    Json,
    /// As bytes. Codes beyond 16 bits (pop) do not survive it.
    RocketMq,
}

impl Serialize {
    /// The byte in front of the header's length.
    pub fn byte(self) -> u8 {
        match self {
            Self::Json => 0,
            Self::RocketMq => 1,
        }
    }

    /// The serialisation with this byte.
    pub fn of_byte(byte: u8) -> Option<Self> {
        [Self::Json, Self::RocketMq].into_iter().find(|known| known.byte() == byte)
    }
}

/// Languages by their number.
const LANGUAGES: [(Language, &str); 14] = [
    (Language::Java, "JAVA"),
    (Language::Cpp, "CPP"),
    (Language::DotNet, "DOTNET"),
    (Language::Python, "PYTHON"),
    (Language::Delphi, "DELPHI"),
    (Language::Erlang, "ERLANG"),
    (Language::Ruby, "RUBY"),
    (Language::Other, "OTHER"),
    (Language::Http, "HTTP"),
    (Language::Go, "GO"),
    (Language::Php, "PHP"),
    (Language::Oms, "OMS"),
    (Language::Rust, "RUST"),
    (Language::NodeJs, "NODE_JS"),
];

/// What a sender is written in. One that Java does not know becomes [`Language::Other`] here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Java,
    Cpp,
    DotNet,
    Python,
    Delphi,
    Erlang,
    Ruby,
    Other,
    Http,
    Go,
    Php,
    Oms,
    Rust,
    NodeJs,
}

impl Language {
    /// Its name in JSON headers.
    pub fn name(self) -> &'static str {
        LANGUAGES[usize::from(self.byte())].1
    }

    /// Its number in ROCKETMQ headers.
    pub fn byte(self) -> u8 {
        let at = LANGUAGES.iter().position(|(language, _)| *language == self);
        u8::try_from(at.expect("all languages are listed")).expect("there are few")
    }

    /// The language with a name.
    pub fn of_name(name: &str) -> Self {
        let known = LANGUAGES.iter().find(|(_, known)| *known == name);
        known.map_or(Self::Other, |(language, _)| *language)
    }

    /// The language with a number.
    pub fn of_byte(byte: u8) -> Self {
        LANGUAGES.get(usize::from(byte)).map_or(Self::Other, |(language, _)| *language)
    }
}

/// `MQVersion` of 5.3.3.
const VERSION: i32 = 479;

impl Command {
    /// A request of a Java client.
    pub fn request(code: i32, opaque: i32) -> Self {
        let (serialize, language) = (Serialize::Json, Language::Java);
        let (remark, ext, body) = (None, ExtFields::new(), Vec::new());
        Self { serialize, code, language, version: VERSION, opaque, flag: 0, remark, ext, body }
    }

    /// An answer to a request.
    pub fn answer(&self, code: i32) -> Self {
        Self { flag: flag::RESPONSE, ..Self::request(code, self.opaque) }
    }

    /// With a field more.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl ToString) -> Self {
        self.ext.insert(field.to_owned(), value.to_string());
        self
    }

    /// True for an answer.
    pub fn is_response(&self) -> bool {
        self.flag & flag::RESPONSE != 0
    }

    /// True for a request that wants no answer.
    pub fn is_oneway(&self) -> bool {
        self.flag & flag::ONEWAY != 0
    }
}
