//! What holds for every protocol, seed and list of interventions.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::LinkProfile;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{Intervention, NodeSpec, World};

use crate::puppet::{Lives, Pull, Puppets, Seen, Witness};

const NODES: u32 = 3;
/// Scripts end here; what they began may take longer.
const SCRIPT_MS: u64 = 2_000;
const END: SimTime = SimTime::from_nanos(20_000_000_000);

/// Interventions at times in ms.
type Script = Vec<(u64, Intervention<Puppets>)>;

fn at(millis: u64) -> SimTime {
    SimTime::START + SimSpan::millis(millis)
}

/// A link with all that links can do.
fn lively() -> LinkProfile {
    let latency = Spread::Uniform(SimSpan::millis(1), SimSpan::millis(20));
    LinkProfile { latency, loss_per_million: 50_000, bytes_per_second: 1_000_000 }
}

fn world(seed: u64, script: &Script) -> World<Puppets> {
    let mut world = World::new(seed, 0, SimTime::START);
    world.set_default_link(lively());
    for index in 0..NODES {
        world.add_node(NodeSpec {
            name: Name::new(&format!("puppet {index}")),
            disk: Lives::default(),
            disk_profile: DiskProfile::default(),
            boots: SimTime::START,
            skew: 0,
        });
    }
    for (millis, intervention) in script {
        world.intervene(at(*millis), intervention.clone());
    }
    world
}

/// History, state and all that was stated.
fn whole_run(mut world: World<Puppets>) -> (u64, u64, Witness) {
    let mut witness = Witness::default();
    world.run_until(END, &mut witness);
    (world.history_digest(), world.state_digest(), witness)
}

fn pull() -> impl Strategy<Value = Pull> {
    let span = || (0_u64..300).prop_map(SimSpan::millis);
    prop_oneof![
        4 => (0..NODES).prop_map(|peer| Pull::Open(NodeId(peer))),
        8 => (1_u8..5).prop_map(Pull::Send),
        1 => Just(Pull::Close),
        4 => (0_u8..3, span()).prop_map(|(tag, after)| Pull::Arm(tag, after)),
        2 => (0_u8..3).prop_map(Pull::Cancel),
        2 => span().prop_map(Pull::Work),
        2 => (0_u16..5_000).prop_map(Pull::Save),
        1 => Just(Pull::Exit),
    ]
}

fn intervention() -> impl Strategy<Value = Intervention<Puppets>> {
    let node = || (0..NODES).prop_map(NodeId);
    let pair = || (0..NODES, 1..NODES).prop_map(|(a, b)| (NodeId(a), NodeId((a + b) % NODES)));
    let end = prop_oneof![Just(End::Stopped), Just(End::Crashed), Just(End::PowerLost)];
    let tell = (node(), pull()).prop_filter(
        "nobody calls itself",
        |(node, pull)| !matches!(pull, Pull::Open(peer) if peer == node),
    );
    let tell = tell.prop_map(|(node, pull)| Intervention::Tell(node, pull));
    let span = (0_u64..200).prop_map(SimSpan::millis);
    prop_oneof![
        20 => tell,
        2 => (node(), end).prop_map(|(node, end)| Intervention::Kill(node, end)),
        3 => node().prop_map(Intervention::Start),
        2 => pair().prop_map(|(a, b)| Intervention::Cut(a, b)),
        3 => pair().prop_map(|(a, b)| Intervention::Mend(a, b)),
        1 => pair().prop_map(|(a, b)| Intervention::Link(a, b, LinkProfile::default())),
        1 => node().prop_map(|node| Intervention::Stall(node, SimSpan::millis(50))),
        2 => (node(), span).prop_map(|(node, span)| Intervention::Pause(node, span)),
        1 => (node(), -50_i64..50).prop_map(|(node, ms)| Intervention::Clock(node, ms)),
    ]
}

fn script() -> impl Strategy<Value = Script> {
    prop::collection::vec((0..SCRIPT_MS, intervention()), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_seed_and_one_script_give_one_history(seed: u64, script in script()) {
        let (first, second) = (whole_run(world(seed, &script)), whole_run(world(seed, &script)));
        prop_assert_eq!((first.0, first.1), (second.0, second.1));
        prop_assert_eq!(first.2.seen, second.2.seen);
    }

    #[test]
    fn nobody_notices_whether_somebody_watches(seed: u64, script in script()) {
        let watched = whole_run(world(seed, &script));
        let mut alone = world(seed, &script);
        alone.run_until(END, &mut ());
        prop_assert_eq!((watched.0, watched.1), (alone.history_digest(), alone.state_digest()));
    }

    #[test]
    fn a_clone_at_any_event_has_the_same_future(
        seed: u64, script in script(), stop: prop::sample::Index,
    ) {
        let mut original = world(seed, &script);
        let events = original.clone().run_until(END, &mut ());
        let stop = stop.index(usize::try_from(events).unwrap()) as u64;
        while original.ordinal() < stop {
            original.step_until(END, &mut ());
        }
        let copy = original.clone();
        prop_assert_eq!(copy.state_digest(), original.state_digest());
        let (copy, original) = (whole_run(copy), whole_run(original));
        prop_assert_eq!((copy.0, copy.1), (original.0, original.1));
        prop_assert_eq!(copy.2.seen, original.2.seen);
    }

    #[test]
    fn a_run_never_overshoots_and_stops_leave_no_trace(
        seed: u64,
        script in script(),
        mut stops in prop::collection::vec(0..SCRIPT_MS * 2, 0..20),
    ) {
        let mut world_with_stops = world(seed, &script);
        stops.sort_unstable();
        for stop in stops {
            world_with_stops.run_until(at(stop), &mut ());
            prop_assert!(world_with_stops.now() <= at(stop));
            prop_assert!(world_with_stops.next_at().is_none_or(|next| at(stop) < next));
        }
        let (history, state, _) = whole_run(world_with_stops);
        let straight = whole_run(world(seed, &script));
        prop_assert_eq!((history, state), (straight.0, straight.1));
    }

    #[test]
    fn a_connection_keeps_order_and_leaves_nothing_out(seed: u64, script in script()) {
        let (.., witness) = whole_run(world(seed, &script));
        let mut next = BTreeMap::new();
        for (moment, seen) in witness.seen {
            if let Seen::Got { conn, number } = seen {
                let expected: &mut u32 = next.entry((conn, moment.node)).or_default();
                prop_assert_eq!(number, *expected, "over {:?} at {}", conn, moment.at);
                *expected += 1;
            }
        }
    }

    #[test]
    fn an_alarm_fires_once_at_its_time_and_in_its_life_or_never(seed: u64, script in script()) {
        let is_late = script.iter().any(|(_, deed)| matches!(deed, Intervention::Pause(..)));
        let (.., witness) = whole_run(world(seed, &script));
        let mut armed = BTreeMap::new();
        for (moment, seen) in witness.seen {
            match seen {
                Seen::Booted { .. } => armed.retain(|(node, _), _| *node != moment.node),
                Seen::Armed { tag, at } => {
                    prop_assert_eq!(armed.insert((moment.node, tag), at), None);
                }
                Seen::Cancelled { tag } => {
                    prop_assert!(armed.remove(&(moment.node, tag)).is_some());
                }
                Seen::Fired { tag, armed_in, life } => {
                    prop_assert_eq!(armed_in, life);
                    let due = armed.remove(&(moment.node, tag));
                    prop_assert!(due == Some(moment.at) || is_late && due < Some(moment.at));
                    prop_assert!(due.is_some());
                }
                Seen::Opened { .. } | Seen::Got { .. } | Seen::Closed { .. } => (),
                Seen::Served { .. } | Seen::Saved { .. } => (),
            }
        }
    }
}

/// The same events told to one fresh world each, so that a test can say what it is about in lines.
fn story(script: Script) -> Vec<String> {
    let mut world = world(1, &Vec::new());
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        world.set_link(NodeId(a), NodeId(b), LinkProfile::default());
    }
    for (millis, intervention) in script {
        world.intervene(at(millis), intervention);
    }
    let mut witness = Witness::default();
    world.run_until(END, &mut witness);
    let line = |(moment, seen): &(_, _)| {
        let moment: &rocketscope::kernel::world::Moment = moment;
        format!("{} n{} {seen:?}", moment.at, moment.node.0)
    };
    witness.seen.iter().map(line).skip_while(|line| line.contains("Booted { life: 1 }")).collect()
}

fn tell(node: u32, pull: Pull) -> Intervention<Puppets> {
    Intervention::Tell(NodeId(node), pull)
}

#[test]
fn what_a_cut_keeps_back_comes_in_order_after_the_mending() {
    let (a, b) = (NodeId(0), NodeId(1));
    let slow =
        LinkProfile { latency: Spread::Fixed(SimSpan::millis(10)), ..LinkProfile::default() };
    expect_test::expect![[r#"
        0.020000000s n1 Opened { conn: ConnId(0) }
        0.030000000s n0 Opened { conn: ConnId(0) }
        0.510000000s n1 Got { conn: ConnId(0), number: 0 }
        0.510000000s n1 Got { conn: ConnId(0), number: 1 }
        0.510000000s n1 Got { conn: ConnId(0), number: 2 }
    "#]]
    .assert_eq(&lines(vec![
        (10, Intervention::Link(a, b, slow)),
        (10, tell(0, Pull::Open(b))),
        (100, tell(0, Pull::Send(2))),
        (105, Intervention::Cut(a, b)),
        (106, tell(0, Pull::Send(1))),
        (500, Intervention::Mend(b, a)),
    ]));
}

#[test]
fn what_a_process_that_stands_still_has_not_taken_is_not_overtaken_when_its_link_is_cut() {
    let (a, b) = (NodeId(0), NodeId(1));
    let slow =
        LinkProfile { latency: Spread::Fixed(SimSpan::millis(10)), ..LinkProfile::default() };
    let lines = lines(vec![
        (10, Intervention::Link(a, b, slow)),
        (10, tell(0, Pull::Open(b))),
        (100, tell(0, Pull::Send(1))),
        (105, Intervention::Pause(b, SimSpan::millis(200))),
        (292, tell(0, Pull::Send(1))),
        (300, Intervention::Cut(a, b)),
        (500, Intervention::Mend(b, a)),
    ]);
    let got: Vec<&str> = lines.lines().filter(|line| line.contains("Got")).collect();
    assert!(got.len() == 2 && got[0].ends_with("number: 0 }"), "{got:?}");
}

#[test]
fn a_process_that_stands_still_catches_up_in_order() {
    let (a, b) = (NodeId(0), NodeId(1));
    expect_test::expect![[r#"
        0.010100000s n1 Opened { conn: ConnId(0) }
        0.010200000s n0 Opened { conn: ConnId(0) }
        0.020000000s n1 Armed { tag: 7, at: SimTime(120000000) }
        0.020000000s n1 Armed { tag: 8, at: SimTime(170000000) }
        0.060000000s n0 Armed { tag: 1, at: SimTime(65000000) }
        0.065000000s n0 Fired { tag: 1, armed_in: 1, life: 1 }
        0.500000000s n1 Cancelled { tag: 8 }
        0.500000000s n1 Fired { tag: 7, armed_in: 1, life: 1 }
        0.500000000s n1 Got { conn: ConnId(0), number: 0 }
        0.500000000s n1 Got { conn: ConnId(0), number: 1 }
        0.540000000s n1 Served { waited: SimSpan(0) }
    "#]]
    .assert_eq(&lines(vec![
        (10, tell(0, Pull::Open(b))),
        (20, tell(1, Pull::Arm(7, SimSpan::millis(100)))),
        (20, tell(1, Pull::Arm(8, SimSpan::millis(150)))),
        (20, tell(1, Pull::Work(SimSpan::millis(50)))),
        (30, Intervention::Pause(b, SimSpan::millis(300))),
        (40, tell(0, Pull::Send(2))),
        (50, tell(1, Pull::Cancel(8))),
        (60, tell(a.0, Pull::Arm(1, SimSpan::millis(5)))),
        (100, Intervention::Pause(b, SimSpan::millis(400))),
    ]));
}

#[test]
fn an_order_that_a_process_has_not_taken_dies_with_it() {
    let b = NodeId(1);
    let arm = |tag| tell(1, Pull::Arm(tag, SimSpan::millis(10)));
    expect_test::expect![[r#"
        0.040000000s n1 Booted { life: 2 }
        0.400000000s n1 Armed { tag: 2, at: SimTime(410000000) }
        0.410000000s n1 Fired { tag: 2, armed_in: 2, life: 2 }
    "#]]
    .assert_eq(&lines(vec![
        (10, Intervention::Pause(b, SimSpan::millis(300))),
        (20, arm(1)),
        (30, Intervention::Kill(b, End::Crashed)),
        (40, Intervention::Start(b)),
        (400, arm(2)),
    ]));
}

#[test]
fn a_crash_takes_memory_alarms_jobs_and_connections() {
    expect_test::expect![[r#"
        0.010100000s n1 Opened { conn: ConnId(0) }
        0.010200000s n0 Opened { conn: ConnId(0) }
        0.020000000s n1 Armed { tag: 7, at: SimTime(120000000) }
        0.030100000s n0 Closed { conn: ConnId(0), reason: Reset }
        0.040000000s n1 Booted { life: 2 }
        0.050000000s n1 Armed { tag: 7, at: SimTime(350000000) }
        0.350000000s n1 Fired { tag: 7, armed_in: 2, life: 2 }
    "#]]
    .assert_eq(&lines(vec![
        (10, tell(0, Pull::Open(NodeId(1)))),
        (20, tell(1, Pull::Arm(7, SimSpan::millis(100)))),
        (20, tell(1, Pull::Work(SimSpan::millis(100)))),
        (30, Intervention::Kill(NodeId(1), End::Crashed)),
        (40, Intervention::Start(NodeId(1))),
        (50, tell(1, Pull::Arm(7, SimSpan::millis(300)))),
    ]));
}

#[test]
fn nobody_listens_at_a_process_that_is_down() {
    expect_test::expect![[r#"
        0.020200000s n0 Closed { conn: ConnId(0), reason: Refused }
    "#]]
    .assert_eq(&lines(vec![
        (10, Intervention::Kill(NodeId(1), End::Crashed)),
        (20, tell(0, Pull::Open(NodeId(1)))),
    ]));
}

#[test]
fn two_servers_three_places_and_the_sixth_job_is_turned_away() {
    let work = || (10, tell(0, Pull::Work(SimSpan::millis(100))));
    expect_test::expect![[r#"
        0.110000000s n0 Served { waited: SimSpan(0) }
        0.110000000s n0 Served { waited: SimSpan(0) }
        0.210000000s n0 Served { waited: SimSpan(100000000) }
        0.210000000s n0 Served { waited: SimSpan(100000000) }
        0.310000000s n0 Served { waited: SimSpan(200000000) }
    "#]]
    .assert_eq(&lines((0..6).map(|_| work()).collect()));
}

#[test]
fn a_power_loss_takes_what_was_not_flushed_and_a_crash_does_not() {
    for (end, written) in [(End::Crashed, 30), (End::PowerLost, 10)] {
        let mut world = world(
            1,
            &vec![
                (10, tell(0, Pull::Save(10))),
                (100, Intervention::Stall(NodeId(0), SimSpan::millis(500))),
                (110, tell(0, Pull::Save(20))),
                (120, Intervention::Kill(NodeId(0), end)),
                (130, Intervention::Start(NodeId(0))),
            ],
        );
        world.run_until(END, &mut ());
        let disk = world.disk(NodeId(0));
        assert_eq!((disk.written(), disk.flushed()), (written, 10), "{end:?}");
    }
}

fn lines(script: Script) -> String {
    story(script).iter().map(|line| format!("{line}\n")).collect()
}
