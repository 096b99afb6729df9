//! A frame: all that the page draws at one moment, as plain data.
//!
//! Frames are made by `session` out of observations and a look into the worlds. Words are keys with
//! arguments ([`Words`]); the page turns them into sentences of its language.

use serde::{Deserialize, Serialize};

/// A key of the page's text files with the numbers and names that go into it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// Key in `static/i18n/en/*.txt`.
    pub key: String,
    /// Arguments by name.
    pub args: Vec<(String, Arg)>,
}

/// One argument of a text; the page formats it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    /// A name as it is.
    Text(String),
    /// A count.
    Count(u64),
    /// A moment, ns since the start.
    Time(u64),
    /// A duration in ns.
    Span(u64),
    /// Bytes.
    Bytes(u64),
}

/// All of one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The run that this frame belongs to.
    pub run: RunInfo,
    /// Virtual time, ns.
    pub now: u64,
    /// Events so far, in the leading lane.
    pub ordinal: u64,
    /// True where the scenario is over.
    pub ended: bool,
    /// A seek or run goes on: send `Continue`; `None` when done, else the share done in thousandths.
    pub working: Option<u16>,
    /// Virtual ns a wall ns that the last `Play` reached (0 when paused).
    pub rate: f64,
    /// A quiet span is being skipped now.
    pub skipping: bool,
    /// Time of the next event, if any.
    pub next_event: Option<u64>,
    /// One world each.
    pub lanes: Vec<Lane>,
    /// Past and expected markers.
    pub markers: Vec<Marker>,
    /// Quiet spans that were skipped: from, to.
    pub skipped: Vec<(u64, u64)>,
    /// The last events in words, newest last.
    pub recent: Vec<EventLine>,
    /// What is selected, opened.
    pub inspector: Inspector,
    /// History digest of all lanes together, 16 hexadecimal digits.
    pub history_digest: String,
    /// State digest, where asked for.
    pub state_digest: Option<String>,
}

/// What a run is; changes only at a load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// File name of the scenario without its ending, or `custom`.
    pub scenario: String,
    /// Title as written in the file.
    pub title: String,
    /// The summary as written in the file.
    pub summary: String,
    /// Sentences that say what to look at.
    pub look_at: Vec<String>,
    /// The seed in force.
    pub seed: u64,
    /// End of the scenario, ns.
    pub end: u64,
    /// Messages that the workloads will send, where that is a fixed number.
    pub planned_messages: Option<u64>,
    /// The view that opens first: `flow` or `compare`.
    pub view: String,
    /// Sliders.
    pub sliders: Vec<Slider>,
    /// Switches that say "what would change it".
    pub switches: Vec<Switch>,
    /// Questions before the run, and before a higher load.
    pub questions: Vec<Question>,
    /// All shipped scenarios: name, title, one line.
    pub shipped: Vec<(String, String, String)>,
}

/// A setting with a slider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slider {
    /// Text on the page.
    pub label: String,
    /// Paths in the scenario that it changes.
    pub paths: Vec<String>,
    /// Unit as shown and as written behind the number in TOML: ``, `s`, `ms`, `/s`.
    pub unit: String,
    /// Range, step and the value now.
    pub min: f64,
    pub max: f64,
    pub step: f64,
    pub value: f64,
    /// Logarithmic.
    pub logarithmic: bool,
    /// Stands in a block of its own headed `Load`.
    pub load: bool,
}

/// A switch that changes the scenario in one respect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// Text on the page.
    pub label: String,
    /// Tweaks (path, TOML value) that it sets when on.
    pub tweaks: Vec<(String, String)>,
    /// On now.
    pub on: bool,
}

/// A question that is asked before its answer is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Heading, as "Before you play".
    pub heading: String,
    /// The question.
    pub text: String,
    /// The options (lane titles).
    pub options: Vec<String>,
    /// Index of the right option by what this run measured so far; `None` before there is a measure.
    pub right: Option<u8>,
    /// The measure behind the answer: `mean_wait` (least) or `requests_per_message` (most).
    pub measure: String,
    /// Asked at this load only (the value of the load slider), `None`: at the start.
    pub at_load: Option<f64>,
}

/// One world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// Title and subtitle of the lane (compare view).
    pub title: String,
    pub subtitle: String,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All queues that the page shows, by topic and id.
    pub queues: Vec<Queue>,
    /// Topics in order of their colour.
    pub topics: Vec<Topic>,
    /// Who owns what: (consumer node, index into `queues`).
    pub ribbons: Vec<(u32, u32)>,
    /// Links that carry something or are worth drawing: control wires between nodes.
    pub wires: Vec<Wire>,
    /// Packets on their way now.
    pub flights: Vec<Flight>,
    /// What one mark stands for, when there are more than fit.
    pub mark_scale: u32,
    /// The ledger.
    pub ledger: Ledger,
    /// Series on the time axis.
    pub charts: Charts,
    /// How consumers asked (compare view).
    pub asking: Asking,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its id; never used twice.
    pub id: u32,
    /// Name as in the scenario.
    pub name: String,
    /// Group of a client.
    pub group: Option<String>,
    /// Life.
    pub life: NodeLife,
    /// What it is, with its figures.
    pub role: Role,
    /// A short reason why it waits, for the pill above the node.
    pub badge: Option<Words>,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeLife {
    /// Starts at this time.
    NotYet(u64),
    /// Runs.
    Up,
    /// Ended in order at this time.
    Stopped(u64),
    /// Crashed at this time.
    Crashed(u64),
}

/// What a node is, with its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Role {
    /// Name server.
    NameServer { topics: u32, brokers: u32 },
    /// Broker.
    Broker {
        /// `ASYNC_MASTER`, `ASYNC_FLUSH`.
        modes: Vec<String>,
        /// End of the commit log in bytes.
        log_bytes: u64,
        /// Records in the log.
        records: u64,
        /// Topics (index) of the newest records, oldest first, at most 48; `u8::MAX`: none of the shown.
        newest: Vec<LogCell>,
        /// Send and pull threads: busy, all, waiting.
        send_pool: Pool,
        pull_pool: Pool,
        /// Bytes that reached the disk.
        flushed: u64,
    },
    /// Producer.
    Producer {
        topics: u32,
        sent: u64,
        stored: u64,
        failed: u64,
        /// What it does now.
        doing: Words,
    },
    /// Consumer.
    Consumer {
        /// Push (true) or plain pull.
        push: bool,
        wants: u32,
        owns: u32,
        /// Per thread the topic that it works on.
        threads: Vec<Option<u8>>,
        consumed: u64,
        failed: u64,
        /// Messages in its client queues.
        cached: u64,
        doing: Words,
    },
}

/// One record of the commit log strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogCell {
    /// Topic index, `u8::MAX` for none of the shown.
    pub topic: u8,
    /// Message number.
    pub message: u32,
}

/// Threads with a queue in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    pub busy: u32,
    pub threads: u32,
    pub waiting: u32,
}

/// A topic of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Name.
    pub name: String,
    /// Colour 0, 1, 2 …; 255: retry colour.
    pub tone: u8,
    /// Messages stored.
    pub stored: u64,
    /// Messages stored and not yet consumed by all groups.
    pub waiting: u64,
}

/// A queue of a broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Broker's node id.
    pub broker: u32,
    /// Index into [`Lane::topics`].
    pub topic: u8,
    /// Queue id.
    pub id: u32,
    /// Stored (dispatched) messages.
    pub stored: u64,
    /// Handed out, not yet consumed (by the first group).
    pub handed_out: u64,
    /// Consumed (by the first group).
    pub consumed: u64,
    /// Offset that the broker holds for the first group.
    pub committed: Option<u64>,
    /// The newest messages, oldest first, at most 4; empty where there are 5 or more (draw a bar).
    pub cells: Vec<Cell>,
    /// The pull of its owner.
    pub pull: Pull,
}

/// One message of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub message: u32,
    pub state: CellState,
}

/// How far a stored message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellState {
    Stored,
    HandedOut,
    Consumed,
}

/// Where the pull of a queue's owner is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pull {
    /// Nobody asks.
    #[default]
    None,
    /// The request flies to the broker.
    OnItsWay,
    /// A pull thread works on it, or it waits for one.
    BeingRead,
    /// Held since, until.
    Held { since: u64, until: u64 },
    /// The answer flies to the client.
    Answered,
    /// The client has it and has not asked again.
    Received,
}

/// A wire between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    pub from: u32,
    pub to: u32,
    /// Carried something within the last moments.
    pub active: bool,
    /// Cut by an intervention.
    pub cut: bool,
}

/// A packet on its way; its place is a function of the two times and the clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    pub from: u32,
    pub to: u32,
    pub sent: u64,
    pub due: u64,
    /// The queue (index into [`Lane::queues`]) that it comes from or goes to.
    pub queue: Option<u32>,
    /// What it is.
    pub kind: FlightKind,
    /// Messages in it: first number and count (0 for none).
    pub message: u32,
    pub count: u32,
    /// Topic index for the colour, `u8::MAX` for none.
    pub topic: u8,
}

/// What flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlightKind {
    /// A message to the broker, or messages to a consumer: circles.
    Messages,
    /// A retried message: diamond.
    Retry,
    /// A request for messages: hollow triangle.
    Ask,
    /// An answer without messages.
    Answer,
    /// Heartbeats, routes, registrations.
    Control,
}

/// The ledger. Delivered and consumed count (message, group) pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub sent: u64,
    pub acknowledged: u64,
    pub stored: u64,
    pub delivered: u64,
    pub consumed: u64,
    pub retrying: u64,
    pub dead: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub out_of_order: u64,
    /// Sends that failed for good.
    pub failed: u64,
    /// Stored × groups: what delivered and consumed can reach.
    pub expected: u64,
}

/// Series of a lane over the whole time axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Charts {
    /// (time ns, messages a second in, out), smoothed with 2.5 s.
    pub throughput: Vec<(u64, f32, f32)>,
    /// Rates now: in, out.
    pub rate_now: (f32, f32),
    /// (time ns, waiting per topic).
    pub waiting: Vec<(u64, Vec<u32>)>,
    /// Latency dots: (consumed at ns, stored to consumed ns).
    pub latency: Vec<(u64, u64)>,
    /// Age of the oldest message that waits: (time ns, age ns).
    pub oldest: Vec<(u64, u64)>,
    /// Stored to consumed.
    pub percentiles: Percentiles,
    /// First and last moment without any consumption while messages waited, where over 5 s.
    pub nothing_consumed: Option<(u64, u64)>,
}

/// Nearest-rank percentiles in ns; `count` 0 means there is nothing yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    pub count: u64,
    pub mean: u64,
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub p999: u64,
    pub max: u64,
}

/// How a lane's consumers asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asking {
    /// Answered requests, of them empty, held at the broker now.
    pub answered: u64,
    pub empty: u64,
    pub held_now: u64,
    /// Stored to delivered.
    pub wait: Percentiles,
    /// Per queue (index into [`Lane::queues`]) requests within the shown window.
    pub requests: Vec<AskMark>,
    /// Messages within the shown window.
    pub messages: Vec<WaitMark>,
    /// The window: from, to (ns).
    pub window: (u64, u64),
    /// Where this lane first parted from the others.
    pub parting: Option<Parting>,
}

/// One request on its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskMark {
    pub queue: u32,
    /// Arrived at the broker.
    pub arrived: u64,
    /// Answered, `None`: still held.
    pub answered: Option<u64>,
    /// Until when it is held at most, where held.
    pub until: Option<u64>,
    /// Messages in the answer.
    pub found: u32,
}

/// One message on its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitMark {
    pub queue: u32,
    pub message: u32,
    pub stored: u64,
    pub delivered: Option<u64>,
}

/// How a lane answered where the runs first part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parting {
    /// Time (ns) of that event in this lane.
    pub at: u64,
    pub words: Words,
    /// Setting and its value, as written.
    pub setting: Option<(String, String)>,
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    pub at: u64,
    /// False: expected.
    pub past: bool,
    pub words: Words,
}

/// One line of the event list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventLine {
    pub lane: u8,
    pub ordinal: u64,
    pub at: u64,
    pub words: Words,
    /// Reason and setting, where there is one.
    pub why: Option<Why>,
    /// What a click on it selects.
    pub selects: Option<super::protocol::Selection>,
}

/// A reason with the setting behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The heading, as "Why 19 s in the queue?".
    pub question: Words,
    /// One sentence.
    pub sentence: Words,
    /// Name of the setting and its value as written in RocketMQ's unit.
    pub setting: Option<(String, String)>,
}

/// The right panel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Inspector {
    #[default]
    Nothing,
    Message(Box<MessageCard>),
    Node(NodeCard),
    Queue(QueueCard),
    Link(LinkCard),
}

/// A message opened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageCard {
    pub lane: u8,
    pub number: u32,
    pub body: String,
    pub topic: String,
    pub tone: u8,
    pub tag: Option<String>,
    pub keys: Option<String>,
    pub unique_key: String,
    /// Broker, queue, queue offset, size, physical offset: once stored.
    pub stored: Option<StoredAt>,
    /// From the call of send to the listener's end, once consumed.
    pub total: Option<u64>,
    /// Where the time went, in order; they sum to `total` (or to now).
    pub phases: Vec<Phase>,
    /// The journey up to the end of the scenario (steps beyond `now` are those of the future: not shown).
    pub steps: Vec<Step>,
    /// Index of the current step, `None` before the first.
    pub current: Option<u32>,
    pub why: Option<Why>,
}

/// Where a message lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAt {
    pub broker: String,
    pub queue: u32,
    pub offset: u64,
    pub size: u32,
    pub physical: u64,
}

/// A part of a message's time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    pub words: Words,
    pub span: u64,
    /// The one that took longest.
    pub longest: bool,
}

/// A step of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Events before it; seek there to stand right behind it.
    pub ordinal: u64,
    pub at: u64,
    /// Wait that ended with this step: from the main step before (ns). Side steps have none.
    pub wait: Option<u64>,
    /// Beside the main path (an acknowledgement).
    pub side: bool,
    pub words: Words,
    /// A reason in a line below.
    pub why: Option<Why>,
}

/// A node opened: rows of label and value, what it waits for, its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeCard {
    pub lane: u8,
    pub node: u32,
    pub name: String,
    pub kind: Words,
    pub rows: Vec<(Words, Words)>,
    /// Timers that will fire: time, what for, with the setting.
    pub expects: Vec<(u64, Words)>,
    pub settings: Vec<(String, String)>,
    pub why: Option<Why>,
    pub events: Vec<EventLine>,
}

/// A queue opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueCard {
    pub lane: u8,
    pub queue: u32,
    pub name: String,
    pub rows: Vec<(Words, Words)>,
    pub why: Option<Why>,
    /// Messages in it, newest last, at most 32.
    pub messages: Vec<Cell>,
    pub events: Vec<EventLine>,
}

/// A link opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkCard {
    pub lane: u8,
    pub from: u32,
    pub to: u32,
    pub rows: Vec<(Words, Words)>,
    pub events: Vec<EventLine>,
}
