//! Another protocol through the whole session: a ball is a message, hitting it back consumes it.
//!
//! It knows nothing of RocketMQ, and nothing of the session knows it.

use rocketscope::facts::{
    Carried, CarriedKind, Content, Expectation, Fact, MsgKey, NodeProfile, NodeRole, Promises,
    QueueRef, ReasonId, SendMode, SendOutcome, Vocabulary, Why,
};
use rocketscope::kernel::actor::{Actor, Event, NodeId, Protocol};
use rocketscope::kernel::digest::{Digest, Digestible};
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::effects::Effects;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::ConnId;
use rocketscope::kernel::station::Station;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{NodeSpec, World};
use rocketscope::session::Session;
use rocketscope::session::frame::RunInfo;
use rocketscope::session::lane::Lane;
use rocketscope::session::protocol::{Command, Position, Tempo};
use rocketscope::session::run::Run;
use rocketscope::session::stage::Stage;
use rocketscope::session::staged::{Played, Staged};

use crate::session_kit::{Page, card};

const WHY: Why = Why { reason: ReasonId(0), value: 0 };
const WALL: NodeId = NodeId(0);

#[derive(Clone, Debug)]
struct Squash;

/// A ball, by its number.
#[derive(Clone, Copy, Debug)]
struct Ball(u32);

/// Time for the next ball.
#[derive(Clone, Copy, Debug)]
struct Serve;

/// The wall, or a player with the time between two balls.
#[derive(Clone, Debug)]
enum Court {
    Wall,
    Player { every: SimSpan, conn: Option<ConnId>, served: u32 },
}

impl Digestible for Ball {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.0);
    }
}

impl Digestible for Serve {
    fn digest(&self, _: &mut Digest) {}
}

impl Digestible for Court {
    fn digest(&self, digest: &mut Digest) {
        if let Self::Player { every, conn, served } = self {
            digest.put(every);
            digest.put(conn);
            digest.put(served);
        }
    }
}

impl Protocol for Squash {
    type Packet = Ball;
    type Timer = Serve;
    type Job = Ball;
    type Order = Serve;
    type Fact = Fact;
    type Disk = Court;
    type Actor = Court;

    fn wire_bytes(_: &Ball) -> u64 {
        8
    }
}

impl Actor<Squash> for Court {
    fn boot(disk: Self) -> Self {
        disk
    }

    fn into_disk(self, _: End) -> Self {
        self
    }

    fn stations(&self) -> Vec<Station<Ball>> {
        Vec::new()
    }

    fn handle(&mut self, event: Event<Squash>, fx: &mut Effects<'_, Squash>) {
        match (self, event) {
            (Self::Wall, Event::Booted) => {
                fx.note(Fact::TopicCreated { topic: balls(), queues: 1, why: WHY });
            }
            (Self::Wall, Event::Arrived { conn, packet }) => bounce(conn, packet, fx),
            (Self::Player { .. }, Event::Booted) => {
                fx.open(WALL);
            }
            (Self::Player { conn, every, .. }, Event::Opened { conn: opened, .. }) => {
                *conn = Some(opened);
                fx.arm(*every, Serve);
            }
            (Self::Player { every, conn: Some(conn), served }, Event::Fired(Serve)) => {
                serve(*conn, *served, fx);
                *served += 1;
                fx.arm(*every, Serve);
            }
            (Self::Player { .. }, Event::Arrived { packet, .. }) => catch(packet, fx),
            (Self::Wall | Self::Player { .. }, _) => (),
        }
    }

    fn digest(&self, digest: &mut Digest) {
        Digestible::digest(self, digest);
    }
}

fn balls() -> Name {
    Name::new("Balls")
}

fn of(ball: Ball, player: NodeId) -> (MsgKey, QueueRef, Name) {
    let queue = QueueRef { topic: balls(), broker: WALL, id: 0 };
    (MsgKey { producer: player, seq: ball.0 }, queue, Name::new("players"))
}

fn serve(conn: ConnId, served: u32, fx: &mut Effects<'_, Squash>) {
    let (msg, queue, _) = of(Ball(served), fx.node());
    fx.note(Fact::Called { msg, topic: balls(), mode: SendMode::Sync });
    fx.note(Fact::Sent { msg, queue, attempt: 1 });
    fx.send(conn, Ball(served));
}

fn bounce(conn: ConnId, ball: Ball, fx: &mut Effects<'_, Squash>) {
    let (msg, queue, _) = of(ball, fx.peer(conn));
    let (offset, physical) = (u64::from(ball.0), u64::from(ball.0) * 8);
    fx.note(Fact::Stored { msg, queue, offset, physical, size: 8 });
    fx.note(Fact::Dispatched { msg, queue, offset });
    fx.send(conn, ball);
}

fn catch(ball: Ball, fx: &mut Effects<'_, Squash>) {
    let (msg, queue, group) = of(ball, fx.node());
    let (offset, outcome, thread) = (u64::from(ball.0), SendOutcome::Ok, 0);
    fx.note(Fact::Acknowledged { msg, queue, offset, outcome });
    fx.note(Fact::Delivered { msg, queue, group, offset });
    fx.note(Fact::Consuming { msg, queue, group, thread });
    fx.note(Fact::Consumed { msg, queue, group, offset, thread });
    fx.note(Fact::Committed { queue, group, offset: offset + 1, why: WHY });
}

impl Played for Squash {
    fn vocabulary() -> Vocabulary {
        Vocabulary { reasons: &[], settings: &[], requests: &[] }
    }

    fn profile(disk: &Court, starts: SimTime) -> NodeProfile {
        let (role, group) = match disk {
            Court::Wall => (NodeRole::Broker, None),
            Court::Player { .. } => (NodeRole::PushConsumer, Some(Name::new("players"))),
        };
        let (modes, topics, threads) = (Vec::new(), vec![balls()], (1, 0));
        NodeProfile {
            role,
            group,
            copies: None,
            shares: None,
            starts,
            modes,
            topics,
            threads,
            settings: Vec::new(),
            promises: Promises::default(),
        }
    }

    fn carried(packet: &Ball, from: NodeId, to: NodeId) -> Carried {
        let player = if from == WALL { to } else { from };
        let (msg, queue, _) = of(*packet, player);
        let (queue, message) = (Some(queue), Some(msg));
        Carried { kind: CarriedKind::Messages, queue, message, count: 1 }
    }

    fn expectation(at: SimTime, node: NodeId, _: Serve) -> Option<Expectation> {
        Some(Expectation { at, node, key: "next_round", setting: None, marker: false })
    }

    fn content(_: &Court, key: MsgKey, _: Option<u64>) -> Option<Content> {
        let body = format!("ball {}", key.seq);
        let (keys, unique_key) = (None, body.clone());
        Some(Content { body, body_bytes: 8, tag: None, keys, unique_key })
    }

    fn stop() -> Serve {
        Serve
    }
}

/// A lane with one wall and one player.
fn court(seed: u64, every: SimSpan) -> Box<dyn Lane> {
    let mut world = World::new(seed, 0, SimTime::START);
    let player = Court::Player { every, conn: None, served: 0 };
    for (name, disk) in [("wall", Court::Wall), ("player", player)] {
        let (name, disk_profile) = (Name::new(name), DiskProfile::default());
        world.add_node(NodeSpec { name, disk, disk_profile, boots: SimTime::START, skew: 0 });
    }
    Box::new(Staged::<Squash>::new(world, &[balls()], &[]))
}

fn page() -> Page {
    let lanes = vec![court(1, SimSpan::millis(700)), court(2, SimSpan::millis(300))];
    let info = RunInfo { end: 10_000_000_000, ..RunInfo::default() };
    let titles = ["Slow", "Fast"].map(|title| (title.to_owned(), String::new()));
    Page::of(Session::with(Run::new(info, titles.into(), Stage::new(lanes))))
}

#[test]
fn any_protocol_goes_through_the_whole_session() {
    let mut page = page();
    let end = page.seek(Position::End);
    let ledgers: Vec<u64> = end.lanes.iter().map(|lane| lane.ledger.consumed).collect();
    assert_eq!(ledgers, [14, 33]);
    assert_eq!(end.lanes[1].title, "Fast");
    assert_eq!(end.lanes[0].charts.percentiles.p50, 100_000, "the way back, stored to consumed");
    let card = page.message(3);
    assert_eq!((card.body.as_str(), card.total), ("ball 2", Some(200_000)));
    assert_eq!(card.steps.iter().filter_map(|step| step.wait).sum::<u64>(), 200_000);
}

#[test]
fn positions_count_the_events_of_all_lanes_in_one_order() {
    let mut page = page();
    let end = page.seek(Position::End);
    let first = page.seek(Position::Ordinal(0));
    let mut now = 0;
    for ordinal in first.ordinal + 1..=end.ordinal {
        let frame = page.ask(Command::Step { forward: true });
        assert_eq!(frame.ordinal, ordinal);
        assert!(frame.now >= now, "lanes are merged by time");
        now = frame.now;
        assert!(frame.recent.iter().all(|line| line.ordinal <= ordinal && line.at <= now));
    }
    assert_eq!(page.ask(Command::Look).history_digest, end.history_digest);
    for back in (first.ordinal..end.ordinal).rev().step_by(7) {
        let frame = page.seek(Position::Ordinal(back));
        assert_eq!(frame.ordinal, back);
    }
    assert_eq!(page.seek(Position::End).history_digest, end.history_digest);
}

#[test]
fn a_flight_is_seen_for_a_good_part_of_a_second() {
    let mut page = page();
    let tempo = Tempo::Follow { speed: 1.0 };
    let (mut wall, mut in_air) = (0_u64, 0_u64);
    while page.ask(Command::Look).lanes[1].ledger.consumed < 1 {
        let frame = page.ask(Command::Play { wall_ns: 10_000_000, tempo });
        wall += 10_000_000;
        in_air += u64::from(!frame.lanes[1].flights.is_empty()) * 10_000_000;
    }
    // Two flights of 0.4 s, and half a second of quiet before them.
    assert!((700_000_000..=900_000_000).contains(&in_air), "{in_air}");
    assert!(wall <= 1_500_000_000, "{wall}");
    let frame = page.ask(Command::Look);
    assert_eq!(card_of(&mut page, 1), frame.ordinal);
}

/// The position of the last step of a message in the fast lane.
fn card_of(page: &mut Page, number: u32) -> u64 {
    use rocketscope::session::protocol::Selection;
    let selection = Some(Selection::Message { lane: 1, number });
    let card = card(&page.ask(Command::Select { selection }));
    assert_eq!(card.lane, 1);
    card.steps.last().map_or(0, |step| step.ordinal)
}
