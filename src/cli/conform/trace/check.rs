//! One step: what was recorded, what we did, and the first difference.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cli::conform::difference::{Difference, Sides};
use crate::wire::Command;
use crate::wire::json::Json;
use crate::wire::message::record::{ReadRecord, read_records};

use super::compare;
use super::driver::{Came, Driver};
use super::number;

/// How far from its time a push may come, ms.
const PUSH_MILLIS: i64 = 1100;

/// A replay that is over.
pub(super) struct Checker {
    driver: Driver,
    /// Pushes that a step had already.
    used: Vec<usize>,
}

impl Checker {
    pub(super) fn new(driver: Driver) -> Self {
        Self { driver, used: Vec::new() }
    }

    /// The first difference of a step; actions have none.
    pub(super) fn difference(&mut self, step: &Json) -> Option<Difference> {
        let path = format!("step {}", number(step));
        if let Some(push) = step.get("push") {
            return self.push_difference(step, push, &path);
        }
        if step.get("action").is_some() {
            return None;
        }
        let came = self.driver.answers.get(&number(step).unsigned_abs());
        let Some(reply) = step.get("reply") else {
            let found = came.map(|came| shown(&came.command, &Json::Null))?;
            let failed = step.get("failed").cloned();
            return Some(Difference::new(&format!("{path} reply"), failed, Some(found)));
        };
        let Some(came) = came else {
            return Some(Difference::new(&format!("{path} reply"), Some(reply.clone()), None));
        };
        self.reply_difference(step, reply, came, &path)
    }

    fn reply_difference(
        &self,
        step: &Json,
        reply: &Json,
        came: &Came,
        path: &str,
    ) -> Option<Difference> {
        let after = came.at - step.get("at").and_then(Json::as_int).unwrap_or(0);
        let within = reply.get("within").and_then(Json::as_list).unwrap_or_default();
        let bound = |at: usize| within.get(at).and_then(Json::as_int);
        let early = bound(0).is_some_and(|least| after < least);
        let late = bound(1).is_some_and(|most| after > most);
        let any_queue = ["e", "queueId"].iter().any(|field| {
            let asked = step.get("ext").and_then(|ext| ext.get(field));
            asked.is_some_and(|id| id.to_plain().starts_with('-'))
        });
        if early || late {
            let within = reply.get("within").cloned();
            return Some(Difference::new(&format!("{path} after"), within, Some(Json::Int(after))));
        }
        self.command_difference(reply, &came.command, any_queue, path)
    }

    fn command_difference(
        &self,
        expected: &Json,
        command: &Command,
        any_queue: bool,
        path: &str,
    ) -> Option<Difference> {
        let masks = &self.driver.masks;
        let found = shown(command, expected);
        let fields = ["code", "remark", "ext", "json", "body"];
        let part = |field: &&str| {
            let path = format!("{path} {field}");
            let expected = expected.get(field)?;
            let found = found.get(field);
            let pair = if *field == "ext" && any_queue {
                (without_queue(expected), found.map(without_queue))
            } else {
                (expected.clone(), found.cloned())
            };
            compare::json(masks, &pair.0, pair.1.as_ref(), &path)
        };
        let messages = || {
            let expected = expected.get("messages")?.as_list()?;
            let found = found.get("messages").and_then(Json::as_list).unwrap_or_default();
            compare::list(masks, expected, found, &format!("{path} messages"))
        };
        fields.iter().find_map(part).or_else(messages)
    }

    fn push_difference(&mut self, step: &Json, push: &Json, path: &str) -> Option<Difference> {
        let at = step.get("at").and_then(Json::as_int).unwrap_or(0);
        let conn = step.get("conn").and_then(Json::as_text).unwrap_or("");
        let pushes = self.driver.pushes.iter().enumerate();
        let near: Vec<usize> = pushes
            .filter(|(number, (to, came))| {
                to == conn && !self.used.contains(number) && (came.at - at).abs() <= PUSH_MILLIS
            })
            .map(|(number, _)| number)
            .collect();
        let same = |number: &&usize| {
            let command = &self.driver.pushes[**number].1.command;
            self.command_difference(push, command, false, path).is_none()
        };
        if let Some(number) = near.iter().find(same) {
            self.used.push(*number);
            return None;
        }
        let nearest =
            near.first().map(|number| shown(&self.driver.pushes[*number].1.command, push));
        Some(Difference::new(&format!("{path} push"), Some(push.clone()), nearest))
    }

    /// Both sides of a step, for people.
    pub(super) fn sides(&self, step: &Json) -> Sides {
        let expected = step.get("reply").or(step.get("push")).cloned().unwrap_or(Json::Null);
        let found = if step.get("push").is_some() {
            let conn = step.get("conn").and_then(Json::as_text).unwrap_or("");
            let to_it = self.driver.pushes.iter().filter(|(to, _)| to == conn);
            to_it.map(|(_, came)| came_json(came, &expected)).collect()
        } else {
            let came = self.driver.answers.get(&number(step).unsigned_abs());
            came.map_or(Json::Null, |came| came_json(came, &expected))
        };
        Sides { expected, found }
    }
}

fn came_json(came: &Came, like: &Json) -> Json {
    let Json::Map(mut pairs) = shown(&came.command, like) else { return Json::Null };
    pairs.insert(0, (Json::text("at"), Json::Int(came.at)));
    Json::Map(pairs)
}

fn without_queue(ext: &Json) -> Json {
    let Json::Map(pairs) = ext else { return ext.clone() };
    let kept = pairs.iter().filter(|(key, _)| key.as_text() != Some("queueId"));
    Json::Map(kept.cloned().collect())
}

/// A command as recordings write it; the body as the recording of this one has it.
fn shown(command: &Command, like: &Json) -> Json {
    let ext = command.ext.iter().map(|(name, value)| (Json::text(name), Json::text(value)));
    let mut fields = vec![
        ("code", Json::from(command.code)),
        ("remark", command.remark.as_deref().into()),
        ("ext", Json::Map(ext.collect())),
    ];
    if command.body.is_empty() {
        return Json::object(fields);
    }
    let records = read_records(&command.body);
    let json = Json::parse(&command.body);
    if let (true, Ok(records)) = (like.get("messages").is_some(), &records) {
        fields.push(("messages", records.iter().map(message).collect()));
    } else if let (true, Ok(json)) = (like.get("body").is_none(), json) {
        fields.push(("json", json));
    } else {
        fields.push(("body", Json::Text(STANDARD.encode(&command.body))));
    }
    Json::object(fields)
}

/// A record as recordings list it.
fn message(read: &ReadRecord) -> Json {
    let record = &read.record;
    let properties = crate::wire::message::properties::decode(&record.properties);
    let properties = properties.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Json::object([
        ("topic", Json::text(&record.topic)),
        ("queueId", record.queue_id.into()),
        ("queueOffset", record.queue_offset.into()),
        ("commitLogOffset", record.physical.into()),
        ("storeSize", read.size.into()),
        ("bodyCRC", read.body_crc.into()),
        ("sysFlag", record.sys_flag.into()),
        ("flag", record.flag.into()),
        ("bornTimestamp", record.born_timestamp.into()),
        ("storeTimestamp", record.store_timestamp.into()),
        ("reconsumeTimes", record.reconsume_times.into()),
        ("preparedTransactionOffset", record.prepared_transaction_offset.into()),
        ("properties", Json::Map(properties.collect())),
        ("body", Json::text(String::from_utf8_lossy(&record.body))),
    ])
}
