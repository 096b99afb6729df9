//! Requests as bytes say them, and answers as JSON: for stories of what administrators see.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rocketscope::facts::MsgKey;
use rocketscope::kernel::actor::NodeId;
use rocketscope::rocketmq::remoting::Request;
use rocketscope::wire::Command;
use rocketscope::wire::json::Json;
use rocketscope::wire::packets::{self, Places};

use crate::broker_kit::{Bench, Line};

/// Every node has an address of its own.
pub(crate) struct Addresses;

impl Places for Addresses {
    fn address(&self, node: NodeId) -> SocketAddr {
        let [.., last] = node.0.to_be_bytes();
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), 10_911)
    }
}

/// A request as a client writes it.
pub(crate) fn command(code: i32, ext: &[(&str, &str)], body: &str) -> Command {
    let command = Command { body: body.as_bytes().to_vec(), ..Command::request(code, 1) };
    ext.iter().fold(command, |command, (field, value)| command.with(field, value))
}

/// The typed request in it.
pub(crate) fn request(command: &Command) -> Request {
    packets::request(command, MsgKey::default()).expect("it can be read")
}

/// Asks the broker: the answer's code, and its body (nothing: null).
pub(crate) fn ask(
    bench: &mut Bench,
    line: Line,
    code: i32,
    ext: &[(&str, &str)],
    body: &str,
) -> (i32, Json) {
    let command = command(code, ext, body);
    let reply = bench.ask(line, request(&command));
    json(&packets::answer(&command, &reply, bench.broker, &Addresses))
}

/// Code and body of a command.
pub(crate) fn json(command: &Command) -> (i32, Json) {
    let body = Json::parse(&command.body).unwrap_or(Json::Null);
    (command.code, body)
}

/// What a path of names leads to, as JSON.
pub(crate) fn at(json: &Json, path: &[&str]) -> String {
    let found = path.iter().try_fold(json, |json, name| json.get(name));
    found.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}
