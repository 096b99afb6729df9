//! The header of a send, in its long and its short form.
//!
//! Follows `SendMessageRequestHeader` (10, 324) and `SendMessageRequestHeaderV2` (310, 320, 325),
//! whose fields are called `a` to `n`.

use crate::wire::command::ExtFields;

use super::{Fields, HeaderError};

/// Codes whose header is written in the short form.
const SHORT_FORM: [i32; 3] = [310, 320, 325];

/// Long and short names, in order.
const NAMES: [(&str, &str); 14] = [
    ("producerGroup", "a"),
    ("topic", "b"),
    ("defaultTopic", "c"),
    ("defaultTopicQueueNums", "d"),
    ("queueId", "e"),
    ("sysFlag", "f"),
    ("bornTimestamp", "g"),
    ("flag", "h"),
    ("properties", "i"),
    ("reconsumeTimes", "j"),
    ("unitMode", "k"),
    ("maxReconsumeTimes", "l"),
    ("batch", "m"),
    ("bname", "n"),
];

/// A send's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendHeader {
    pub producer_group: String,
    pub topic: String,
    /// Whose route and settings a new topic inherits.
    pub default_topic: String,
    pub default_topic_queue_nums: i32,
    /// Negative: the broker chooses.
    pub queue_id: i32,
    /// Bits of [`crate::wire::message::sys_flag`].
    pub sys_flag: i32,
    /// Ms since 1970.
    pub born_timestamp: i64,
    /// The program's flag.
    pub flag: i32,
    /// As one text.
    pub properties: Option<String>,
    pub reconsume_times: Option<i32>,
    pub unit_mode: Option<bool>,
    pub max_reconsume_times: Option<i32>,
    /// The body holds several messages.
    pub batch: Option<bool>,
    pub broker_name: Option<String>,
}

/// The name of a field in one of the two forms.
fn name(short: bool, at: usize) -> &'static str {
    let (long, letter) = NAMES[at];
    if short { letter } else { long }
}

impl SendHeader {
    /// The header of a request with this code (`parseRequestHeader`).
    ///
    /// # Errors
    ///
    /// Where a field is missing or no number.
    pub fn decode(code: i32, ext: &ExtFields) -> Result<Self, HeaderError> {
        let fields = Fields::of(ext);
        let name = |at| name(SHORT_FORM.contains(&code), at);
        let text = |at| fields.needed_text(name(at)).map(str::to_owned);
        Ok(Self {
            producer_group: text(0)?,
            topic: text(1)?,
            default_topic: text(2)?,
            default_topic_queue_nums: fields.needed_number(name(3))?,
            queue_id: fields.needed_number(name(4))?,
            sys_flag: fields.needed_number(name(5))?,
            born_timestamp: fields.needed_number(name(6))?,
            flag: fields.needed_number(name(7))?,
            properties: fields.text(name(8)).map(str::to_owned),
            reconsume_times: fields.number(name(9))?,
            unit_mode: fields.truth(name(10)),
            max_reconsume_times: fields.number(name(11))?,
            batch: fields.truth(name(12)),
            broker_name: fields.text(name(13)).map(str::to_owned),
        })
    }

    /// The fields of a request with this code.
    pub fn encode(&self, code: i32) -> ExtFields {
        let short = SHORT_FORM.contains(&code);
        let values = self.values().into_iter().enumerate();
        let named = values.map(|(at, value)| Some((name(short, at).to_owned(), value?)));
        named.flatten().collect()
    }

    fn values(&self) -> [Option<String>; 14] {
        let text = |value: Option<i32>| value.map(|number| number.to_string());
        let truth = |value: Option<bool>| value.map(|truth| truth.to_string());
        [
            Some(self.producer_group.clone()),
            Some(self.topic.clone()),
            Some(self.default_topic.clone()),
            text(Some(self.default_topic_queue_nums)),
            text(Some(self.queue_id)),
            text(Some(self.sys_flag)),
            Some(self.born_timestamp.to_string()),
            text(Some(self.flag)),
            self.properties.clone(),
            text(self.reconsume_times),
            truth(self.unit_mode),
            text(self.max_reconsume_times),
            truth(self.batch),
            self.broker_name.clone(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> SendHeader {
        SendHeader {
            producer_group: "g".to_owned(),
            topic: "T".to_owned(),
            default_topic: "TBW102".to_owned(),
            default_topic_queue_nums: 4,
            queue_id: -1,
            sys_flag: 1,
            born_timestamp: 1_700_000_000_000,
            flag: 0,
            properties: None,
            reconsume_times: Some(0),
            unit_mode: Some(false),
            max_reconsume_times: None,
            batch: Some(true),
            broker_name: Some("broker-a".to_owned()),
        }
    }

    #[test]
    fn both_forms_say_the_same() {
        for (code, names) in [(10, 12), (310, 12), (320, 12)] {
            let ext = header().encode(code);
            assert_eq!(ext.len(), names, "what is none is not written");
            assert_eq!(SendHeader::decode(code, &ext), Ok(header()));
        }
        assert_eq!(header().encode(310)["b"], "T");
        assert_eq!(header().encode(10)["topic"], "T");
    }

    #[test]
    fn what_is_missing_is_told_in_rocketmqs_words() {
        let mut ext = header().encode(310);
        ext.insert("d".to_owned(), "four".to_owned());
        let error = SendHeader::decode(310, &ext).expect_err("no number");
        assert_eq!(error.to_string(), "For input string: \"four\"");
        ext.remove("b");
        let error = SendHeader::decode(310, &ext).expect_err("no topic");
        assert_eq!(error.to_string(), "the custom field <b> is null");
    }
}
