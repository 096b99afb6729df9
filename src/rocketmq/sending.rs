//! What the program of a producer sends, and when: configurations of workloads.
//!
//! A message of a round is a template, and where it is not simply sent, the way in which it is.

use std::rc::Rc;

use crate::facts::{SendMode, TransactionEnd};
use crate::kernel::choice::Choice;
use crate::kernel::curve::Curve;
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::{SimSpan, SimTime};

use super::message::Template;
use super::remoting::code;

/// What a producer's program does.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// The messages of one round, in order.
    pub messages: Vec<Outgoing>,
    /// When the first round begins, after the producer's start.
    pub first_after: SimSpan,
    /// When rounds begin.
    pub pace: Pace,
    /// Rounds; `None`: until the producer ends.
    pub rounds: Option<u32>,
}

/// When rounds begin.
#[derive(Clone, Debug, PartialEq)]
pub enum Pace {
    /// Closed loop: so many sender threads; each waits for every answer, then pauses after the
    /// round.
    Closed { senders: u32, pause: Spread },
    /// Open loop: a round begins every so often, whether or not earlier ones were answered.
    Open { gap: Spread },
    /// Open loop in bursts: so many rounds at once, then a pause.
    Bursts { size: u32, gap: Spread },
    /// Open loop whose rate changes; `random`: memoryless, else as even as the rate.
    Curve { curve: Rc<Curve>, random: bool },
    /// Open loop: rounds at these times after the first one could begin.
    Replay(Rc<[SimSpan]>),
}

/// A message of a round.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub template: Rc<Template>,
    /// Where it is more than one message that is sent like all others.
    pub way: Option<Rc<Way>>,
}

/// What differs from one message to the next, and how they are sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    pub mode: Mode,
    pub place: Place,
    /// Each message takes one of these, all equally likely; the template's where empty.
    pub topics: Vec<Name>,
    /// Business keys.
    pub key: Option<KeyRule>,
    /// The business key is the sharding key too (`__SHARDINGKEY`).
    pub sharding: bool,
    /// The program's own properties.
    pub properties: Vec<(String, String)>,
    pub delay: Option<Delay>,
    pub transaction: Option<Rc<TransactionRule>>,
    /// The program waits for a reply, so long (`request`).
    pub request: Option<SimSpan>,
    /// It does not wait: a callback takes the reply.
    pub callback: bool,
    /// So many messages in one request; 0: each has its own.
    pub batch: u32,
}

/// When a message is to be delivered, if not at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// `setDelayTimeLevel`.
    Level(u32),
    /// `setDelayTimeSec`.
    Seconds(SimSpan),
    /// `setDelayTimeMs`.
    Millis(SimSpan),
    /// `setDeliverTimeMs`, as a time of the scenario.
    Deliver(SimTime),
}

/// What becomes of transactions (`TransactionListener`).
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionRule {
    /// `executeLocalTransaction`.
    pub local: Decisions,
    /// `checkLocalTransaction`.
    pub check: Decisions,
}

/// How often each end comes, and how long it takes to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decisions {
    /// 0: commit, 1: roll back, 2: unknown, 3: never.
    pub choice: Choice,
    /// In the place of that, one after the other; the last one stays.
    pub in_turn: Vec<TransactionEnd>,
    pub takes: Spread,
}

impl Decisions {
    /// Commits at once.
    pub fn always_commit() -> Self {
        Self { choice: Choice::Uniform(1), in_turn: Vec::new(), takes: Spread::ZERO }
    }
}

impl Way {
    /// Its messages have properties that others have not.
    pub fn is_special(&self) -> bool {
        self.sharding
            || !self.properties.is_empty()
            || self.delay.is_some()
            || self.transaction.is_some()
            || self.batch > 0
    }

    /// How it is sent, in neutral words.
    pub fn shown(&self) -> SendMode {
        if self.transaction.is_some() {
            return SendMode::Transaction;
        }
        if self.request.is_some() {
            return SendMode::Request;
        }
        if self.batch > 0 {
            return SendMode::Batch { of: self.batch };
        }
        match self.mode {
            Mode::Sync => SendMode::Sync,
            Mode::Async => SendMode::Async,
            Mode::OneWay => SendMode::OneWay,
        }
    }
}

/// Business keys of messages: a text and a number that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRule {
    pub prefix: String,
    pub choice: Choice,
}

/// `CommunicationMode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The program waits for the answer.
    #[default]
    Sync,
    /// A callback takes the answer.
    Async,
    /// There is no answer.
    OneWay,
}

/// Who says which queue a message goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The producer: round and round.
    #[default]
    Rotation,
    /// The program: this queue of the broker with this name.
    Queue { broker: Name, id: u32 },
    /// `SelectMessageQueueByHash` with the business key, or with the number of the round.
    Hash,
    /// `SelectMessageQueueByRandom`.
    Random,
    /// `SelectMessageQueueByMachineRoom`, which selects nothing.
    MachineRoom,
    /// What a 5.x client takes for a message group (`PublishingLoadBalancer`): the business key.
    Group,
    /// What a proxy takes for one (`SendMessageActivity`), whatever the client took.
    ProxyGroup,
}

/// Settings of a producer that its synchronous sends do without (`DefaultMQProducer`).
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerRules {
    /// `retryTimesWhenSendAsyncFailed`.
    pub retry_times_async: u32,
    /// `retryAnotherBrokerWhenNotStoreOK`.
    pub retry_another_broker: bool,
    /// `sendMsgMaxTimeoutPerRequest`; `None`: −1.
    pub max_timeout_per_request: Option<SimSpan>,
    /// `retryResponseCodes`.
    pub retried_codes: Rc<[u16]>,
    /// `maxMessageSize` in bytes.
    pub max_message_size: u32,
    /// `backPressureForAsyncSendNum` and `backPressureForAsyncSendSize`, where
    /// `enableBackpressureForAsyncMode`.
    pub backpressure: Option<(u32, u32)>,
    /// Threads of the pool for asynchronous sends: the processors of the machine.
    pub async_threads: u32,
    /// `sendLatencyEnable`.
    pub send_latency: bool,
    /// `startDetectorEnable`.
    pub detector: bool,
    /// `detectTimeout` and `detectInterval`.
    pub detect: (SimSpan, SimSpan),
    /// What the accumulator goes by, where there is one (`autoBatch`).
    pub gathering: Option<Gathering>,
    /// What a thread does after an attempt that failed, before it looks at its clock: it closes the
    /// connection and writes a warning.
    pub after_failure: SimSpan,
    /// Messages that earlier processes of this program made: no number is given twice in a run.
    pub first_seq: u32,
}

/// What the accumulator goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gathering {
    /// `batchMaxDelayMs`.
    pub delay: SimSpan,
    /// `batchMaxBytes`.
    pub bytes: u32,
    /// `totalBatchMaxBytes`.
    pub total: u32,
}

/// `retryResponseCodes` as the producer has them.
pub const RETRIED_CODES: [u16; 8] = [
    code::SYSTEM_ERROR,
    code::SYSTEM_BUSY,
    code::SERVICE_NOT_AVAILABLE,
    code::NO_PERMISSION,
    code::TOPIC_NOT_EXIST,
    code::NO_BUYER_ID,
    code::NOT_IN_CURRENT_UNIT,
    code::GO_AWAY,
];

impl Default for ProducerRules {
    fn default() -> Self {
        Self {
            retry_times_async: 2,
            retry_another_broker: false,
            max_timeout_per_request: None,
            retried_codes: Rc::new(RETRIED_CODES),
            max_message_size: 4 << 20,
            backpressure: None,
            async_threads: 4,
            send_latency: false,
            detector: false,
            detect: (SimSpan::millis(200), SimSpan::secs(2)),
            gathering: None,
            after_failure: SimSpan::millis(1),
            first_seq: 0,
        }
    }
}

impl Outgoing {
    /// A message that is sent like all others.
    pub fn plain(template: Rc<Template>) -> Self {
        Self { template, way: None }
    }

    /// All topics that its messages go to.
    pub fn topics(&self) -> &[Name] {
        match &self.way {
            Some(way) if !way.topics.is_empty() => &way.topics,
            Some(_) | None => std::slice::from_ref(&self.template.topic),
        }
    }
}
