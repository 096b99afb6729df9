//! Transactions: half messages, what became of them, and asking about those left open.
//!
//! Follows `TransactionalMessageServiceImpl`, `TransactionalOpBatchService` and
//! `TransactionalMessageCheckService`. How far half and op queues are done are offsets of a group
//! like any other; what became of a half message waits in memory until it is written, and every end
//! of the process loses it.

use std::rc::Rc;

use crate::facts::{Fact, QueueRef};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminRequest, Packet, PulledMessage, Reply, Request, TransactionCheck, code,
};

use super::own::{body_of, own_message};
use super::schedule::restored;
use super::{Broker, BrokerTimer, millis};

/// Topics of half messages, of what became of them, and of those that were given up.
pub(super) const HALF: &str = "RMQ_SYS_TRANS_HALF_TOPIC";
const OP: &str = "RMQ_SYS_TRANS_OP_HALF_TOPIC";
const GIVEN_UP: &str = "TRANS_CHECK_MAX_TIME_TOPIC";
/// Group whose offsets say how far both are done.
const GROUP: &str = "CID_RMQ_SYS_TRANS";
/// `PROPERTY_TRANSACTION_CHECK_TIMES`.
const CHECK_TIMES: &str = "TRANSACTION_CHECK_TIMES";
/// `PROPERTY_CHECK_IMMUNITY_TIME_IN_SECONDS`: a half is not asked about before.
const IMMUNITY: &str = "CHECK_IMMUNITY_TIME_IN_SECONDS";
/// Where the first copy of an immune half lies (`PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET`).
const FIRST_COPY: &str = "TRAN_PREPARED_QUEUE_OFFSET";
/// `transactionOpBatchInterval` and `transactionOpMsgMaxSize`, in bytes.
const OP_BATCH: SimSpan = SimSpan::secs(3);
const OP_BYTES: usize = 4096;
/// A round that waits for more op records sleeps so long.
const ROUND_SLEEP: SimSpan = SimSpan::secs(1);
/// A round ends after so long (`MAX_PROCESS_TIME_LIMIT`).
const ROUND_MILLIS: i64 = 60_000;
/// `BrokerController.start` begins the check service last, well after the one that writes op
/// records; recorded: 0.1 s and more.
const LATE: SimSpan = SimSpan::millis(100);
/// `fileReservedTime`: an older half is given up at once.
const RESERVED_MILLIS: i64 = 72 * 3_600_000;

/// What is known of transactions.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// Halves that are settled and whose op record is not written yet.
    settled: Vec<u64>,
    written: Option<SimTime>,
    /// The batches come so many intervals after this.
    phase: Option<SimTime>,
    op_armed: Option<SimTime>,
    check_armed: Option<SimTime>,
    /// When the last round was over: the next ones come so many periods later.
    last_round: Option<SimTime>,
    /// The round that sleeps now.
    asleep: Option<Round>,
    turn: usize,
}

/// A walk through the half queue.
#[derive(Clone, Debug)]
struct Round {
    /// ms since 1970.
    start: i64,
    half: u64,
    op: u64,
    /// Halves that op records of this round settle, with the record.
    finished: Vec<(u64, u64)>,
    /// When the last op record that the last read found was made; `None` where it found nothing.
    last_op: Option<i64>,
}

/// What a round does with a half.
enum Verdict {
    Next,
    Stop,
    /// More op records are to be read.
    Read,
}

impl Digestible for Transactions {
    fn digest(&self, digest: &mut Digest) {
        digest.all(self.settled.iter());
        digest.put(&self.written);
        digest.put(&self.last_round);
        if let Some(round) = &self.asleep {
            digest.word(round.half);
            digest.word(round.op);
        }
    }
}

impl Broker {
    /// A half is settled: its op record is written with the next batch, at once where that is full.
    pub(super) fn settle(&mut self, half: u64, fx: &mut Effects<'_, Mq>) {
        self.transactions.settled.push(half);
        self.transactions.written.get_or_insert(fx.now());
        self.arm_ops(fx);
    }

    fn is_full(&self) -> bool {
        self.transactions.settled.iter().map(|half| op_text(*half).len()).sum::<usize>() > OP_BYTES
    }

    fn arm_ops(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.transactions.settled.is_empty() {
            return;
        }
        let soon = fx.now() + SimSpan::nanos(1);
        let phase = self.transactions.phase.unwrap_or(self.booted);
        let at = if self.is_full() { soon } else { soon.next_phase(phase, OP_BATCH) };
        if self.transactions.op_armed.is_none_or(|armed| at < armed) {
            self.transactions.op_armed = Some(at);
            fx.arm_at(at, Timer::Broker(BrokerTimer::WriteOps));
        }
    }

    /// Writes what is settled, at most one record in [`OP_BATCH`] that is not full.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn write_ops(&mut self, fx: &mut Effects<'_, Mq>) {
        // A process that stood still is late, and takes it all the same.
        if self.transactions.op_armed.is_none_or(|at| fx.now() < at) {
            return;
        }
        self.transactions.op_armed = None;
        let is_full = self.write_due_ops(fx);
        if is_full {
            self.transactions.phase = Some(fx.now());
        }
        self.arm_ops(fx);
    }

    /// True where the record is full. The end of the broker comes here once more.
    pub(super) fn write_due_ops(&mut self, fx: &mut Effects<'_, Mq>) -> bool {
        let is_full = self.is_full();
        let last = self.transactions.written.unwrap_or(fx.now());
        let is_due = is_full || last + OP_BATCH <= fx.now();
        if is_due && !self.transactions.settled.is_empty() {
            let mut body = String::new();
            let mut count = 0;
            for half in &self.transactions.settled {
                if body.len() >= OP_BYTES {
                    break;
                }
                body.push_str(&op_text(*half));
                count += 1;
            }
            self.transactions.settled.drain(..count);
            self.transactions.written = Some(fx.now());
            let wait = [("WAIT", "true")];
            let record = own_message(Name::new(OP), "d", &wait, body, fx.wall());
            self.append(&record, 0, fx);
        }
        is_full
    }

    /// The next of a queue that is not done.
    fn done_of(&self, topic: &str) -> u64 {
        self.offsets.get(Name::new(GROUP), Name::new(topic), 0).unwrap_or(0)
    }

    fn set_done(&mut self, topic: &str, offset: u64, fx: &mut Effects<'_, Mq>) {
        if offset != self.done_of(topic) {
            let queue = QueueRef { topic: Name::new(topic), broker: fx.node(), id: 0 };
            let interval = millis(self.config.rules.transaction_interval);
            let why = Because::TransactionRound.with(interval);
            self.commit(Name::new(GROUP), (queue, offset), why, fx);
        }
    }

    /// Arms the next round while there are halves that nobody settled.
    pub(super) fn arm_check(&mut self, fx: &mut Effects<'_, Mq>) {
        let open = self.store.max_offset(Name::new(HALF), 0) > self.done_of(HALF);
        if self.transactions.check_armed.is_some() || !open {
            return;
        }
        let period = self.config.rules.transaction_interval;
        let phase = self.transactions.last_round.unwrap_or(self.booted + LATE + period);
        let at = (fx.now() + SimSpan::nanos(1)).next_phase(phase, period);
        self.transactions.check_armed = Some(at);
        fx.arm_at(at, Timer::Broker(BrokerTimer::CheckTransactions));
    }

    /// One round, or the rest of one that slept.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn check_transactions(&mut self, fx: &mut Effects<'_, Mq>) {
        // A process that stood still is late, and takes it all the same.
        if self.transactions.check_armed.is_none_or(|at| fx.now() < at) {
            return;
        }
        self.transactions.check_armed = None;
        let mut round = self.transactions.asleep.take().unwrap_or_else(|| {
            let (half, op) = (self.done_of(HALF), self.done_of(OP));
            let mut round =
                Round { start: fx.wall(), half, op, finished: Vec::new(), last_op: None };
            self.read_ops(&mut round);
            round
        });
        while fx.wall() - round.start <= ROUND_MILLIS {
            // What was deleted is passed over (`getHalfMsg`: `getNextBeginOffset`).
            round.half = round.half.max(self.store.min_offset(Name::new(HALF), 0));
            let half = round.half;
            if !round.finished.iter().any(|(finished, _)| *finished == half) {
                match self.verdict(&round, fx) {
                    Verdict::Stop => break,
                    Verdict::Next => (),
                    Verdict::Read if self.read_ops(&mut round) => continue,
                    Verdict::Read => {
                        self.transactions.asleep = Some(round);
                        self.transactions.check_armed = Some(fx.now() + ROUND_SLEEP);
                        fx.arm(ROUND_SLEEP, Timer::Broker(BrokerTimer::CheckTransactions));
                        return;
                    }
                }
            }
            round.half += 1;
        }
        self.end_round(&round, fx);
    }

    /// Op records whose halves are all passed are not read again.
    fn end_round(&mut self, round: &Round, fx: &mut Effects<'_, Mq>) {
        let mut op = self.done_of(OP);
        let open =
            |op: u64| round.finished.iter().any(|(half, of)| *of == op && *half >= round.half);
        while op < round.op && !open(op) {
            op += 1;
        }
        self.set_done(HALF, round.half, fx);
        self.set_done(OP, op, fx);
        self.transactions.last_round = Some(fx.now());
        self.arm_check(fx);
    }

    /// True where there were more op records (`fillOpRemoveMap`: 32 of them).
    fn read_ops(&self, round: &mut Round) -> bool {
        round.last_op = None;
        // Where the next one is deleted, a read finds where to go on, and nothing else.
        let first = self.store.min_offset(Name::new(OP), 0);
        if round.op < first {
            round.op = first;
            return false;
        }
        let begin = self.done_of(HALF);
        for _ in 0..32 {
            let Some(record) = self.store.record_in(Name::new(OP), 0, round.op) else { break };
            let halves = body_of(&record.message).split(',').filter_map(|half| half.parse().ok());
            let halves = halves.filter(|half| *half >= begin).map(|half| (half, round.op));
            round.finished.extend(halves);
            round.last_op = Some(record.message.born);
            round.op += 1;
        }
        round.last_op.is_some()
    }

    fn verdict(&mut self, round: &Round, fx: &mut Effects<'_, Mq>) -> Verdict {
        let Some(record) = self.store.record_in(Name::new(HALF), 0, round.half) else {
            return Verdict::Stop;
        };
        let (message, stored) = (record.message.clone(), record.pulled());
        let age = fx.wall().saturating_sub(message.born);
        let most = self.config.rules.transaction_checks;
        if check_times(&message) >= most || age > RESERVED_MILLIS {
            self.give_up(&message, fx);
            return Verdict::Next;
        }
        if stored.store_time >= round.start {
            return Verdict::Stop;
        }
        let timeout = i64::from(millis(self.config.rules.transaction_timeout));
        let own = immunity(&message);
        let immune = own.unwrap_or(timeout);
        if own.is_none() && (0..immune).contains(&age) {
            return Verdict::Stop;
        }
        if own.is_some() && age < immune {
            self.pass_immune(&message, round, fx);
            return Verdict::Next;
        }
        let is_late = round.last_op.is_some_and(|born| born.saturating_sub(round.start) > timeout);
        if round.last_op.is_none() && age > immune || is_late || age <= -1 {
            self.ask_about(&message, &stored, fx);
            return Verdict::Next;
        }
        Verdict::Read
    }

    /// A half that is immune still is put at the end of its queue, unless it is settled.
    fn pass_immune(&mut self, message: &Message, round: &Round, fx: &mut Effects<'_, Mq>) {
        let Some(wired) = message.wired() else { return };
        let first = wired.properties.get(FIRST_COPY).and_then(|first| first.parse::<u64>().ok());
        if round.finished.iter().any(|(half, _)| Some(*half) == first) {
            return;
        }
        let mut wired = Wired::clone(wired);
        count_check(&mut wired, message);
        if first.is_none() {
            wired.properties.set(FIRST_COPY, &round.half.to_string());
        }
        self.append(&message.rewired(wired), 0, fx);
    }

    /// A half that was given up is looked at anew; code 1 where no record begins there.
    pub(super) fn resume_check(&mut self, physical: u64, fx: &mut Effects<'_, Mq>) -> Reply {
        let record = self.store.log().at(physical);
        let Some(record) = record.filter(|record| record.message.wired().is_some()) else {
            return Reply::code(code::SYSTEM_ERROR);
        };
        let mut wired = record.message.wired().map(|wired| Wired::clone(wired)).expect("it is so");
        wired.properties.set(CHECK_TIMES, "0");
        self.append(&record.message.rewired(wired).under(Name::new(HALF)), 0, fx);
        Reply::code(code::SUCCESS)
    }

    fn give_up(&mut self, message: &Message, fx: &mut Effects<'_, Mq>) {
        let (msg, why) = (message.key, Because::TransactionGivenUp);
        let group = group_of(message).unwrap_or(Name::new(GROUP));
        let why = why.with(self.config.rules.transaction_checks);
        fx.note(Fact::Dead { msg, group, why });
        self.append(&message.under(Name::new(GIVEN_UP)), 0, fx);
    }

    /// Puts a copy into the half queue, and asks one process of the producer's group about it.
    fn ask_about(&mut self, message: &Message, old: &PulledMessage, fx: &mut Effects<'_, Mq>) {
        let Some(wired) = message.wired() else { return };
        let mut wired = Wired::clone(wired);
        let attempt = count_check(&mut wired, message);
        let group = group_of(message);
        let put = self.append(&message.rewired(wired.clone()), 0, fx);
        // Upstream changes this property after the copy is stored.
        wired.properties.set("WAIT", "false");
        let Some((real, queue)) = restored(&message.rewired(wired)) else { return };
        let (offset, physical) = (put.offset, put.physical);
        let message = PulledMessage { offset, physical, queue, message: real, ..old.clone() };
        let msg = message.message.key;
        let check = TransactionCheck { broker: self.config.name, message };
        let turn = self.transactions.turn;
        self.transactions.turn += 1;
        let Some(group) = group else { return };
        let why = Because::TransactionAsked.with(millis(self.config.rules.transaction_interval));
        fx.note(Fact::Retried { msg, group, attempt, why });
        let Some(conn) = self.clients.producer_channel(group, turn, fx) else { return };
        let request = Request::Admin(Rc::new(AdminRequest::CheckTransaction(check)));
        let opaque = u32::try_from(turn).expect("checks fit in u32");
        fx.send(conn, Packet::Request { opaque, oneway: true, request });
    }
}

/// A half of an op record.
fn op_text(half: u64) -> String {
    format!("{half},")
}

fn group_of(message: &Message) -> Option<Name> {
    message.wired().and_then(|wired| wired.properties.get("PGROUP")).map(Name::new)
}

/// ms for which a half says that it is not to be asked about.
pub(super) fn immunity(message: &Message) -> Option<i64> {
    let text = message.wired()?.properties.get(IMMUNITY)?;
    text.parse::<i64>()
        .ok()
        .filter(|seconds| *seconds != -1)
        .map(|seconds| seconds.saturating_mul(1000))
}

fn check_times(message: &Message) -> u32 {
    let times = message.wired().and_then(|wired| wired.properties.get(CHECK_TIMES));
    times.and_then(|times| times.parse().ok()).unwrap_or(0)
}

/// The copy was looked at once more than the message.
fn count_check(wired: &mut Wired, message: &Message) -> u32 {
    let times = check_times(message) + 1;
    wired.properties.set(CHECK_TIMES, &times.to_string());
    times
}
