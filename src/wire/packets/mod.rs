//! Remoting commands and the engine's typed packets, both ways; one file for each family.
//!
//! What is wrong in a request gets RocketMQ's own answer: a field that is missing or no number
//! makes the server answer with code 1 and the exception's words.

mod admin;
mod admin_reply;
mod bodies;
mod client;
mod offset;
mod pop;
mod pull;
mod rare;
mod rare_reply;
mod reply;
mod send;

use std::net::SocketAddr;
use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::rocketmq::remoting::{AdminRequest, Request, code};

use super::command::{Command, ExtFields};
use super::header::{Fields, HeaderError};

pub use reply::answer;

/// Where the nodes of a cluster are.
pub trait Places {
    /// Address of a node.
    fn address(&self, node: NodeId) -> SocketAddr;
}

/// Why a request becomes no packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Response code.
    pub code: u16,
    /// In words.
    pub remark: String,
}

impl From<HeaderError> for Refusal {
    fn from(error: HeaderError) -> Self {
        Self { code: code::SYSTEM_ERROR, remark: error.to_string() }
    }
}

impl Refusal {
    fn of_body(remark: impl Into<String>) -> Self {
        Self { code: code::SYSTEM_ERROR, remark: remark.into() }
    }

    /// As the server answers.
    pub fn answer(&self, request: &Command) -> Command {
        Command { remark: Some(self.remark.clone()), ..request.answer(self.code.into()) }
    }
}

/// The typed request in a command. `key` is the identity of the message that it may carry.
///
/// # Errors
///
/// Where the server's own decoder stumbles over it.
pub fn request(command: &Command, key: MsgKey) -> Result<Request, Refusal> {
    let fields = Fields::of(&command.ext);
    let families = [offset::request, client::request, pull::request, rare::request, admin::request];
    if let Some(request) = send::request(command, key)? {
        return Ok(request);
    }
    for family in families {
        if let Some(request) = family(command, fields)? {
            return Ok(request);
        }
    }
    Ok(unknown(command))
}

/// What the engine has no type for is kept as it came.
fn unknown(command: &Command) -> Request {
    let code = command.code.cast_unsigned();
    let ext = command.ext.iter().map(|(name, value)| (Name::new(name), Name::new(value)));
    Request::Unknown { code, ext: ext.collect(), body: Rc::from(command.body.as_slice()) }
}

/// The command of a typed request, as far as a server sends such ones or a client of ours does.
pub fn command(request: &Request, opaque: u32, node: NodeId, places: &dyn Places) -> Command {
    let opaque = opaque.cast_signed();
    let plain = Command::request(request.code().cast_signed(), opaque);
    match request {
        Request::ConsumerIdsChanged { group } => plain.with("consumerGroup", group),
        Request::SendMessage(send) => send::command(send, plain),
        Request::Pull(pull) => pull::command(pull, plain),
        Request::QueryOffset { .. }
        | Request::UpdateOffset { .. }
        | Request::MaxOffset { .. }
        | Request::MinOffset { .. } => offset::command(request, plain),
        Request::GetRoute { topic } => plain.with("topic", topic),
        Request::ConsumerList { group } => plain.with("consumerGroup", group),
        Request::Heartbeat(heartbeat) => client::heartbeat_command(heartbeat, plain),
        Request::UnregisterClient { client, producer, consumer } => {
            let optional = [("producerGroup", *producer), ("consumerGroup", *consumer)];
            let given = optional.into_iter().filter_map(|(field, group)| Some((field, group?)));
            given.fold(plain.with("clientID", client), |command, (field, group)| {
                command.with(field, group)
            })
        }
        Request::Admin(request) => {
            let by = reply::Answerer { node, places };
            if let AdminRequest::CheckTransaction(check) = &**request {
                by.transaction_check(plain, check)
            } else if let AdminRequest::PushReply(push) = &**request {
                by.push_reply(plain, push)
            } else if let AdminRequest::Rare(rare) = &**request {
                rare::command(rare, plain, &by)
            } else {
                admin::command(request, plain)
            }
        }
        Request::RegisterBroker(_) | Request::UnregisterBroker { .. } => plain,
        Request::Unknown { ext, body, .. } => {
            let ext: ExtFields =
                ext.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            Command { ext, body: body.to_vec(), ..plain }
        }
    }
}

/// A name field that must be there.
fn name(fields: Fields<'_>, field: &'static str) -> Result<Name, HeaderError> {
    fields.needed_text(field).map(Name::new)
}

/// A queue id: a negative one is beyond every queue.
fn queue(fields: Fields<'_>, field: &'static str) -> Result<u32, HeaderError> {
    fields.needed_number::<i32>(field).map(|id| u32::try_from(id).unwrap_or(u32::MAX))
}
