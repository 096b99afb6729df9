//! The moment of the picture `flow`: 21.835 s into the first program, m1 selected.

use super::{MS, because, say, shipped};
use crate::session::frame::{
    Cell, CellState, Charts, EventLine, Flight, FlightKind, Frame, Inspector, Lane, Ledger,
    LogCell, Marker, MessageCard, Node, NodeLife, Percentiles, Phase, Pool, Pull, Queue, Role,
    RunInfo, Slider, Step, StoredAt, Switch, Topic, Wire,
};
use crate::session::protocol::Selection;

const NOW: u64 = 21_835 * MS;
const PRODUCER: u32 = 3;
const CONSUMER: u32 = 2;
const BROKER: u32 = 1;

/// 21.835 s into the first program, m1 selected.
pub fn first_program() -> Frame {
    Frame {
        run: run_info(),
        now: NOW,
        ordinal: 1_204,
        rate: 0.02,
        next_event: Some(NOW + MS),
        lanes: vec![lane()],
        markers: markers(),
        skipped: vec![(12_500 * MS, 19_600 * MS)],
        recent: recent(),
        inspector: Inspector::Message(Box::new(message())),
        sheet: Vec::new(),
        verdict: None,
        history_digest: "0123456789abcdef".to_owned(),
        ..Frame::default()
    }
}

/// The same before anything happened.
pub fn first_program_before() -> Frame {
    let mut lane = lane();
    lane.queues.clear();
    lane.topics.clear();
    lane.ribbons.clear();
    lane.flights.clear();
    lane.ledger = Ledger::default();
    lane.charts = Charts::default();
    lane.nodes = nodes_before();
    Frame {
        run: run_info(),
        next_event: Some(0),
        lanes: vec![lane],
        sheet: Vec::new(),
        verdict: None,
        history_digest: "0000000000000000".to_owned(),
        ..Frame::default()
    }
}

fn run_info() -> RunInfo {
    let look_at = [
        "The producer sends one message to each of three topics, every second, ten times.",
        "Each message is stored at once. Watch the queues fill: does anybody fetch them?",
        "The consumer was there first. Watch when it begins to ask, then ask why.",
    ];
    RunInfo {
        scenario: "first-program".to_owned(),
        title: "The first program".to_owned(),
        summary: "RocketMQ’s own first example, running in this tab.".to_owned(),
        look_at: look_at.map(str::to_owned).into(),
        seed: 1,
        end: 45_000 * MS,
        planned_messages: Some(30),
        view: "flow".to_owned(),
        sliders: vec![
            slider("Rounds", "", [1.0, 50.0, 1.0, 10.0]),
            slider("Pause between rounds", "s", [0.1, 3.0, 0.1, 1.0]),
            slider("Consumer looks again after", "s", [1.0, 30.0, 1.0, 20.0]),
        ],
        switches: ["Create the topics first", "Start the producer first"]
            .map(|label| Switch { label: label.to_owned(), tweaks: Vec::new(), on: false })
            .into(),
        questions: Vec::new(),
        shipped: shipped(),
    }
}

fn slider(label: &str, unit: &str, [min, max, step, value]: [f64; 4]) -> Slider {
    let (label, unit) = (label.to_owned(), unit.to_owned());
    let paths = vec!["client.Producer.workload.rounds".to_owned()];
    Slider { label, paths, unit, min, max, step, value, logarithmic: false, load: false }
}

fn lane() -> Lane {
    let queues = queues();
    Lane {
        title: "The first program".to_owned(),
        nodes: nodes(),
        ribbons: (0..12).map(|index| (CONSUMER, index)).collect(),
        queues,
        topics: topics(),
        wires: [(PRODUCER, 0), (BROKER, 0), (CONSUMER, 0)]
            .map(|(from, to)| Wire { from, to, active: false, cut: false })
            .into(),
        flights: flights(),
        mark_scale: 1,
        ledger: Ledger {
            sent: 30,
            acknowledged: 30,
            stored: 30,
            delivered: 15,
            consumed: 10,
            expected: 30,
            ..Ledger::default()
        },
        charts: charts(),
        ..Lane::default()
    }
}

fn topics() -> Vec<Topic> {
    let topic = |tone: u8, waiting: u64| Topic {
        name: format!("TopicTest{}", tone + 1),
        tone,
        stored: 10,
        waiting,
        kept: false,
    };
    vec![topic(0, 7), topic(1, 8), topic(2, 5)]
}

/// Messages per queue, how far they are, and the pull of the owner, as in the picture.
fn queues() -> Vec<Queue> {
    let held = Pull::Held { since: NOW, until: NOW + 15_000 * MS };
    let (stored, handed, done) = (CellState::Stored, CellState::HandedOut, CellState::Consumed);
    let rows = [
        (2, handed, Pull::Answered),
        (3, done, Pull::OnItsWay),
        (3, handed, Pull::Received),
        (2, handed, Pull::Received),
        (3, stored, Pull::BeingRead),
        (2, done, held),
        (2, stored, Pull::BeingRead),
        (3, handed, Pull::Answered),
        (2, handed, Pull::Answered),
        (3, done, held),
        (3, stored, Pull::BeingRead),
        (2, done, held),
    ];
    let starts = [1, 3, 1];
    (0_u8..12)
        .zip(rows)
        .map(|(index, (count, state, pull))| {
            let (topic, id) = (index / 4, u32::from(index % 4));
            let first = (id + 4 - starts[usize::from(topic)]) % 4;
            let cells = (0..count).map(|round| Cell {
                message: 1 + u32::from(topic) + 3 * (first + 4 * round),
                state,
            });
            let count = u64::from(count);
            Queue {
                broker: BROKER,
                topic,
                id,
                stored: count,
                handed_out: if state == handed { count } else { 0 },
                consumed: if state == done { count } else { 0 },
                committed: Some(0),
                cells: cells.collect(),
                pull,
            }
        })
        .collect()
}

fn nodes() -> Vec<Node> {
    let threads = (0..20).map(|thread| (thread < 5).then_some(0)).collect();
    vec![
        node(0, "ns-1", None, Role::NameServer { topics: 3, brokers: 1 }),
        node(BROKER, "broker-a", None, broker(30)),
        Node {
            badge: Some(say("No route until 20.1 s")),
            ..node(
                CONSUMER,
                "Consumber",
                Some("ConsumerGroupName"),
                Role::Consumer {
                    push: true,
                    wants: 3,
                    owns: 12,
                    threads,
                    consumed: 10,
                    failed: 0,
                    cached: 5,
                    doing: say("5 of 20 threads busy"),
                },
            )
        },
        Node {
            life: NodeLife::Stopped(11_400 * MS),
            ..node(
                PRODUCER,
                "Producer",
                Some("ProducerGroupName"),
                Role::Producer {
                    topics: 3,
                    sent: 30,
                    stored: 30,
                    failed: 0,
                    doing: say("Stopped at 11.4 s"),
                },
            )
        },
    ]
}

fn nodes_before() -> Vec<Node> {
    let mut nodes = nodes();
    nodes[0].role = Role::NameServer { topics: 0, brokers: 1 };
    nodes[1].role = broker(0);
    nodes[2].badge = None;
    nodes[2].role = Role::Consumer {
        push: true,
        wants: 3,
        owns: 0,
        threads: vec![None; 20],
        consumed: 0,
        failed: 0,
        cached: 0,
        doing: say("0 consumed"),
    };
    nodes[3].life = NodeLife::NotYet(200 * MS);
    nodes[3].role =
        Role::Producer { topics: 3, sent: 0, stored: 0, failed: 0, doing: say("Starts at 0.2 s") };
    nodes
}

fn node(id: u32, name: &str, group: Option<&str>, role: Role) -> Node {
    let group = group.map(str::to_owned);
    Node { id, name: name.to_owned(), group, life: NodeLife::Up, role, badge: None }
}

fn broker(records: u32) -> Role {
    let newest = (1..=records).zip([0, 1, 2].into_iter().cycle());
    let pool = |busy: u32| Pool { busy, threads: 16, waiting: 0 };
    Role::Broker {
        modes: vec!["ASYNC_MASTER".to_owned(), "ASYNC_FLUSH".to_owned()],
        copies: None,
        log_bytes: if records == 0 { 0 } else { 7_630 },
        records: u64::from(records),
        newest: newest.map(|(message, topic)| LogCell { topic, message }).collect(),
        send_pool: pool(0),
        pull_pool: pool(u32::from(records > 0) * 3),
        flushed: if records == 0 { 0 } else { 7_630 },
    }
}

fn flights() -> Vec<Flight> {
    let flight = |queue: u32, kind: FlightKind, message: u32, count: u32| Flight {
        from: if kind == FlightKind::Ask { CONSUMER } else { BROKER },
        to: if kind == FlightKind::Ask { BROKER } else { CONSUMER },
        sent: NOW - MS / 4,
        due: NOW + MS / 4,
        queue: Some(queue),
        kind,
        message,
        count,
        topic: u8::try_from(queue / 4).expect("three topics"),
    };
    vec![
        flight(0, FlightKind::Messages, 10, 2),
        flight(1, FlightKind::Ask, 0, 0),
        flight(7, FlightKind::Messages, 2, 3),
        flight(8, FlightKind::Messages, 12, 2),
    ]
}

/// Ten rounds of three sends, a second apart.
fn sends() -> Vec<u64> {
    (0..10).flat_map(|round| [0, 70, 90].map(|at| (808 + round * 1_055 + at) * MS)).collect()
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a picture")]
fn charts() -> Charts {
    let sends = sends();
    let rate = |events: &[u64], now: u64| {
        let term = |&at: &u64| libm::exp(-((now - at) as f64) / 2.5e9) / 2.5;
        events.iter().filter(|&&at| at <= now).map(term).sum::<f64>() as f32
    };
    let mut times: Vec<u64> = (0..=360).map(|step| step * NOW / 360).collect();
    times.extend(&sends);
    times.sort_unstable();
    let waiting = |&at: &u64| {
        let stored = sends.iter().filter(|&&sent| sent <= at).count() as u32;
        let consumed = if at == NOW { [3, 2, 5] } else { [0; 3] };
        let topic = |index: u32| (stored + 2 - index) / 3 - consumed[index as usize];
        (at, vec![topic(0), topic(1), topic(2)])
    };
    let oldest = times.iter().filter(|&&at| at >= sends[0]).map(|&at| (at, at - sends[0]));
    let consumed = [0, 12, 24, 6, 18, 2, 14, 26, 11, 23];
    let latency = consumed.map(|index| (21_834 * MS, 21_834 * MS - sends[index]));
    Charts {
        throughput: times
            .iter()
            .map(|&at| (at, rate(&sends, at), if at == NOW { 3.99 } else { 0.0 }))
            .collect(),
        rate_now: (0.03, 3.99),
        waiting: times.iter().map(waiting).collect(),
        latency: latency.into(),
        oldest: oldest.collect(),
        percentiles: Percentiles {
            count: 10,
            mean: 17_000 * MS,
            p50: 16_800 * MS,
            p90: 20_900 * MS,
            p99: 21_026 * MS,
            p999: 21_026 * MS,
            max: 21_026 * MS,
        },
        nothing_consumed: Some((808 * MS, 21_834 * MS)),
    }
}

fn markers() -> Vec<Marker> {
    let rows = [
        (1, "Consumer starts"),
        (11_400, "Producer stops"),
        (20_127, "Rebalance"),
        (25_135, "Offsets saved"),
        (36_835, "Holds end"),
        (41_235, "Rebalance"),
        (45_000, "End"),
    ];
    let marker = |(at, text)| Marker { at: at * MS, past: at * MS <= NOW, words: say(text) };
    rows.map(marker).into()
}

fn recent() -> Vec<EventLine> {
    let rows = [
        (21_833, "3 messages of q2 received"),
        (21_834, "m1 and m13 consumed"),
        (21_835, "m25 consumed, q1 is done"),
        (21_835, "q1 asked, offset 1 committed"),
    ];
    (1_200..)
        .zip(rows)
        .map(|(ordinal, (at, text))| EventLine {
            lane: 0,
            ordinal,
            at: at * MS,
            words: say(text),
            why: None,
            selects: Some(Selection::Message { lane: 0, number: 1 }),
        })
        .collect()
}

fn message() -> MessageCard {
    let phase = |text: &str, span: u64, longest: bool| Phase { words: say(text), span, longest };
    let steps = steps();
    MessageCard {
        lane: 0,
        number: 1,
        body: "Hello MetaQA0".to_owned(),
        topic: "TopicTest1".to_owned(),
        tone: 0,
        tag: Some("TagA".to_owned()),
        keys: Some("OrderID001".to_owned()),
        unique_key: "0A0000012A4118B4AAC2172CA06C0000".to_owned(),
        stored: Some(StoredAt {
            broker: "broker-a".to_owned(),
            queue: 1,
            offset: 0,
            size: 254,
            physical: 0,
        }),
        total: Some(21_652_160_000),
        phases: vec![
            phase("Sending", 627 * MS, false),
            phase("No route", 19_318_100_000, true),
            phase("Joining, pulling", 1_707_060_000, false),
        ],
        current: Some(15),
        steps,
        why: Some(because(
            "Why 19 s in the queue?",
            "The consumer knew no broker of TopicTest1 until its rebalance at 20.1 s: the topic \
             did not exist when it subscribed.",
            ("rocketmq.client.rebalance.waitInterval", "20\u{2009}000 ms"),
        )),
    }
}

fn steps() -> Vec<Step> {
    let rows: [(u64, &str); 16] = [
        (198_120, "Route of TopicTest1: none"),
        (255_010, "Route of TBW102: broker-a"),
        (620_400, "Connected to broker-a"),
        (620_410, "Queue 1 chosen"),
        (622_100, "Send thread: no wait"),
        (808_300, "Topic made, record stored"),
        (809_120, "Dispatched to q1, offset 0"),
        (812_000, "Acknowledged: SEND_OK"),
        (20_127_220, "Consumer asks for a route"),
        (21_161_000, "Rebalance begins"),
        (21_219_000, "Owns q0 to q3, starts at 0"),
        (21_726_000, "First pull of q1"),
        (21_823_000, "Pull answered: 3 messages"),
        (21_823_400, "Filter: TagA passes"),
        (21_834_280, "Listener: CONSUME_SUCCESS"),
        (21_835_000, "Offset 1 committed"),
    ];
    let mut last = 182_120;
    let step = |(ordinal, (at, text)): (u64, (u64, &str))| {
        let side = text.starts_with("Acknowledged") || text.starts_with("Offset");
        let wait = (!side).then(|| (at - last) * 1_000);
        last = if side { last } else { at };
        let why = match text {
            "Consumer asks for a route" => Some("It knew no broker of TopicTest1"),
            "Rebalance begins" => Some("Its group was new to the broker"),
            _ => None,
        };
        let why = why.map(|reason| because("", reason, ("", "")));
        Step { ordinal: 40 + ordinal * 70, at: at * 1_000, wait, side, words: say(text), why }
    };
    (0..).zip(rows).map(step).collect()
}
