//! What is subscribed to: topics, tags and SQL92 expressions.

use crate::cli::conform::difference::Sides;
use crate::rocketmq::broker::filter::sql92::Sql92;
use crate::rocketmq::filter::TagSubscription;
use crate::rocketmq::topic_names::{is_system_topic, validate_topic};
use crate::wire::json::Json;

use super::case::{Bad, Case, sorted};

/// Whether an expression compiles, and whether it matches; what it gives is information.
pub(super) fn sql92(case: Case<'_>) -> Result<Sides, Bad> {
    let sql = Sql92::compile(case.text("expression")?);
    let evaluations = case.json("evaluations").as_list().unwrap_or(&[]);
    let matches = |evaluation: &Json| {
        let properties = evaluation.get("properties").unwrap_or(&Json::Null);
        let property = |name: &str| properties.get(name).and_then(Json::as_text);
        Json::Bool(sql.as_ref().is_ok_and(|sql| sql.matches(property)))
    };
    let recorded = evaluations.iter().map(|given| given.get("match").cloned());
    let recorded = recorded.map(|recorded| recorded.unwrap_or(Json::Null)).collect();
    let expected = Json::object([("compiles", case.json("compiles").clone()), ("match", recorded)]);
    let found = evaluations.iter().map(matches).collect();
    let found = Json::object([("compiles", sql.is_ok().into()), ("match", found)]);
    Ok(Sides { expected, found })
}

/// A tag expression, parsed; its sets are compared without order.
pub(super) fn tags(case: Case<'_>) -> Result<Sides, Bad> {
    let error = || Json::object([("error", true.into())]);
    let found = match TagSubscription::parse(case.json("expression").as_text()) {
        Ok(parsed) => {
            let tags: Vec<Json> = parsed.tags.iter().map(Json::text).collect();
            let codes: Vec<Json> = parsed.codes.iter().map(|code| (*code).into()).collect();
            let text = Json::text(parsed.sub_string);
            Json::object([("subString", text), ("tags", sorted(&tags)), ("codes", sorted(&codes))])
        }
        Err(_) => error(),
    };
    if case.json("error") == &Json::Bool(true) {
        return Ok(Sides { expected: error(), found });
    }
    let (tags, codes) = (sorted(case.list("tags")?), sorted(case.list("codes")?));
    let text = case.json("subString").clone();
    let expected = Json::object([("subString", text), ("tags", tags), ("codes", codes)]);
    Ok(Sides { expected, found })
}

/// Whether a topic's name is valid, and the system's.
pub(super) fn topic_name(case: Case<'_>) -> Result<Sides, Bad> {
    let topic = case.text("topic")?;
    let (valid, system) = (validate_topic(topic).is_ok(), is_system_topic(topic));
    let found = Json::object([("valid", valid.into()), ("system", system.into())]);
    Ok(Sides { expected: case.part(&["valid", "system"]), found })
}
