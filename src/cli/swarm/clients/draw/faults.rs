//! What goes wrong, and when it works again. A seed has some kinds of faults and not the others, so
//! that what one kind would hide shows with another.

use toml::{Table, Value};

use super::Plan;
use crate::cli::swarm::clients::dice::Dice;
use crate::cli::swarm::clients::doc::table;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    BrokerCrash,
    BrokerPower,
    BrokerStop,
    ClientCrash,
    ClientStop,
    NamesrvCrash,
    Pause,
    Cut,
    Loss,
    Stall,
    SlowDisk,
    Clock,
    FullDisk,
    Suspend,
    Resubscribe,
}

const ALL: [Kind; 15] = [
    Kind::BrokerCrash,
    Kind::BrokerPower,
    Kind::BrokerStop,
    Kind::ClientCrash,
    Kind::ClientStop,
    Kind::NamesrvCrash,
    Kind::Pause,
    Kind::Cut,
    Kind::Loss,
    Kind::Stall,
    Kind::SlowDisk,
    Kind::Clock,
    Kind::FullDisk,
    Kind::Suspend,
    Kind::Resubscribe,
];

/// What is drawn so far.
struct Faults<'a> {
    plan: &'a Plan,
    tables: Vec<Table>,
    /// What is broken, and until when in s.
    busy: Vec<(String, u64)>,
    /// Processes that ended once.
    ended: Vec<String>,
}

pub(super) fn draw(plan: &Plan, dice: &mut Dice) -> Vec<Table> {
    let mut kinds: Vec<Kind> = ALL.into_iter().filter(|_| dice.one_in(2)).collect();
    if kinds.is_empty() {
        kinds.push(dice.pick(&ALL));
    }
    kinds.retain(|kind| may_be(*kind, plan));
    if kinds.is_empty() {
        kinds.push(Kind::BrokerCrash);
    }
    let mut faults = Faults::new(plan);
    for _ in 0..dice.between(3, 9) {
        let kind = dice.pick(&kinds);
        let at = dice.between(plan.faults_from, plan.faults_to);
        let lasts = dice.pick(&[1, 2, 5, 12, 25, 60]).min(plan.heals - 5 - at);
        faults.fault(kind, (at, at + lasts), dice);
    }
    faults.healed()
}

/// The scenario has something that it could befall.
fn may_be(kind: Kind, plan: &Plan) -> bool {
    match kind {
        Kind::Suspend => !plan.consumers.is_empty(),
        Kind::Resubscribe => !plan.laid_over,
        Kind::NamesrvCrash => !plan.namesrvs.is_empty(),
        Kind::BrokerCrash
        | Kind::BrokerPower
        | Kind::BrokerStop
        | Kind::ClientCrash
        | Kind::ClientStop
        | Kind::Pause
        | Kind::Cut
        | Kind::Loss
        | Kind::Stall
        | Kind::SlowDisk
        | Kind::Clock
        | Kind::FullDisk => true,
    }
}

/// What befalls programs that call for messages, and what those do besides.
pub(super) fn of_callers(plan: &Plan, dice: &mut Dice) -> Vec<Table> {
    let mut faults = Faults::new(plan);
    let lite: Vec<String> = plan.lite.iter().map(|(name, _)| name.clone()).collect();
    let all = [lite.as_slice(), &plan.simple, &plan.asking, &plan.repliers].concat();
    for name in all {
        for _ in 0..dice.between(0, 2) {
            let at = dice.between(plan.faults_from, plan.faults_to);
            let span = (at, at + dice.pick(&[1, 5, 25, 60]).min(plan.heals - 5 - at));
            faults.of_caller(&name, span, dice);
        }
    }
    for (name, topic) in &plan.lite {
        for _ in 0..dice.between(0, 3) {
            let at = dice.between(plan.faults_from, plan.faults_to);
            faults.program(name, topic, (at, at + 20), dice);
        }
    }
    // Nobody tells a program that assigns its queues where it left off.
    if let Some((name, _)) = plan.lite.first().filter(|_| dice.one_in(3)) {
        let pair = vec![name.clone(), dice.pick(&plan.brokers)];
        faults.tables.push(table! { "at": "-5s", "cut": pair.clone() });
        faults.at(8, table! { "mend": pair });
    }
    faults.healed()
}

/// A member of a group dies for good now and then: the others take its share over.
pub(super) fn death(plan: &Plan, acts: &mut Vec<Table>, dice: &mut Dice) {
    if !dice.one_in(6) {
        return;
    }
    let (name, group) = dice.pick(&plan.consumers);
    if !plan.together.contains(&name)
        && plan.consumers.iter().filter(|(_, other)| *other == group).count() > 1
    {
        let at = format!("{}s", dice.between(60, plan.sends_end - 60));
        acts.retain(|act| act.get("start").and_then(Value::as_str) != Some(name.as_str()));
        acts.push(table! { "at": at, "kill": name });
    }
}

impl<'a> Faults<'a> {
    fn new(plan: &'a Plan) -> Self {
        let (tables, busy, ended) = Default::default();
        Faults { plan, tables, busy, ended }
    }

    /// Who was slow to end when it was started is down still.
    fn healed(mut self) -> Vec<Table> {
        for node in std::mem::take(&mut self.ended) {
            self.at(self.plan.heals, table! { "start": node.clone() });
            self.at(self.plan.heals + 15, table! { "start": node });
        }
        self.tables
    }

    fn of_caller(&mut self, name: &str, span: (u64, u64), dice: &mut Dice) {
        match dice.between(0, 3) {
            0 => self.end(name.to_owned(), span, &table! { "kill": "" }),
            1 => self.end(name.to_owned(), span, &table! { "stop": "" }),
            2 => {
                if self.take(name, span) {
                    let lasts = format!("{}s", (span.1 - span.0).min(30));
                    self.at(span.0, table! { "pause": name, "lasts": lasts });
                }
            }
            _ => {
                let broker = dice.pick(&self.plan.brokers);
                if self.take(&format!("link {broker} {name}"), span) {
                    let pair = vec![name.to_owned(), broker];
                    self.at(span.0, table! { "cut": pair.clone() });
                    self.at(span.1, table! { "mend": pair });
                }
            }
        }
    }

    /// What the program of a lite pull consumer does with its queues.
    fn program(&mut self, name: &str, topic: &str, span: (u64, u64), dice: &mut Dice) {
        match dice.between(0, 6) {
            0 => self.at(span.0, table! { "commit": name }),
            1 => {
                self.at(span.0, table! { "pause_queues": name });
                self.at(span.1, table! { "resume_queues": name });
            }
            2 => {
                let subscribes = table! { "subscribe": name, "topic": topic, "tags": "*" };
                self.at(span.0, table! { "unsubscribe": name, "topic": topic });
                self.at(span.1, subscribes);
            }
            3 => {
                let broker = dice.pick(&self.plan.masters);
                let to = Value::from(dice.pick(&[0, 20, 100_000]));
                let seek = table! {
                    "seek": name, "topic": topic, "broker": broker, "id": 0, "to": to,
                };
                self.at(span.0, seek);
            }
            _ => {
                let to = dice.pick(&["begin", "end", "-5s", "30s"]);
                self.at(span.0, table! { "seek": name, "topic": topic, "to": to });
            }
        }
    }

    fn at(&mut self, seconds: u64, what: Table) {
        let mut table = table! { "at": format!("{seconds}s") };
        table.extend(what);
        self.tables.push(table);
    }

    /// Takes something that is whole at this time.
    fn take(&mut self, what: &str, (from, to): (u64, u64)) -> bool {
        let free = |(name, until): &(String, u64)| name != what || *until < from;
        let is_free = self.busy.iter().all(free);
        if is_free {
            self.busy.push((what.to_owned(), to + 5));
        }
        is_free
    }

    fn fault(&mut self, kind: Kind, span: (u64, u64), dice: &mut Dice) {
        let plan = self.plan;
        let broker = dice.pick(&plan.brokers);
        match kind {
            Kind::BrokerCrash => self.end(broker, span, &table! { "kill": "" }),
            Kind::BrokerPower => self.end(broker, span, &table! { "kill": "", "how": "power" }),
            Kind::BrokerStop => self.end(broker, span, &table! { "stop": "" }),
            Kind::ClientCrash => self.end(any_client(plan, dice), span, &table! { "kill": "" }),
            Kind::ClientStop => self.end(any_client(plan, dice), span, &table! { "stop": "" }),
            Kind::NamesrvCrash => {
                self.end(dice.pick(&plan.namesrvs), span, &table! { "kill": "" });
            }
            Kind::Pause => self.pause(dice, span),
            Kind::Cut | Kind::Loss => self.link(kind, dice, span),
            Kind::Stall => {
                if self.take(&format!("disk {broker}"), span) {
                    let lasts = format!("{}s", span.1 - span.0);
                    self.at(span.0, table! { "stall": broker, "lasts": lasts });
                }
            }
            Kind::SlowDisk => {
                if self.take(&format!("disk {broker}"), span) {
                    let flush = dice.pick(&["50ms", "400ms"]);
                    let slow = table! { "slow_disk": broker.clone(), "flush": flush };
                    self.at(span.0, slow);
                    self.at(span.1, table! { "slow_disk": broker });
                }
            }
            Kind::Clock => {
                let all = [plan.brokers.as_slice(), &plan.producers].concat();
                let jumps = dice.pick(&["-4s", "-1s", "-50ms", "1s", "4s"]);
                self.at(span.0, table! { "clock": dice.pick(&all), "jumps": jumps });
            }
            Kind::FullDisk => {
                if self.take(&format!("room {broker}"), span) {
                    let percent = dice.pick(&[78, 88, 95]);
                    self.at(span.0, table! { "fill_disk": broker.clone(), "percent": percent });
                    self.at(span.1, table! { "fill_disk": broker, "percent": 0 });
                }
            }
            Kind::Suspend => self.suspend(dice, span),
            Kind::Resubscribe => self.resubscribe(dice, span),
        }
    }

    /// Ends a process and starts it again.
    fn end(&mut self, node: String, span: (u64, u64), how: &Table) {
        let returns = !self.sends(&node) || span.1 < self.plan.sends_end;
        // Who shares a process would be gone for good with it.
        let alone = !self.plan.together.contains(&node);
        if !(returns || alone) || !self.take(&node, span) {
            return;
        }
        let mut what = how.clone();
        for key in ["kill", "stop"] {
            if what.contains_key(key) {
                what.insert(key.to_owned(), Value::from(node.clone()));
            }
        }
        self.at(span.0, what);
        if returns {
            self.at(span.1, table! { "start": node.clone() });
            // A sender that began anew after its end would send for ever, maybe more than a group
            // can handle: what was stored before would wait behind that.
            if !self.sends(&node) {
                self.ended.push(node);
            }
        }
    }

    fn sends(&self, node: &str) -> bool {
        let plan = self.plan;
        [&plan.producers, &plan.asking, &plan.with_senders]
            .into_iter()
            .flatten()
            .any(|it| it == node)
    }

    fn pause(&mut self, dice: &mut Dice, span: (u64, u64)) {
        let consumers: Vec<String> =
            self.plan.consumers.iter().map(|(name, _)| name.clone()).collect();
        let plan = self.plan;
        let all =
            [plan.brokers.as_slice(), &plan.brokers, &plan.namesrvs, &plan.producers, &consumers]
                .concat();
        let node = dice.pick(&all);
        if self.take(&node, span) {
            let lasts = format!("{}s", (span.1 - span.0).min(30));
            self.at(span.0, table! { "pause": node, "lasts": lasts });
        }
    }

    fn link(&mut self, kind: Kind, dice: &mut Dice, span: (u64, u64)) {
        let one = dice.pick(&self.plan.brokers);
        let clients = clients(self.plan);
        let all = [clients.as_slice(), &self.plan.namesrvs, &self.plan.brokers].concat();
        let other = dice.pick(&all);
        if one == other || !self.take(&format!("link {one} {other}"), span) {
            return;
        }
        let is_long =
            self.plan.namesrvs.contains(&other) && dice.one_in(3) && self.plan.heals > 165;
        let pair = vec![other, one];
        // Longer than a name server believes in a broker that it does not hear.
        let span = if is_long { (14, 160) } else { span };
        if kind == Kind::Cut {
            self.at(span.0, table! { "cut": pair.clone() });
            self.at(span.1, table! { "mend": pair });
        } else {
            let loss = dice.pick(&[50_000, 300_000]);
            let latency = dice.pick(&["1ms", "300ms"]);
            let lossy =
                table! { "link": pair.clone(), "loss_per_million": loss, "latency": latency };
            self.at(span.0, lossy);
            self.at(span.1, table! { "link": pair, "latency": "1ms" });
        }
    }

    fn suspend(&mut self, dice: &mut Dice, span: (u64, u64)) {
        let (name, _) = dice.pick(&self.plan.consumers);
        if is_push(self.plan, &name) && self.take(&format!("program {name}"), span) {
            self.at(span.0, table! { "suspend": name.clone() });
            self.at(span.1, table! { "resume": name });
        }
    }

    fn resubscribe(&mut self, dice: &mut Dice, span: (u64, u64)) {
        let (name, _) = dice.pick(&self.plan.consumers);
        let (topic, _) = dice.pick(&self.plan.topics);
        if is_push(self.plan, &name) && self.take(&format!("program {name}"), span) {
            if dice.one_in(2) {
                self.at(span.0, table! { "unsubscribe": name.clone(), "topic": topic.clone() });
            }
            let tags = dice.pick(&["*", "TagA", "TagB || TagC"]);
            self.at(span.1, table! { "subscribe": name, "topic": topic, "tags": tags });
        }
    }
}

fn clients(plan: &Plan) -> Vec<String> {
    let consumers = plan.consumers.iter().map(|(name, _)| name.clone());
    plan.producers.iter().cloned().chain(consumers).collect()
}

fn any_client(plan: &Plan, dice: &mut Dice) -> String {
    dice.pick(&clients(plan))
}

fn is_push(plan: &Plan, name: &str) -> bool {
    !plan.plain.iter().any(|other| other == name)
}
