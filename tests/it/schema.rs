//! The schema of scenario files: it knows what the reader knows and nothing else, all shipped files
//! are valid by it, and the copy beside the documents is the one that is printed.

use std::collections::BTreeSet;
use std::process::Command;

use rocketscope::scenario::{Scenario, shipped, shipped_text};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

fn schema() -> (String, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rocketscope"));
    let output = command.arg("schema").output().expect("it can be run");
    let text = String::from_utf8(output.stdout).expect("it is text");
    let schema = serde_json::from_str(&text).expect("it is JSON");
    (text, schema)
}

#[test]
fn the_copy_beside_the_documents_is_what_is_printed() {
    let copy = include_str!("../../docs/scenario.schema.json");
    let cure = "cargo run -- schema > docs/scenario.schema.json";
    assert!(schema().0 == copy, "docs/scenario.schema.json is old: {cure}");
}

#[test]
fn all_shipped_files_are_valid() {
    let (_, schema) = schema();
    for name in shipped().iter().map(|shipped| shipped.name) {
        let text = shipped_text(name).expect("it is shipped");
        let table = DeTable::parse(text).expect("it is TOML").into_inner();
        let value = json(&DeValue::Table(table));
        if let Err(fault) = valid(&value, &schema, &schema) {
            panic!("{name}: {fault}");
        }
    }
}

#[test]
fn what_is_wrong_is_not_valid() {
    let (_, schema) = schema();
    let text = shipped_text("first-message").expect("it is shipped");
    let wrong = [
        ("end = \"10s\"", "end = 10"),
        ("role = \"push\"", "role = \"pusher\""),
        ("handling = \"2ms\"", "handling = { every = 2 }"),
        ("count = \"consumed\"", "count = \"eaten\""),
        ("title = ", "titel = "),
    ];
    for (right, wrong) in wrong {
        let text = text.replace(right, wrong);
        let table = DeTable::parse(&text).expect("it is TOML").into_inner();
        let value = json(&DeValue::Table(table));
        assert!(valid(&value, &schema, &schema).is_err(), "{wrong}");
    }
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => number.as_str().parse::<i64>().expect("it is decimal").into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().expect("it is decimal").into(),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(entries) => {
            entries.iter().map(|entry| json(entry.get_ref())).collect::<Vec<_>>().into()
        }
        DeValue::Table(table) => {
            let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
                let key: &std::borrow::Cow<'_, str> = key.get_ref();
                (key.to_string(), json(value.get_ref()))
            };
            Value::Object(table.iter().map(entry).collect())
        }
    }
}

/// As much of JSON Schema as the schema uses; patterns by what they begin and end with.
fn valid(value: &Value, by: &Value, root: &Value) -> Result<(), String> {
    if let Some(place) = by["$ref"].as_str() {
        let name = place.trim_start_matches("#/$defs/");
        valid(value, &root["$defs"][name], root).map_err(|fault| format!("{name}: {fault}"))?;
    }
    if let Some(kinds) = by["anyOf"].as_array() {
        let faults: Vec<_> =
            kinds.iter().filter_map(|kind| valid(value, kind, root).err()).collect();
        return if faults.len() < kinds.len() { Ok(()) } else { Err(faults.join(" | ")) };
    }
    if let Some(words) = by["enum"].as_array() {
        return words.contains(value).then_some(()).ok_or_else(|| format!("{value} is no word"));
    }
    let fits = match by["type"].as_str() {
        Some("object") => return valid_table(value, by, root),
        Some("array") => {
            let entries = value.as_array().ok_or_else(|| format!("{value} is no list"))?;
            return entries.iter().try_for_each(|entry| valid(entry, &by["items"], root));
        }
        Some("string") => value.as_str().is_some_and(|text| matches_pattern(text, by)),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.as_i64().is_some_and(|number| {
            by["minimum"].as_i64().is_none_or(|least| least <= number)
                && by["maximum"].as_i64().is_none_or(|most| number <= most)
        }),
        Some("number") => value.is_number(),
        Some(other) => panic!("the schema has a type {other}"),
        None => true,
    };
    fits.then_some(()).ok_or_else(|| format!("{value} does not fit"))
}

fn matches_pattern(text: &str, by: &Value) -> bool {
    let Some(pattern) = by["pattern"].as_str() else { return !text.is_empty() };
    let first = if pattern.starts_with("^-?") { text.trim_start_matches('-') } else { text };
    let ends = pattern.rsplit_once('(').map_or("", |(_, ends)| ends.trim_end_matches('$'));
    let (units, behind) = ends.split_once(')').expect("a pattern ends with units");
    let unit = first.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let unit = unit.strip_suffix(behind).unwrap_or("-");
    let unit = if pattern.contains(")?/(") { unit.trim_start_matches('/') } else { unit };
    first.starts_with(|letter: char| letter.is_ascii_digit()) && units.split('|').any(|u| u == unit)
}

fn valid_table(value: &Value, by: &Value, root: &Value) -> Result<(), String> {
    let table = value.as_object().ok_or_else(|| format!("{value} is no table"))?;
    for (key, value) in table {
        let known = by["properties"].get(key).ok_or_else(|| format!("no key {key}"))?;
        valid(value, known, root).map_err(|fault| format!("{key}: {fault}"))?;
    }
    for key in by["required"].as_array().into_iter().flatten() {
        let key = key.as_str().expect("keys are texts");
        if !table.contains_key(key) {
            return Err(format!("no {key}"));
        }
    }
    Ok(())
}

const HEAD: &str = "title = \"S\"\nend = \"1s\"\ntopic = [{ name = \"T\" }]\n\
    namesrv = [{ name = \"n\", enableControllerInNamesrv = true }]\n\
    broker = [{ name = \"b\" }]\n";
const PUSH: &str = "client = [{ name = \"c\", role = \"push\", group = \"G\", ";
const SENDS: &str = "client = [{ name = \"p\", role = \"producer\", group = \"P\", ";
const ROUND: &str = "message = [{ topic = \"T\", body = \"x\"";

/// Tables of the schema, each with files in which a key that nobody knows stands at `@`: the error
/// lists the keys that the reader asked for.
#[expect(clippy::too_many_lines, reason = "one list of all tables")]
fn files() -> Vec<(&'static str, String)> {
    let mut files: Vec<(&'static str, String)> = Vec::new();
    let sub = "subscribe = [{ topic = \"T\" }]";
    let mut add = |name: &'static str, text: String| files.push((name, text));
    add("scenario", format!("@ = 1\n{HEAD}"));
    add("network", format!("{HEAD}network = {{ @ = 1 }}\n"));
    let between = "between = [\"n\", \"b\"]";
    add("link", format!("{HEAD}network = {{ link = [{{ {between}, @ = 1 }}] }}\n"));
    add("topic", HEAD.replace("name = \"T\"", "name = \"T\", @ = 1"));
    add("namesrv", HEAD.replace("name = \"n\"", "name = \"n\", @ = 1"));
    add("broker", HEAD.replace("name = \"b\"", "name = \"b\", @ = 1"));
    let mode = "name = \"b\", enableControllerMode = true, @ = 1";
    add("broker", HEAD.replace("name = \"b\"", mode));
    add("disk", HEAD.replace("name = \"b\"", "name = \"b\", disk = { @ = 1 }"));
    for more in [
        "",
        "allocateMessageQueueStrategy = \"CONFIG\", ",
        "allocateMessageQueueStrategy = \"MACHINE_ROOM\", consumeridcs = [\"r\"], ",
    ] {
        add("client", format!("{HEAD}{PUSH}{more}{sub}, @ = 1 }}]\n"));
    }
    let pull = PUSH.replace("push", "pull");
    add("client", format!("{HEAD}{pull}topic = \"T\", interval = \"1s\", @ = 1 }}]\n"));
    add(
        "client",
        format!("{HEAD}{SENDS}workload = {{ {ROUND} }}], pause = \"1s\" }}, @ = 1 }}]\n"),
    );
    add("subscription", format!("{HEAD}{PUSH}subscribe = [{{ topic = \"T\", @ = 1 }}] }}]\n"));
    add(
        "subscription",
        format!("{HEAD}{PUSH}subscribe = [{{ topic = \"T\", tags = \"A\", @ = 1 }}] }}]\n"),
    );
    let config = "allocateMessageQueueStrategy = \"CONFIG\", \
                  queues = [{ topic = \"T\", broker = \"b\", id = 0, @ = 1 }]";
    add("fixed_queue", format!("{HEAD}{PUSH}{sub}, {config} }}]\n"));
    add(
        "rest",
        format!("{HEAD}{PUSH}{sub}, handling = {{ every = 1, wait = \"1s\", @ = 1 }} }}]\n"),
    );
    let lite = PUSH.replace("push", "lite-pull");
    add("client", format!("{HEAD}{lite}{sub}, @ = 1 }}]\n"));
    let simple = PUSH.replace("push", "simple");
    add("client", format!("{HEAD}{simple}{sub}, @ = 1 }}]\n"));
    let answer = "answer = \"changeInvisibleDuration\", invisibleDuration = \"20s\", @ = 1";
    add("answer", format!("{HEAD}{simple}{sub}, answers = [{{ {answer} }}] }}]\n"));
    let answers = ["answer = \"CONSUME_SUCCESS\", percent = 1", "answer = \"RECONSUME_LATER\""];
    for answer in answers {
        add("answer", format!("{HEAD}{PUSH}{sub}, answers = [{{ {answer}, @ = 1 }}] }}]\n"));
    }
    let suspend = "answer = \"SUSPEND_CURRENT_QUEUE_A_MOMENT\", @ = 1";
    add("answer", format!("{HEAD}{PUSH}{sub}, orderly = true, answers = [{{ {suspend} }}] }}]\n"));
    for pace in
        ["pause = \"1s\"", "rate = \"1/s\"", "curve = [[\"0s\", \"1/s\"], [\"1s\", \"2/s\"]]"]
    {
        add("workload", format!("{HEAD}{SENDS}workload = {{ {ROUND} }}], {pace}, @ = 1 }} }}]\n"));
    }
    let ramp = "ramp = { from = \"1/s\", to = \"2/s\", over = \"1s\", @ = 1 }";
    add("ramp", format!("{HEAD}{SENDS}workload = {{ {ROUND} }}], {ramp} }} }}]\n"));
    let of_message = |more: &str| {
        format!("{HEAD}{SENDS}workload = {{ {ROUND}, {more} }}], pause = \"1s\" }} }}]\n")
    };
    add("message", of_message("@ = 1"));
    add("message", of_message("delayTimeLevel = 1, @ = 1"));
    add("key", of_message("key = { count = 1, zipf = 1.0, @ = 1 }"));
    add("queue", of_message("queue = { broker = \"b\", id = 0, @ = 1 }"));
    add("property", of_message("properties = [{ name = \"a\", value = \"b\", @ = 1 }]"));
    add("transaction", of_message("transaction = { commit = 1, @ = 1 }"));
    add("check", of_message("transaction = { commit = 1, check = { commit = 1, @ = 1 } }"));
    let consumer = format!("{HEAD}{PUSH}{sub} }}]\n");
    let actions = [
        "stop = \"b\"",
        "start = \"b\"",
        "kill = \"b\"",
        "pause = \"b\", lasts = \"1s\"",
        "clock = \"b\", jumps = \"1s\"",
        "cut = [\"n\", \"b\"]",
        "mend = [\"n\", \"b\"]",
        "link = [\"n\", \"b\"]",
        "slow_disk = \"b\"",
        "fill_disk = \"b\", percent = 1",
        "stall = \"b\", lasts = \"1s\"",
        "suspend = \"c\"",
        "resume = \"c\"",
        "subscribe = \"c\", topic = \"T\", tags = \"A\"",
        "unsubscribe = \"c\", topic = \"T\"",
        "subscribe = \"c\", topic = \"T\"",
    ];
    for action in actions {
        add(
            "intervention",
            format!("{consumer}intervention = [{{ at = \"0s\", {action}, @ = 1 }}]\n"),
        );
    }
    let lite = format!("{HEAD}{lite}{sub} }}]\n");
    let queue = "topic = \"T\", broker = \"b\", id = 0";
    for action in ["seek = \"c\", to = \"end\"", "pause_queues = \"c\"", "resume_queues = \"c\""] {
        let action = format!("at = \"0s\", {action}, {queue}, @ = 1");
        add("intervention", format!("{lite}intervention = [{{ {action} }}]\n"));
    }
    add(
        "intervention",
        format!("{lite}intervention = [{{ at = \"0s\", commit = \"c\", @ = 1 }}]\n"),
    );
    let when = "when = { count = \"sent\", at_least = 1, @ = 1 }";
    add("condition", format!("{consumer}intervention = [{{ stop = \"c\", {when} }}]\n"));
    let claim = "says = \"s\", count = \"sent\"";
    add("assert", format!("{consumer}assert = [{{ {claim}, at_least = 1, @ = 1 }}]\n"));
    let limit = "at_least = { count = \"sent\", times = 2, @ = 1 }";
    add("limit", format!("{consumer}assert = [{{ {claim}, {limit} }}]\n"));
    add("lane", format!("{consumer}lane = [{{ name = \"L\", @ = 1 }}]\n"));
    let slider = "label = \"s\", paths = [\"topic.T.queues\"], min = 1, max = 2, step = 1";
    let queues = consumer.replace("name = \"T\"", "name = \"T\", queues = 1");
    add("slider", format!("{queues}slider = [{{ {slider}, @ = 1 }}]\n"));
    add("switch", format!("{queues}switch = [{{ label = \"s\", set = {{}}, @ = 1 }}]\n"));
    let question = "text = \"t\", options = [\"a\"], measure = \"mean_wait\", at_load = 1";
    add("question", format!("{consumer}question = [{{ {question}, @ = 1 }}]\n"));
    files
}

#[test]
fn the_schema_has_the_keys_that_the_reader_knows_and_no_others() {
    let (_, schema) = schema();
    let files = files();
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| *name).collect();
    let mut faults = Vec::new();
    for name in names {
        let mut known = BTreeSet::new();
        for (_, text) in files.iter().filter(|(of, _)| *of == name) {
            let text = text.replace('@', "qqqqqqqqqqqqqqqq");
            let error = Scenario::parse(&text, &[]).expect_err(name).to_string();
            let keys = error.split("its keys are ").nth(1);
            let keys = keys.unwrap_or_else(|| panic!("{name}: {error}"));
            known.extend(keys.split('`').skip(1).step_by(2).map(str::to_owned));
        }
        let said = schema["$defs"][name]["properties"].as_object().expect("it is a table");
        let said: BTreeSet<String> = said.keys().cloned().collect();
        let missing = known.difference(&said).map(|key| format!("{name}: {key} is missing"));
        let unknown = said.difference(&known).map(|key| format!("{name}: nobody reads {key}"));
        faults.extend(missing.chain(unknown));
    }
    assert!(faults.is_empty(), "src/cli/schema_keys.txt: {faults:#?}");
}

/// Whole files in the documents, in which each key stands.
#[test]
fn every_key_has_an_example_that_is_read() {
    let (_, schema) = schema();
    let document = include_str!("../../docs/SCENARIOS.md");
    let (_, section) = document.split_once("## Every key once").expect("the section is there");
    let section = section.split("\n## ").next().expect("a text has a first part");
    let files: Vec<&str> = section.split("```toml\n").skip(1).collect();
    assert_eq!(files.len(), 4);
    let mut found = BTreeSet::new();
    for file in files {
        let (file, _) = file.split_once("```").expect("a block ends");
        if let Err(error) = Scenario::parse(file, &[]) {
            panic!("{error}\nin\n{file}");
        }
        let table = DeTable::parse(file).expect("it was just read").into_inner();
        let value = json(&DeValue::Table(table));
        assert_eq!(valid(&value, &schema, &schema), Ok(()));
        keys(&value, &mut found);
    }
    let tables = schema["$defs"].as_object().expect("there are tables").values();
    let all = tables.filter_map(|table| table["properties"].as_object());
    let all: BTreeSet<&str> = all.flat_map(|table| table.keys().map(String::as_str)).collect();
    let missing: Vec<_> = all.into_iter().filter(|key| !found.contains(*key)).collect();
    assert!(missing.is_empty(), "docs/SCENARIOS.md, \"Every key once\": {missing:?}");
}

/// All keys, of tables within tables too.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| keys(entry, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
