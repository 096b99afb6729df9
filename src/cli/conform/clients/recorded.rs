//! From the JSON of a recording to its time line.

use std::collections::BTreeMap;

use crate::wire::json::Json;

use super::timeline::{Asked, Begun, Held, Queue, Sent, Timeline};

pub(super) fn timeline(recording: &Json) -> Timeline {
    let mut timeline = Timeline::default();
    let events = recording.get("events").and_then(Json::as_list).unwrap_or_default();
    events.iter().for_each(|event| take(event, &mut timeline));
    timeline
}

fn take(event: &Json, to: &mut Timeline) {
    let at = number(event, "t");
    match text(event, "kind").as_str() {
        "request" => to.requests.push(Asked {
            at,
            who: text(event, "who"),
            peer: node(&text(event, "peer")),
            request: request(event),
            ext: fields(event),
        }),
        "sent" => to.sent.push(Sent {
            at,
            who: text(event, "who"),
            queue: queue(event),
            keyed: event.get("key").is_some(),
        }),
        "sendFailed" => to.failed.push(at),
        "local" => to.decided.push((at, text(event, "body"), text(event, "state"))),
        "asked" => to.answered.push((at, text(event, "body"), text(event, "state"))),
        "consumed" => {
            to.handed.push(text(event, "body"));
            to.begun.push(Begun {
                at,
                who: text(event, "who"),
                queue: queue(event),
                offset: number(event, "queueOffset"),
                times: number(event, "reconsumeTimes"),
            });
        }
        "assigned" => {
            to.held.push(Held { at, who: text(event, "who"), queues: held(event).collect() })
        }
        "polled" => to.polled.push((at, text(event, "who"), number(event, "count"))),
        "action" => to.actions.push(at),
        _ => {}
    }
}

/// Recordings write lite pulls (361) as `POP`; a pop has no offset.
fn request(event: &Json) -> String {
    let name = text(event, "request");
    let is_lite = name == "POP" && fields(event).contains_key("queueOffset");
    if is_lite { "LITE_PULL_MESSAGE".to_owned() } else { name }
}

/// `{"Topic": ["broker-a:0", …], …}`.
fn held(event: &Json) -> impl Iterator<Item = Queue> {
    let Some(Json::Map(topics)) = event.get("queues") else { return Vec::new().into_iter() };
    let of_topic = |(topic, queues): &(Json, Json)| {
        let topic = topic.to_plain();
        let queues = queues.as_list().unwrap_or_default().iter();
        let place = |queue: &Json| {
            let queue = queue.to_plain();
            let (broker, id) = queue.rsplit_once(':')?;
            Some((topic.clone(), broker.to_owned(), id.parse().ok()?))
        };
        queues.filter_map(place).collect::<Vec<Queue>>()
    };
    topics.iter().flat_map(of_topic).collect::<Vec<Queue>>().into_iter()
}

fn queue(event: &Json) -> Queue {
    (text(event, "topic"), node(&text(event, "peer")), number(event, "queueId"))
}

fn fields(event: &Json) -> BTreeMap<String, String> {
    let Some(Json::Map(pairs)) = event.get("ext") else { return BTreeMap::new() };
    pairs.iter().map(|(key, value)| (key.to_plain(), value.to_plain())).collect()
}

/// A master goes by its broker's name: `broker-a/0` is `broker-a`.
fn node(peer: &str) -> String {
    peer.strip_suffix("/0").unwrap_or(peer).to_owned()
}

fn text(event: &Json, field: &str) -> String {
    event.get(field).map(Json::to_plain).unwrap_or_default()
}

fn number(event: &Json, field: &str) -> i64 {
    event.get(field).and_then(Json::as_int).unwrap_or(0)
}
