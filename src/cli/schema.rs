//! `rocketscope schema`: the format of scenario files as JSON Schema, for editors and programs.
//!
//! Keys of RocketScope's own stand in `schema_keys.txt`, those of RocketMQ come from the one table
//! of settings with their units, ranges and defaults. A test compares both with what the reader
//! knows, and reads all shipped files by it.

use std::io::Write;

use serde_json::{Map, Value, json};

use crate::facts::{Setting, Unit};
use crate::rocketmq::settings;

use super::{Outcome, Trouble};

const KEYS: &str = include_str!("schema_keys.txt");

/// Patterns of texts that stand for quantities.
const QUANTITIES: [(&str, &str); 6] = [
    ("duration", r"^\d+(\.\d+)?(ns|us|ms|s|m|h)$"),
    ("moment", r"^-?\d+(\.\d+)?(ns|us|ms|s|m|h)$"),
    ("rate", r"^\d+(\.\d+)?/(s|m)$"),
    ("size", r"^\d+(\.\d+)?(B|kB|MB|GB|KiB|MiB|GiB)$"),
    ("bandwidth", r"^\d+(\.\d+)?(B|kB|MB|GB|KiB|MiB|GiB)/s$"),
    ("text", ""),
];

pub(super) fn schema(out: &mut impl Write) -> Result<Outcome, Trouble> {
    let text = serde_json::to_string_pretty(&whole()).expect("a schema is plain data");
    writeln!(out, "{text}")?;
    Ok(Outcome::Fine)
}

/// The schema.
fn whole() -> Value {
    let mut defs: Map<String, Value> = QUANTITIES.iter().map(quantity).collect();
    defs.insert("spread".to_owned(), spread());
    defs.insert("handling".to_owned(), json!({ "anyOf": [of("spread"), of("rest")] }));
    let number = json!({ "type": "integer", "minimum": 0 });
    defs.insert("bound".to_owned(), json!({ "anyOf": [number, of("duration"), of("limit")] }));
    let tables: Vec<(&str, &str, Vec<&str>)> = tables();
    for (name, says, lines) in &tables {
        defs.insert((*name).to_owned(), table(says, lines, &tables));
    }
    let mut whole = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema" });
    whole["$ref"] = json!("#/$defs/scenario");
    whole["$defs"] = Value::Object(defs);
    whole
}

/// Name, description and lines of each table.
fn tables() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut tables = Vec::new();
    for line in KEYS.lines() {
        match line.strip_prefix("  ") {
            None => {
                let (name, says) = line.split_once(": ").expect("a table has a name");
                tables.push((name, says, Vec::new()));
            }
            Some(key) => tables.last_mut().expect("a table comes first").2.push(key),
        }
    }
    tables
}

fn table(says: &str, lines: &[&str], all: &[(&str, &str, Vec<&str>)]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    put(lines, all, &mut properties, &mut required);
    let mut table = json!({ "type": "object", "description": says, "additionalProperties": false });
    table["properties"] = Value::Object(properties);
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn put(
    lines: &[&str],
    all: &[(&str, &str, Vec<&str>)],
    properties: &mut Map<String, Value>,
    required: &mut Vec<String>,
) {
    for line in lines {
        let (key, kind) = line.split_once(' ').expect("a key has a kind");
        match key {
            "+" => {
                let (.., lines) = all.iter().find(|(name, ..)| *name == kind).expect("is there");
                put(lines, all, properties, required);
            }
            "*" => {
                let of_owner = settings::ALL.iter().filter(|setting| setting.owner == kind);
                for setting in of_owner.filter(|setting| !KEYS.contains(&said(setting.name))) {
                    properties.insert(setting.name.to_owned(), of_setting(setting));
                }
            }
            // No file sets it so far.
            "-" => drop(properties.remove(kind)),
            key => {
                required.extend(key.strip_suffix('!').map(str::to_owned));
                let key = key.trim_end_matches('!').to_owned();
                let value = if kind == "setting" { named(&key) } else { of_kind(kind) };
                properties.insert(key, value);
            }
        }
    }
}

/// How a setting stands in the list where one table has it by name.
fn said(name: &str) -> String {
    format!("  {name} setting\n")
}

fn named(name: &str) -> Value {
    let setting = settings::ALL.iter().find(|setting| setting.name == name);
    of_setting(setting.expect("a setting of the table"))
}

fn of_kind(kind: &str) -> Value {
    if let Some(inner) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return json!({ "type": "array", "items": of_kind(inner) });
    }
    match kind {
        "flag" => json!({ "type": "boolean" }),
        "count" => json!({ "type": "integer", "minimum": 0 }),
        "number" => json!({ "type": "number" }),
        "any" => json!({}),
        words if words.contains('|') => json!({ "enum": words.split('|').collect::<Vec<_>>() }),
        other => of(other),
    }
}

fn of_setting(setting: &Setting) -> Value {
    let (low, high) = setting.range;
    let whole = json!({ "type": "integer", "minimum": low, "maximum": high });
    let mut value = match setting.unit {
        Unit::Millis => of("duration"),
        Unit::Switch => json!({ "type": "boolean" }),
        Unit::Count => whole,
        Unit::Bytes => json!({ "anyOf": [whole, of("size")] }),
    };
    value["default"] = match setting.unit {
        Unit::Millis => json!(format!("{}ms", setting.default)),
        Unit::Switch => json!(setting.default != 0),
        Unit::Count | Unit::Bytes => json!(setting.default),
    };
    value["description"] = json!(format!("RocketMQ’s {} ({})", setting.name, setting.owner));
    value
}

fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn quantity((name, pattern): &(&str, &str)) -> (String, Value) {
    let value = match *pattern {
        "" => json!({ "type": "string", "minLength": 1 }),
        pattern => json!({ "type": "string", "pattern": pattern }),
    };
    ((*name).to_owned(), value)
}

/// A distribution of durations.
fn spread() -> Value {
    let table = |key: &str, value: Value| {
        json!({
            "type": "object", "additionalProperties": false, "required": [key],
            "properties": { key: value }
        })
    };
    let pair = json!({ "type": "array", "items": of("duration"), "minItems": 2, "maxItems": 2 });
    let lognormal = json!({
        "type": "object", "additionalProperties": false, "required": ["median", "p99"],
        "properties": { "median": of("duration"), "p99": of("duration") }
    });
    json!({ "anyOf": [
        of("duration"), table("uniform", pair), table("exponential", of("duration")),
        table("lognormal", lognormal)
    ] })
}
