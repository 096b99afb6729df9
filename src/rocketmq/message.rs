//! Messages: identity, content, properties and exact sizes.
//!
//! Follows `Message`, `MessageDecoder` (sizes) and `MessageClientIDSetter` (unique keys). A message
//! is kept as what it was made of; its texts are made when somebody looks. Left out here:
//! compression, batches.

use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::properties::{KEYS, Properties, TAGS, UNIQ_KEY};
use crate::rocketmq::topic::java_hash_on;

/// Bytes of a record besides body, topic and properties (IPv4, version 1).
pub const RECORD_OVERHEAD: u32 = 91;
/// What `UNIQ_KEY` has in characters for an IPv4 client.
pub const UNIQUE_KEY_CHARS: u32 = 32;

/// What the messages of one workload entry have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Topic.
    pub topic: Name,
    /// `TAGS`.
    pub tag: Option<Name>,
    /// `KEYS`.
    pub keys: Option<Name>,
    /// Body.
    pub body: Body,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Text in which `{i}` is the round.
    Text(String),
    /// So many bytes that are made from the message's key when somebody looks.
    Synthetic(u32),
    /// A message that came as bytes, with all its properties.
    Wired(Rc<Wired>),
}

/// What a message that came as bytes carries, as it came or as the broker completed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wired {
    /// All properties, those that stand in the [`Template`] too.
    pub properties: Properties,
    /// Body, compressed where its system flag says so.
    pub body: Vec<u8>,
    /// `flag`: the program's own.
    pub flag: i32,
    /// `sysFlag`, without the bits of IPv6.
    pub sys_flag: i32,
    /// How often it was sent back.
    pub reconsume_times: i32,
    /// Where the half message of a transaction is.
    pub prepared: u64,
}

/// Who makes unique keys: what `MessageClientIDSetter` reads from its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// IPv4 address.
    pub ip: [u8; 4],
    /// Process id, cut to 16 bits.
    pub pid: u16,
    /// Hash code of the class loader.
    pub loader: u32,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its identity in the whole run.
    pub key: MsgKey,
    /// What it has in common with others.
    pub template: Rc<Template>,
    /// The `{i}` of its body.
    pub round: u32,
    /// When the client made the request, ms since 1970.
    pub born: i64,
    /// Who made it.
    pub maker: ProcessIdentity,
}

impl Message {
    /// Bytes of the body.
    pub fn body_bytes(&self) -> u32 {
        match &self.template.body {
            Body::Synthetic(bytes) => *bytes,
            Body::Wired(wired) => len(wired.body.len()),
            Body::Text(text) => {
                let holes = len(text.matches("{i}").count());
                len(text.len()) - 3 * holes + digits(self.round) * holes
            }
        }
    }

    /// What came as bytes.
    pub fn wired(&self) -> Option<&Rc<Wired>> {
        if let Body::Wired(wired) = &self.template.body { Some(wired) } else { None }
    }

    /// Its contents as bytes: as they came, or made of what it was made of.
    pub fn to_wired(&self) -> Wired {
        if let Some(wired) = self.wired() {
            return Wired::clone(wired);
        }
        let (mut properties, template) = (Properties::default(), &self.template);
        template.keys.iter().for_each(|keys| properties.set(KEYS, keys.as_str()));
        properties.set(UNIQ_KEY, &self.unique_key());
        properties.set("WAIT", "true");
        template.tag.iter().for_each(|tag| properties.set(TAGS, tag.as_str()));
        let body = match &template.body {
            Body::Synthetic(bytes) => vec![b'x'; *bytes as usize],
            Body::Text(_) | Body::Wired(_) => self.body_text().into_bytes(),
        };
        Wired { properties, body, flag: 0, sys_flag: 0, reconsume_times: 0, prepared: 0 }
    }

    /// The same message with other contents.
    #[must_use]
    pub fn rewired(&self, wired: Wired) -> Self {
        let tag = wired.properties.get(TAGS).map(Name::new);
        let keys = wired.properties.get(KEYS).map(Name::new);
        let topic = self.template.topic;
        let template = Rc::new(Template { topic, tag, keys, body: Body::Wired(Rc::new(wired)) });
        Self { template, ..self.clone() }
    }

    /// The same message under another topic.
    #[must_use]
    pub fn under(&self, topic: Name) -> Self {
        let template = Rc::new(Template { topic, ..(*self.template).clone() });
        Self { template, ..self.clone() }
    }

    /// How often it was sent back.
    pub fn reconsume_times(&self) -> u32 {
        self.wired().map_or(0, |wired| u32::try_from(wired.reconsume_times).unwrap_or(0))
    }

    /// The body as text.
    pub fn body_text(&self) -> String {
        match &self.template.body {
            Body::Synthetic(bytes) => format!("{bytes} B"),
            Body::Wired(wired) => String::from_utf8_lossy(&wired.body).into_owned(),
            Body::Text(text) => text.replace("{i}", &self.round.to_string()),
        }
    }

    /// Bytes of the properties as a client sends them: `KEYS`, `UNIQ_KEY`, `WAIT`, `TAGS`.
    pub fn client_property_bytes(&self) -> u32 {
        if let Some(wired) = self.wired() {
            return wired.properties.bytes();
        }
        let optional = |name: &str, value: Option<Name>| {
            value.map_or(0, |value| property_bytes(name, len(value.as_str().len())))
        };
        optional("KEYS", self.template.keys)
            + property_bytes("UNIQ_KEY", UNIQUE_KEY_CHARS)
            + property_bytes("WAIT", 4)
            + optional("TAGS", self.template.tag)
    }

    /// `UNIQ_KEY`: address, process, loader, ms since the start of the month, counter, in
    /// hexadecimal.
    pub fn unique_key(&self) -> String {
        if let Some(wired) = self.wired() {
            return wired.properties.get(UNIQ_KEY).unwrap_or_default().to_owned();
        }
        let [a, b, c, d] = self.maker.ip;
        let time =
            u32::try_from(millis_of_month(self.born)).expect("a month has fewer ms than u32");
        let (pid, loader, counter) = (self.maker.pid, self.maker.loader, self.key.seq & 0xFFFF);
        format!("{a:02X}{b:02X}{c:02X}{d:02X}{pid:04X}{loader:08X}{time:08X}{counter:04X}")
    }
}

/// What index files know of it.
impl Message {
    /// One that came as bytes may be without.
    pub(super) fn has_unique_key(&self) -> bool {
        self.wired().is_none_or(|wired| wired.properties.get(UNIQ_KEY).is_some())
    }

    /// The record of a transaction that was rolled back (`TRANSACTION_ROLLBACK_TYPE`).
    pub(super) fn is_rolled_back(&self) -> bool {
        self.wired().is_some_and(|wired| wired.sys_flag & 0b1100 == 0b1100)
    }

    /// Java's hash of the unique key behind a text that has this hash, without making the key.
    pub(super) fn unique_key_hash(&self, start: i32) -> i32 {
        if let Some(wired) = self.wired() {
            return java_hash_on(start, wired.properties.get(UNIQ_KEY).unwrap_or_default());
        }
        let ProcessIdentity { ip, pid, loader } = self.maker;
        let time = millis_of_month(self.born).cast_unsigned();
        let (ip, counter) = (u64::from(u32::from_be_bytes(ip)), u64::from(self.key.seq & 0xFFFF));
        let parts = [(ip, 8), (pid.into(), 4), (loader.into(), 8), (time, 8), (counter, 4)];
        let digits = |(value, count): (u64, u32)| {
            (0..count).rev().map(move |digit| (value >> (4 * digit)) & 0xF)
        };
        parts.into_iter().flat_map(digits).fold(start, |hash, digit| {
            let code = if digit < 10 { 0x30 + digit } else { 0x37 + digit };
            let code = i32::try_from(code).expect("a character of ASCII");
            hash.wrapping_mul(31).wrapping_add(code)
        })
    }
}

impl Digestible for Message {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.key);
        digest.word(u64::from(self.template.topic.hash()) << 32 | u64::from(self.round));
        digest.word(self.born.cast_unsigned());
    }
}

/// Bytes of one property: name, 1, value, 2.
pub fn property_bytes(name: &str, value_bytes: u32) -> u32 {
    len(name.len()) + value_bytes + 2
}

fn len(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("texts are shorter than 4 GiB")
}

/// Decimal digits of a number.
pub(super) fn digits(number: u32) -> u32 {
    number.checked_ilog10().unwrap_or(0) + 1
}

/// Ms since 00:00 UTC on the first day of the month.
fn millis_of_month(epoch_millis: i64) -> i64 {
    const DAY: i64 = 86_400_000;
    let days = epoch_millis.div_euclid(DAY);
    // Days since 1 March of year 0 in the civil calendar, folded to eras of 400 years.
    let shifted = days + 719_468;
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5;
    of_month * DAY + epoch_millis.rem_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> Message {
        let template = Template {
            topic: Name::new("TopicTest1"),
            tag: Some(Name::new("TagA")),
            keys: Some(Name::new("OrderID001")),
            body: Body::Text("Hello MetaQA{i}".to_owned()),
        };
        let maker = ProcessIdentity { ip: [192, 168, 0, 1], pid: 0x1234, loader: 0x18B4_AAC2 };
        let template = Rc::new(template);
        Message { key: MsgKey::default(), template, round: 0, born: 0, maker }
    }

    #[test]
    fn the_first_message_has_the_recorded_parts() {
        let message = first();
        assert_eq!(message.body_text(), "Hello MetaQA0");
        assert_eq!(message.body_bytes(), 13);
        assert_eq!(message.client_property_bytes(), 16 + 42 + 10 + 10);
    }

    #[test]
    fn a_unique_key_is_made_as_in_the_worked_example() {
        let mut message = first();
        // 2026-11-01 00:00 UTC and 123 456 789 ms.
        message.born = 1_793_491_200_000 + 123_456_789;
        message.key.seq = 1;
        assert_eq!(message.unique_key(), "C0A80001123418B4AAC2075BCD150001");
    }
}
