//! Messages that a broker writes by itself: checkpoints and acknowledgements of pop, op records of
//! transactions.

use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::name::Name;
use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template, Wired};
use crate::rocketmq::properties::{Properties, TAGS};

/// A message with a tag and what else it says; `born` in ms since 1970.
pub(super) fn own_message(
    topic: Name,
    tag: &str,
    more: &[(&str, &str)],
    body: String,
    born: i64,
) -> Message {
    let mut properties = Properties::default();
    properties.set(TAGS, tag);
    more.iter().for_each(|(name, value)| properties.set(name, value));
    let (body, flag, sys_flag, reconsume_times, prepared) = (body.into_bytes(), 0, 0, 0, 0);
    let wired = Wired { properties, body, flag, sys_flag, reconsume_times, prepared };
    let (tag, body) = (Some(Name::new(tag)), Body::Wired(Rc::new(wired)));
    let template = Rc::new(Template { topic, tag, keys: None, body });
    let maker = ProcessIdentity { ip: [0; 4], pid: 0, loader: 0 };
    Message { key: MsgKey::default(), template, round: 0, born, maker }
}

/// The body of such a message.
pub(super) fn body_of(message: &Message) -> &str {
    message.wired().and_then(|wired| std::str::from_utf8(&wired.body).ok()).unwrap_or("")
}
