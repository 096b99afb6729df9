//! The moment of the picture `pull-and-push`: 29.6 s, half a message a second, three lanes.

use super::{MS, say, shipped};
use crate::session::frame::{
    AskMark, Asking, Frame, Lane, Ledger, Parting, Percentiles, Pull, Question, Queue, RunInfo,
    Slider, Topic, WaitMark,
};

const NOW: u64 = 29_600 * MS;

/// 29.6 s into pull and push.
pub fn pull_and_push() -> Frame {
    Frame {
        run: run_info(Some(2), Some(1)),
        now: NOW,
        ordinal: 900,
        rate: 4.0,
        next_event: Some(NOW + MS),
        lanes: vec![
            lane("Pull", "Asks every 5 s", pulls()),
            lane("Short poll", "Held 1 to 2 s", short_polls()),
            lane("Push", "Long poll, held 15 s", pushes()),
        ],
        sheet: Vec::new(),
        verdict: None,
        history_digest: "0123456789abcdef".to_owned(),
        ..Frame::default()
    }
}

/// The same before anything happened.
pub fn pull_and_push_before() -> Frame {
    let mut frame = pull_and_push();
    frame.run = run_info(None, None);
    frame.now = 0;
    for lane in &mut frame.lanes {
        lane.asking = Asking { window: (0, 30_000 * MS), ..Asking::default() };
        lane.ledger = Ledger::default();
    }
    frame
}

fn run_info(least: Option<u8>, most: Option<u8>) -> RunInfo {
    let question = |heading: &str, text: &str, measure: &str, right, at_load| Question {
        heading: heading.to_owned(),
        text: text.to_owned(),
        options: ["Pull every 5 s", "Short poll", "Push"].map(str::to_owned).into(),
        right,
        measure: measure.to_owned(),
        at_load,
    };
    RunInfo {
        scenario: "pull-and-push".to_owned(),
        title: "Pull and push".to_owned(),
        summary: "Three consumers get the same messages from four queues. They differ in how they \
                  ask."
            .to_owned(),
        look_at: [
            "Pull asks all four queues every 5 s.",
            "Short poll asks again as soon as it has an answer. The broker keeps a question for a \
             second or two.",
            "Push does the same, but the broker keeps the question until a message comes.",
        ]
        .map(str::to_owned)
        .into(),
        seed: 1,
        end: 60_000 * MS,
        planned_messages: Some(30),
        view: "compare".to_owned(),
        sliders: vec![
            slider("Messages a second", "/s", [0.1, 50.0, 0.1, 0.5], true),
            slider("Pull every", "s", [0.5, 10.0, 0.5, 5.0], false),
            slider("Broker holds a question for", "s", [1.0, 20.0, 1.0, 15.0], false),
            slider("Time to handle a message", "ms", [0.0, 100.0, 5.0, 0.0], false),
        ],
        switches: Vec::new(),
        questions: vec![
            question("Before you play", "Who waits least for a message?", "mean_wait", least, None),
            question("Before you play", "And who asks most?", "requests_per_message", most, None),
            question(
                "Before you raise the load",
                "At 50 messages a second, who asks most?",
                "requests_per_message",
                None,
                Some(50.0),
            ),
        ],
        shipped: shipped(),
    }
}

fn slider(label: &str, unit: &str, [min, max, step, value]: [f64; 4], load: bool) -> Slider {
    let paths = vec!["workload.rate".to_owned()];
    let (label, unit) = (label.to_owned(), unit.to_owned());
    Slider { label, paths, unit, min, max, step, value, logarithmic: load, load }
}

/// Queue and time (ms) of the fifteen messages, by the picture.
const MESSAGES: [(u32, u64); 15] = [
    (0, 960),
    (1, 2_410),
    (2, 4_830),
    (3, 6_260),
    (0, 8_500),
    (1, 10_280),
    (2, 12_560),
    (3, 14_080),
    (0, 16_430),
    (1, 18_330),
    (2, 20_060),
    (3, 22_840),
    (0, 24_930),
    (1, 26_180),
    (2, 28_660),
];

/// Requests of one lane, each (queue, arrived, answered, held until).
type Requests = Vec<(u32, u64, Option<u64>, Option<u64>)>;

fn pulls() -> Requests {
    let rounds = (0..6).flat_map(|round| (0..4).map(move |queue| (queue, round * 5_000)));
    rounds.map(|(queue, at)| (queue, at, Some(at), None)).collect()
}

fn short_polls() -> Requests {
    let mut requests = Requests::new();
    for queue in 0..4 {
        let mut at = 2;
        while at < 29_600 {
            // The broker looks at held requests once a second, and lets them go after the second
            // look.
            let second = at / 1_000 + 1;
            let arrived = |seconds: u64| {
                let (from, to) = (at, (second + seconds) * 1_000 - 140);
                MESSAGES
                    .iter()
                    .any(|&(to_queue, sent)| to_queue == queue && from < sent && sent < to)
            };
            let seconds = if arrived(0) { 0 } else { 1 };
            let end = (second + seconds) * 1_000 - 140;
            let answered = (end <= 29_600).then_some(end);
            requests.push((queue, at, answered, Some(at + 2_000)));
            at = end + 1;
        }
    }
    requests
}

fn pushes() -> Requests {
    let mut requests = Requests::new();
    for queue in 0..4 {
        let mut at = 2;
        for (_, sent) in MESSAGES.into_iter().filter(|&(to_queue, _)| to_queue == queue) {
            requests.push((queue, at, Some(sent + 1), Some(at + 15_000)));
            at = sent + 2;
        }
        requests.push((queue, at, None, Some(at + 15_000)));
    }
    requests
}

fn lane(title: &str, subtitle: &str, requests: Requests) -> Lane {
    let messages: Vec<WaitMark> = (1..)
        .zip(MESSAGES)
        .map(|(message, (queue, sent))| {
            let answer = requests
                .iter()
                .filter(|&&(of, _, answered, _)| {
                    of == queue && answered.is_some_and(|at| at >= sent)
                })
                .filter_map(|&(_, _, answered, _)| answered)
                .min();
            let delivered = answer.map(|at| at * MS + 100_000 * u64::from(message));
            WaitMark { queue, message, stored: sent * MS, delivered }
        })
        .collect();
    let mark =
        |&(queue, arrived, answered, until): &(u32, u64, Option<u64>, Option<u64>)| AskMark {
            queue,
            arrived: arrived * MS,
            answered: answered.map(|at| at * MS),
            until: until.map(|at| at * MS),
            found: found(&messages, queue, arrived, answered),
        };
    let marks: Vec<AskMark> = requests.iter().map(mark).collect();
    let delivered = messages.iter().filter(|mark| mark.delivered.is_some()).count() as u64;
    Lane {
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        queues: (0..4).map(queue).collect(),
        topics: vec![Topic {
            name: "Orders".to_owned(),
            tone: 0,
            stored: 15,
            waiting: 0,
            kept: false,
        }],
        mark_scale: 1,
        ledger: Ledger {
            sent: 15,
            acknowledged: 15,
            stored: 15,
            delivered,
            consumed: delivered,
            expected: 15,
            ..Ledger::default()
        },
        asking: Asking {
            answered: marks.iter().filter(|mark| mark.answered.is_some()).count() as u64,
            empty: marks.iter().filter(|mark| mark.answered.is_some() && mark.found == 0).count()
                as u64,
            held_now: marks.iter().filter(|mark| mark.answered.is_none()).count() as u64,
            wait: percentiles(&messages),
            requests: marks,
            messages,
            window: (0, 30_000 * MS),
            parting: Some(parting(title)),
        },
        ..Lane::default()
    }
}

fn queue(id: u32) -> Queue {
    Queue {
        broker: 1,
        topic: 0,
        id,
        stored: 4,
        handed_out: 0,
        consumed: 4,
        committed: Some(4),
        cells: Vec::new(),
        pull: Pull::None,
    }
}

fn found(messages: &[WaitMark], queue: u32, arrived: u64, answered: Option<u64>) -> u32 {
    let Some(answered) = answered else { return 0 };
    let within = |mark: &&WaitMark| {
        let end = mark.delivered.unwrap_or(u64::MAX);
        mark.queue == queue && end >= answered * MS && end < (answered + 5) * MS
    };
    let _ = arrived;
    u32::try_from(messages.iter().filter(within).count()).expect("fifteen messages at most")
}

fn percentiles(messages: &[WaitMark]) -> Percentiles {
    let wait = |mark: &WaitMark| mark.delivered.map(|at| at - mark.stored);
    let mut waits: Vec<u64> = messages.iter().filter_map(wait).collect();
    waits.sort_unstable();
    let count = waits.len();
    let (longest, middle) = (waits[count - 1], waits[count / 2]);
    Percentiles {
        count: count as u64,
        mean: waits.iter().sum::<u64>() / count as u64,
        p50: middle,
        p90: waits[count * 9 / 10],
        p99: longest,
        p999: longest,
        max: longest,
    }
}

fn parting(title: &str) -> Parting {
    let (text, setting) = match title {
        "Pull" => ("Answered at once, empty", None),
        "Short poll" => {
            ("Held, looked at again every second", Some(("longPollingEnable", "false")))
        }
        _ => {
            ("Held, woken by the next message", Some(("suspendTimeoutMillis", "15\u{2009}000 ms")))
        }
    };
    let setting = setting.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Parting { at: 2 * MS, words: say(text), setting }
}
