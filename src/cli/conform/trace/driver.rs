//! Feeds the requests of a trace to its cluster as wire bytes, and collects what comes back.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::facts::MsgKey;
use crate::kernel::actor::NodeId;
use crate::kernel::life::{End, Life};
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::kernel::world::Intervention;
use crate::rocketmq::protocol::{Mq, Order};
use crate::rocketmq::remoting::Packet;
use crate::wire::json::Json;
use crate::wire::packets::{self, Places};
use crate::wire::{Command, FrameDecoder, encode_frame};

use super::mask::Masks;
use super::setup::{Addresses, Cluster, time};

/// A command that came to a client, ms since time 0.
pub(super) struct Came {
    pub(super) at: i64,
    pub(super) command: Command,
}

/// A client's connection to a peer.
#[derive(Clone, Copy)]
struct Line {
    outsider: NodeId,
    peer: NodeId,
    conn: ConnId,
}

/// A replay under way.
pub(super) struct Driver {
    cluster: Cluster,
    pub(super) masks: Masks,
    lines: BTreeMap<(String, String), Line>,
    /// Requests by their number: step, command as it was sent.
    asked: BTreeMap<u32, (u64, Command)>,
    /// Answers by step.
    pub(super) answers: BTreeMap<u64, Came>,
    /// What brokers sent by themselves, by connection.
    pub(super) pushes: Vec<(String, Came)>,
}

impl Driver {
    pub(super) fn new(trace: &Json) -> Result<Self, String> {
        let cluster = Cluster::build(trace)?;
        let named = cluster.nodes.iter();
        let addresses = named.map(|(name, node)| (name.clone(), Addresses.address(*node)));
        let masks = Masks {
            wall_start: trace.get("wall_start").and_then(Json::as_int).unwrap_or(0),
            addresses: addresses.collect(),
            answered: BTreeMap::new(),
        };
        let (lines, asked, answers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Ok(Self { cluster, masks, lines, asked, answers, pushes: Vec::new() })
    }

    /// Everything until a time, ms since time 0.
    pub(super) fn run_to(&mut self, millis: i64) {
        // An event at the end keeps the world's clock from staying behind it.
        let [a, b] = self.cluster.clock;
        if self.cluster.world.now() < time(millis) {
            self.cluster.world.intervene(time(millis), Intervention::Mend(a, b));
        }
        self.cluster.world.run_until(time(millis), &mut ());
        for (at, conn, packet) in self.cluster.world.take_outbox() {
            let zero = time(0).as_nanos().cast_signed();
            let at = (at.as_nanos().cast_signed() - zero).div_euclid(1_000_000);
            self.came(at, conn, &packet);
        }
    }

    /// Does what a step says at its time; a push is only looked for later.
    pub(super) fn take(&mut self, step: &Json) -> Result<(), String> {
        let at = step.get("at").and_then(Json::as_int).ok_or("a step has no `at`")?;
        self.run_to(at - 1);
        if let Some(action) = step.get("action").and_then(Json::as_text) {
            self.run_to(at);
            return self.act(action, step);
        }
        if step.get("push").is_some() {
            return Ok(());
        }
        let text = |field| step.get(field).and_then(Json::as_text).unwrap_or("").to_owned();
        let key = (text("conn"), text("to"));
        self.connect(&key)?;
        self.run_to(at);
        self.ask(step, &key)
    }

    fn connect(&mut self, key: &(String, String)) -> Result<(), String> {
        if self.lines.contains_key(key) {
            return Ok(());
        }
        let peer = *self.cluster.nodes.get(&key.1).ok_or_else(|| format!("no node {}", key.1))?;
        let world = &mut self.cluster.world;
        let outsider = world.add_outsider(Name::new(&format!("{} to {}", key.0, key.1)));
        let now = world.now();
        world.intervene(now, Intervention::Connect { from: outsider, to: peer });
        world.run_until(now, &mut ());
        let conn = world.newest_connection(outsider).expect("it was just asked for");
        self.lines.insert(key.clone(), Line { outsider, peer, conn });
        Ok(())
    }

    fn ask(&mut self, step: &Json, key: &(String, String)) -> Result<(), String> {
        let number = step.get("step").and_then(Json::as_int).unwrap_or(0).unsigned_abs();
        let opaque = u32::try_from(self.asked.len()).expect("traces are short");
        let sent = self.command(step, opaque)?;
        let mut decoder = FrameDecoder::default();
        decoder.feed(&encode_frame(&sent));
        let command = decoder.next_command().map_err(|error| error.to_string())?;
        let command = command.ok_or("a frame is not whole")?;
        let line = self.lines[key];
        let id = MsgKey { producer: line.outsider, seq: opaque };
        self.asked.insert(opaque, (number, command.clone()));
        match packets::request(&command, id) {
            Ok(request) => {
                let oneway = command.is_oneway();
                let packet = Packet::Request { opaque, oneway, request };
                let (from, conn) = (line.outsider, line.conn);
                self.intervene(Intervention::Packet { from, conn, packet });
            }
            // The server's decoder answers before anything else sees the request.
            Err(refusal) => {
                let at = step.get("at").and_then(Json::as_int).unwrap_or(0);
                self.answered(number, at, refusal.answer(&command));
            }
        }
        Ok(())
    }

    fn command(&self, step: &Json, opaque: u32) -> Result<Command, String> {
        let code = step.get("code").and_then(Json::as_int).ok_or("a request has no code")?;
        let code = i32::try_from(code).map_err(|_| "a code has 32 bits")?;
        let mut command = Command::request(code, opaque.cast_signed());
        if let Some(Json::Map(fields)) = step.get("ext") {
            for (field, value) in fields {
                command = command.with(&field.to_plain(), self.masks.fill(&value.to_plain()));
            }
        }
        if step.get("oneway") == Some(&Json::Bool(true)) {
            command.flag = crate::wire::flag::ONEWAY;
        }
        command.body = self.body(step)?;
        Ok(command)
    }

    fn body(&self, step: &Json) -> Result<Vec<u8>, String> {
        if let Some(text) = step.get("body").and_then(Json::as_text) {
            return STANDARD.decode(text).map_err(|error| error.to_string());
        }
        if let Some([letter, times]) = step.get("bodyRepeat").and_then(Json::as_list) {
            let times = times.as_int().and_then(|times| usize::try_from(times).ok());
            return Ok(letter.to_plain().repeat(times.unwrap_or(0)).into_bytes());
        }
        let json = step.get("json").map(|json| self.masks.fill(&json.to_string()).into_bytes());
        Ok(json.unwrap_or_default())
    }

    fn act(&mut self, action: &str, step: &Json) -> Result<(), String> {
        let text = |field| step.get(field).and_then(Json::as_text).unwrap_or("").to_owned();
        if action == "closeConnection" {
            let conn = text("conn");
            let keys: Vec<_> = self.lines.keys().filter(|key| key.0 == conn).cloned().collect();
            for key in keys {
                let line = self.lines.remove(&key).expect("it was just listed");
                let (from, conn) = (line.outsider, line.conn);
                self.intervene(Intervention::Disconnect { from, conn });
            }
            return Ok(());
        }
        let node = self.cluster.nodes.get(&text("broker")).copied();
        let node = node.ok_or_else(|| format!("no node {}", text("broker")))?;
        match action {
            "stopBroker" => {
                self.lines.retain(|_, line| line.peer != node);
                self.intervene(Intervention::Tell(node, Order::Shutdown));
                Ok(())
            }
            "killBroker" => {
                self.lines.retain(|_, line| line.peer != node);
                self.intervene(Intervention::Kill(node, End::Crashed));
                Ok(())
            }
            "startBroker" => {
                if matches!(self.cluster.world.life(node), Life::Down { .. }) {
                    self.intervene(Intervention::Start(node));
                }
                Ok(())
            }
            _ => Err(format!("no action is called {action}")),
        }
    }

    fn intervene(&mut self, intervention: Intervention<Mq>) {
        let world = &mut self.cluster.world;
        let at = world.now() + SimSpan::nanos(1);
        world.intervene(at, intervention);
        world.run_until(at, &mut ());
    }

    fn came(&mut self, at: i64, conn: ConnId, packet: &Packet) {
        let line = self.lines.iter().find(|(_, line)| line.conn == conn);
        let Some(((name, _), line)) = line.map(|(key, line)| (key.clone(), *line)) else { return };
        match packet {
            Packet::Reply { opaque, reply, .. } => {
                let (step, request) = &self.asked[opaque];
                let command = packets::answer(request, reply, line.peer, &Addresses);
                self.answered(*step, at, through_bytes(&command));
            }
            Packet::Request { opaque, request, .. } => {
                let command =
                    through_bytes(&packets::command(request, *opaque, line.peer, &Addresses));
                self.pushes.push((name, Came { at, command }));
            }
            Packet::Ha(_) => panic!("no client is a slave"),
        }
    }

    fn answered(&mut self, step: u64, at: i64, command: Command) {
        for (field, value) in &command.ext {
            self.masks.answered.insert((step, field.clone()), value.clone());
        }
        self.answers.entry(step).or_insert(Came { at, command });
    }
}

/// The command that a client reads out of the bytes.
fn through_bytes(command: &Command) -> Command {
    let mut decoder = FrameDecoder::default();
    decoder.feed(&encode_frame(command));
    let read = decoder.next_command().expect("our own frames are good");
    read.expect("our own frames are whole")
}
