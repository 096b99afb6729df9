//! Transactions: half messages, what became of them, and asking about those left open.
//!
//! Follows `TransactionalMessageServiceImpl`, `TransactionalOpBatchService` and
//! `TransactionalMessageCheckService`. Left out: immunity times of single messages, op records of
//! more than 4096 bytes, and resuming what was given up.

use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template, Wired};
use crate::rocketmq::properties::{Properties, TAGS};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::{AdminRequest, Packet, PulledMessage, Request, TransactionCheck};

use super::schedule::restored;
use super::{Broker, BrokerTimer};

/// Topics of half messages, of what became of them, and of those that were given up.
pub(super) const HALF: &str = "RMQ_SYS_TRANS_HALF_TOPIC";
const OP: &str = "RMQ_SYS_TRANS_OP_HALF_TOPIC";
const GIVEN_UP: &str = "TRANS_CHECK_MAX_TIME_TOPIC";
/// `PROPERTY_TRANSACTION_CHECK_TIMES`.
const CHECK_TIMES: &str = "TRANSACTION_CHECK_TIMES";
/// `transactionOpBatchInterval`.
const OP_BATCH: SimSpan = SimSpan::secs(3);
/// A round that waits for more op records sleeps so long.
const ROUND_SLEEP: SimSpan = SimSpan::secs(1);
/// `fileReservedTime`: an older half is given up at once.
const RESERVED_MILLIS: i64 = 72 * 3_600_000;

/// What is known of transactions.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// Halves that are settled and whose op record is not written yet.
    settled: Vec<u64>,
    written: Option<SimTime>,
    op_armed: bool,
    /// Op records: when they were made, and which halves they settle.
    ops: Vec<(i64, Vec<u64>)>,
    next_op: usize,
    next_half: u64,
    check_armed: bool,
    /// When the last round was over: the next ones come so many periods later.
    last_round: Option<SimTime>,
    /// When the round began that sleeps now.
    asleep: Option<i64>,
    turn: usize,
}

impl Transactions {
    /// The same in a new process: what was not written is lost.
    pub(super) fn reborn(self) -> Self {
        let Self { ops, next_op, next_half, .. } = self;
        Self { ops, next_op, next_half, ..Self::default() }
    }
}

impl Digestible for Transactions {
    fn digest(&self, digest: &mut Digest) {
        digest.all(self.settled.iter());
        digest.put(&self.written);
        digest.word(self.next_half);
        digest.word(self.ops.len() as u64);
        digest.word(self.next_op as u64);
    }
}

impl Broker {
    /// A half is settled: its op record is written with the next batch.
    pub(super) fn settle(&mut self, half: u64, fx: &mut Effects<'_, Mq>) {
        self.transactions.settled.push(half);
        self.transactions.written.get_or_insert(fx.now());
        self.arm_ops(fx);
    }

    fn arm_ops(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.transactions.op_armed || self.transactions.settled.is_empty() {
            return;
        }
        self.transactions.op_armed = true;
        let at = (fx.now() + SimSpan::nanos(1)).next_phase(self.booted, OP_BATCH);
        fx.arm_at(at, Timer::Broker(BrokerTimer::WriteOps));
    }

    /// Writes what is settled, at most one record in [`OP_BATCH`].
    pub(super) fn write_ops(&mut self, fx: &mut Effects<'_, Mq>) {
        self.transactions.op_armed = false;
        let last = self.transactions.written.unwrap_or(fx.now());
        if last + OP_BATCH <= fx.now() && !self.transactions.settled.is_empty() {
            let halves = std::mem::take(&mut self.transactions.settled);
            self.append(&op_record(&halves, fx), 0, fx);
            self.transactions.ops.push((fx.wall(), halves));
            self.transactions.written = Some(fx.now());
        }
        self.arm_ops(fx);
    }

    /// Arms the next round while there are halves that nobody settled.
    pub(super) fn arm_check(&mut self, fx: &mut Effects<'_, Mq>) {
        let open = self.store.max_offset(Name::new(HALF), 0) > self.transactions.next_half;
        if self.transactions.check_armed || !open {
            return;
        }
        self.transactions.check_armed = true;
        let period = self.config.rules.transaction_interval;
        let phase = self.transactions.last_round.unwrap_or(self.booted);
        let at = (fx.now() + SimSpan::nanos(1)).next_phase(phase, period);
        fx.arm_at(at, Timer::Broker(BrokerTimer::CheckTransactions));
    }

    /// One round, or the rest of one that slept.
    pub(super) fn check_transactions(&mut self, fx: &mut Effects<'_, Mq>) {
        self.transactions.check_armed = false;
        let slept = self.transactions.asleep.take();
        let start = slept.unwrap_or(fx.wall());
        let ops = &self.transactions.ops[self.transactions.next_op..];
        let has_ops = !ops.is_empty() && slept.is_none();
        let finished: Vec<u64> = ops.iter().flat_map(|(_, halves)| halves.clone()).collect();
        loop {
            let half = self.transactions.next_half;
            if !finished.contains(&half) {
                match self.verdict(half, start, has_ops, fx) {
                    Verdict::Stop => break,
                    Verdict::Sleep => {
                        self.sleep(start, fx);
                        return;
                    }
                    Verdict::Next => (),
                }
            }
            self.transactions.next_half += 1;
        }
        self.pass_ops();
        self.transactions.last_round = Some(fx.now());
        self.arm_check(fx);
    }

    fn sleep(&mut self, start: i64, fx: &mut Effects<'_, Mq>) {
        self.transactions.asleep = Some(start);
        self.transactions.check_armed = true;
        fx.arm(ROUND_SLEEP, Timer::Broker(BrokerTimer::CheckTransactions));
    }

    /// Op records whose halves are all passed are not read again.
    fn pass_ops(&mut self) {
        let Transactions { ops, next_op, next_half, .. } = &mut self.transactions;
        let passed = |(_, halves): &(i64, Vec<u64>)| halves.iter().all(|half| half < next_half);
        while ops.get(*next_op).is_some_and(passed) {
            *next_op += 1;
        }
    }

    fn verdict(
        &mut self,
        half: u64,
        start: i64,
        has_ops: bool,
        fx: &mut Effects<'_, Mq>,
    ) -> Verdict {
        let Some(record) = self.store.record_in(Name::new(HALF), 0, half) else {
            return Verdict::Stop;
        };
        let (message, stored) = (record.message.clone(), record.pulled());
        let age = fx.wall() - message.born;
        let timeout = i64::try_from(self.config.rules.transaction_timeout.as_millis());
        let timeout = timeout.expect("time-outs are shorter than ages");
        if check_times(&message) >= self.config.rules.transaction_checks || age > RESERVED_MILLIS {
            self.give_up(&message, fx);
            return Verdict::Next;
        }
        if stored.store_time >= start || (0..=timeout).contains(&age) {
            return Verdict::Stop;
        }
        if has_ops && age > 0 {
            return Verdict::Sleep;
        }
        self.ask_about(&message, &stored, fx);
        Verdict::Next
    }

    fn give_up(&mut self, message: &Message, fx: &mut Effects<'_, Mq>) {
        self.append(&message.under(Name::new(GIVEN_UP)), 0, fx);
    }

    /// Puts a copy into the half queue, and asks one process of the producer's group about it.
    fn ask_about(&mut self, message: &Message, old: &PulledMessage, fx: &mut Effects<'_, Mq>) {
        let Some(wired) = message.wired() else { return };
        let mut wired = Wired::clone(wired);
        let times = check_times(message) + 1;
        wired.properties.set(CHECK_TIMES, &times.to_string());
        let group = wired.properties.get("PGROUP").map(Name::new);
        let put = self.append(&message.rewired(wired.clone()), 0, fx);
        // Upstream changes this property after the copy is stored.
        wired.properties.set("WAIT", "false");
        let Some((real, queue)) = restored(&message.rewired(wired)) else { return };
        let (offset, physical) = (put.offset, put.physical);
        let message = PulledMessage { offset, physical, queue, message: real, ..old.clone() };
        let check = TransactionCheck { broker: self.config.name, message };
        let turn = self.transactions.turn;
        self.transactions.turn += 1;
        let Some(conn) = group.and_then(|group| self.clients.producer_channel(group, turn, fx))
        else {
            return;
        };
        let request = Request::Admin(Rc::new(AdminRequest::CheckTransaction(check)));
        let opaque = u32::try_from(turn).expect("checks fit in u32");
        fx.send(conn, Packet::Request { opaque, oneway: true, request });
    }
}

/// What a round does with a half.
enum Verdict {
    Next,
    Stop,
    Sleep,
}

fn check_times(message: &Message) -> u32 {
    let times = message.wired().and_then(|wired| wired.properties.get(CHECK_TIMES));
    times.and_then(|times| times.parse().ok()).unwrap_or(0)
}

/// The record that says which halves are settled.
fn op_record(halves: &[u64], fx: &Effects<'_, Mq>) -> Message {
    let mut properties = Properties::default();
    properties.set(TAGS, "d");
    properties.set("WAIT", "true");
    let body: String = halves.iter().map(|half| format!("{half},")).collect();
    let wired = Wired {
        properties,
        body: body.into_bytes(),
        flag: 0,
        sys_flag: 0,
        reconsume_times: 0,
        prepared: 0,
    };
    let (topic, tag) = (Name::new(OP), Some(Name::new("d")));
    let template = Template { topic, tag, keys: None, body: Body::Wired(Rc::new(wired)) };
    let maker = ProcessIdentity { ip: [0; 4], pid: 0, loader: 0 };
    let (key, template) = (MsgKey::default(), Rc::new(template));
    Message { key, template, round: 0, born: fx.wall(), maker }
}
