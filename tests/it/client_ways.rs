//! Sends that are not simply synchronous: asynchronous and one-way ones, queues that the program or
//! its selector chooses, brokers that are avoided.

use rocketscope::facts::{Fact, SendOutcome};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::config::ProducerConfig;
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::sending::{Mode, Place, Way};
use rocketscope::scenario::Scenario;

use crate::client_kit::{Entry, Log, sent};
use crate::client_send::{Broker, ERROR, OK, Outcome, send_with};

fn way(seed: u64, script: [Broker; 2], way: &Way) -> Outcome {
    send_with(seed, script, &|config: &mut ProducerConfig| {
        config.workload = sent(config.workload.clone(), way);
    })
}

fn mode(mode: Mode) -> Way {
    Way { mode, ..Way::default() }
}

fn at_place(place: Place) -> Way {
    Way { place, ..Way::default() }
}

#[test]
fn a_callback_takes_the_answer_while_the_program_goes_on() {
    let outcome = way(1, [OK, OK], &mode(Mode::Async));
    assert_eq!(outcome.attempts, [(0, 0)]);
    assert_eq!(outcome.stored(), (5, SendOutcome::Ok));
}

/// Client reference 10.9, row 10.
/// Client reference 9, row 10.
#[test]
fn an_asynchronous_time_out_comes_up_to_two_seconds_late_and_an_error_is_final() {
    let silent = way(1, [Broker::Silent, OK], &mode(Mode::Async));
    assert_eq!(silent.attempts, [(0, 0)]);
    assert_eq!(silent.failed(Because::SendTimeout), 4000, "3000 and a second are over at a scan");
    let closed = |fact: &Fact| matches!(fact, Fact::Disconnected { .. });
    assert!(silent.log.times(silent.producer, closed).is_empty(), "the connection stays");
    let late = send_with(1, [Broker::Silent, OK], &|config: &mut ProducerConfig| {
        config.workload = sent(config.workload.clone(), &mode(Mode::Async));
        config.workload.first_after = SimSpan::millis(3500);
    });
    assert_eq!(late.failed(Because::SendTimeout), 8000, "issued at 3500: scans at 7000 and 8000");
    let refused = way(1, [ERROR, OK], &mode(Mode::Async));
    assert_eq!(refused.attempts, [(0, 0)], "an answer is not worth another try");
    assert_eq!(refused.failed(Because::AsyncRefused), 5);
}

/// Client reference 9, row 11.
#[test]
fn an_asynchronous_retry_asks_another_broker_for_the_same_queue_id() {
    let mut moved = 0;
    for seed in 1..=12 {
        let outcome = way(seed, [Broker::Absent, OK], &mode(Mode::Async));
        assert_eq!(outcome.stored().1, SendOutcome::Ok);
        let chosen = outcome.log.of(outcome.producer, |fact| {
            if let Fact::QueueChosen { queue, .. } = fact { Some(*queue) } else { None }
        });
        if let [(_, first), (_, second)] = chosen[..] {
            assert_ne!(first.broker, second.broker);
            assert_eq!(first.id, second.id);
            assert_eq!(outcome.queues, [first.id.cast_signed()]);
            moved += 1;
        }
    }
    assert!(moved > 0, "some seed asks the absent broker first");
}

#[test]
fn a_one_way_send_is_not_answered_and_its_end_is_not_known() {
    let outcome = way(1, [Broker::Silent, OK], &mode(Mode::OneWay));
    assert_eq!(outcome.attempts, [(0, 0)]);
    let ends = |fact: &Fact| {
        matches!(fact, Fact::Acknowledged { .. } | Fact::Failed { .. } | Fact::Resent { .. })
    };
    assert!(outcome.log.times(outcome.producer, ends).is_empty());
    let returned = |fact: &Fact| matches!(fact, Fact::Unawaited { .. });
    assert_eq!(outcome.log.times(outcome.producer, returned), [0]);
}

/// Client reference 9, row 46.
#[test]
fn a_queue_of_the_programs_choice_is_tried_once() {
    for place in [Place::Queue { broker: Name::new("broker-a"), id: 0 }, Place::Hash, Place::Random]
    {
        let outcome = way(1, [ERROR, OK], &at_place(place));
        assert_eq!(outcome.attempts, [(0, 0)], "{place:?}");
        assert_eq!(outcome.failed(Because::RetryableError), 5, "{place:?}");
    }
    let nothing = way(1, [OK, OK], &at_place(Place::MachineRoom));
    assert!(nothing.attempts.is_empty());
    assert_eq!(nothing.failed(Because::SelectorFailed), 0);
}

/// A run of a scenario with two brokers of two queues and one client `P`.
fn run(client: &str, more: &str, until: u64) -> (Log, NodeId) {
    let text = format!(
        "title = \"Ways\"\nend = \"60s\"\n\
         topic = [{{ name = \"T\", queues = 2 }}]\n\
         [[namesrv]]\nname = \"ns-1\"\nstarts = \"-5s\"\n\
         [[namesrv]]\nname = \"ns-2\"\nstarts = \"-5s\"\n\
         [[broker]]\nname = \"broker-a\"\nstarts = \"-4s\"\n\
         [[broker]]\nname = \"broker-b\"\nstarts = \"-4s\"\n\
         [[client]]\nname = \"P\"\nrole = \"producer\"\ngroup = \"G\"\n{client}\n{more}\n"
    );
    let scenario = Scenario::parse(&text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let lane = &scenario.lanes()[0];
    let mut world = lane.build(3);
    let mut log = Log::default();
    world.run_until(lane.zero + SimSpan::millis(until), &mut log);
    for entry in &mut log.entries {
        // The log of the other stories counts from their own time 0.
        entry.at -= 7_000_000_000;
    }
    (log, lane.nodes.iter().find(|node| node.name.as_str() == "P").expect("it is there").id)
}

fn chosen(log: &Log, producer: NodeId) -> Vec<(i64, (u32, u32))> {
    log.of(producer, |fact| {
        let Fact::QueueChosen { queue, .. } = fact else { return None };
        Some((queue.broker.0, queue.id))
    })
}

#[test]
fn one_key_goes_to_one_queue() {
    let keyed = "key = { prefix = \"order-\", count = 1 }, selector = \"hash\"";
    let client = format!(
        "workload = {{ rate = \"20/s\", message = [{{ topic = \"T\", size = \"1B\", {keyed} }}] }}"
    );
    let (log, producer) = run(&client, "", 5_000);
    let chosen = chosen(&log, producer);
    assert!(chosen.len() > 80 && chosen.iter().all(|(_, queue)| *queue == chosen[0].1));
}

/// Client reference 9, row 13.
#[test]
fn each_thread_has_a_rotation_of_its_own() {
    let client = "workload = { senders = 2, pause = \"100ms\", \
                  message = [{ topic = \"T\", size = \"1B\" }] }";
    let (log, producer) = run(client, "", 20_000);
    let all = log.of(producer, |fact| {
        if let Fact::QueueChosen { why, .. } = fact { Some(why.value) } else { None }
    });
    let mut last: Vec<u32> = Vec::new();
    for (_, index) in all {
        match last.iter_mut().find(|last| last.wrapping_add(1) & 0x7FFF_FFFF == index) {
            Some(last) => *last = index,
            None => last.push(index),
        }
    }
    assert_eq!(last.len(), 2, "two rotations, each of which began at random: {last:?}");
}

const SLOW: &str = "[[intervention]]\nat = \"5s\"\npause = \"broker-a\"\nlasts = \"700ms\"\n";

fn avoided(entry: &Fact) -> Option<(NodeId, u64)> {
    let Fact::BrokerAvoided { broker, wait, .. } = entry else { return None };
    Some((*broker, wait.as_millis()))
}

/// Client reference 9, row 15.
#[test]
fn slow_brokers_are_avoided_only_where_that_is_switched_on() {
    let workload = "workload = { pause = \"50ms\", message = [{ topic = \"T\", size = \"1B\" }] }";
    let (log, producer) = run(workload, SLOW, 10_000);
    assert!(log.of(producer, avoided).is_empty());
    let (log, producer) = run(&format!("sendLatencyEnable = true\n{workload}"), SLOW, 10_000);
    let avoided = log.of(producer, avoided);
    let [(at, (broker, 2000))] = avoided[..] else { panic!("{avoided:?}") };
    let queues = chosen(&log, producer);
    let is_avoided = |(sent, _): &&(i64, (u32, u32))| (at..at + 2000).contains(sent);
    let meanwhile: Vec<_> = queues.iter().filter(is_avoided).collect();
    assert!(meanwhile.len() > 30 && meanwhile.iter().all(|(_, queue)| queue.0 != broker.0));
    let later = queues.iter().filter(|(sent, _)| *sent > at + 2000);
    assert!(later.clone().any(|(_, queue)| queue.0 == broker.0), "and then it is asked again");
}

/// Client reference 9, row 16.
#[test]
fn a_broker_that_failed_is_avoided_for_ten_seconds_whatever_comes_later() {
    let client = "sendLatencyEnable = true\n\
        workload = { pause = \"50ms\", message = [{ topic = \"T\", size = \"1B\" }] }";
    let killed = "[[intervention]]\nat = \"5s\"\nkill = \"broker-a\"\nhow = \"process\"\n\
        [[intervention]]\nat = \"6s\"\nstart = \"broker-a\"\n";
    let (log, producer) = run(client, killed, 20_000);
    let avoided = log.of(producer, avoided);
    let (at, (broker, wait)) = avoided[0];
    assert_eq!(wait, 10_000);
    let again =
        chosen(&log, producer).into_iter().find(|(sent, queue)| *sent > at && queue.0 == broker.0);
    let (again, _) = again.expect("it is asked again");
    assert!((at + 10_000..at + 10_200).contains(&again), "{again} after {at}");
}

#[test]
fn the_detector_finds_a_broker_that_can_be_reached_again() {
    let client = "sendLatencyEnable = true\nstartDetectorEnable = true\n\
        workload = { pause = \"50ms\", message = [{ topic = \"T\", size = \"1B\" }] }";
    let killed = "[[intervention]]\nat = \"5s\"\nkill = \"broker-a\"\nhow = \"process\"\n\
        [[intervention]]\nat = \"6s\"\nstart = \"broker-a\"\n";
    let (log, producer) = run(client, killed, 20_000);
    let trusted = |fact: &Fact| matches!(fact, Fact::BrokerTrusted { .. });
    let trusted = log.times(producer, trusted);
    assert_eq!(trusted.len(), 1, "{trusted:?}");
    assert!((6_000..10_000).contains(&trusted[0]), "{trusted:?}");
}

/// Client reference 9, row 9.
#[test]
fn a_time_out_closes_the_connection_under_all_that_wait_for_answers() {
    let client = "retryTimesWhenSendFailed = 0\n\
        workload = { senders = 1, pause = \"10ms\", message = [\
        { topic = \"T\", size = \"1B\", queue = { broker = \"broker-a\", id = 0 } }] }";
    let other = "[[client]]\nname = \"C\"\nrole = \"push\"\ngroup = \"R\"\n\
        subscribe = [{ topic = \"T\" }]\n\
        [[intervention]]\nat = \"5s\"\npause = \"broker-a\"\nlasts = \"4s\"\n";
    let (log, producer) = run(client, other, 12_000);
    let closed =
        log.of(
            producer,
            |fact| {
                if let Fact::Disconnected { why, .. } = fact { Some(*why) } else { None }
            },
        );
    assert!(Because::ReplyTimeout.is(closed[0].1), "{closed:?}");
    assert!((7_900..8_100).contains(&closed[0].0), "{closed:?}");
    let connected = log
        .of(producer, |fact| if let Fact::Connected { peer } = fact { Some(*peer) } else { None });
    assert!(connected.iter().any(|(at, _)| *at >= closed[0].0), "the next send opens a new one");
}

/// Client reference 9, row 6.
#[test]
fn a_client_stays_with_one_name_server_until_a_call_to_it_fails() {
    let client = "pollNameServerInterval = \"5s\"\n\
        workload = { pause = \"1s\", message = [{ topic = \"T\", size = \"1B\" }] }";
    let asked = |log: &Log, producer| {
        log.of(producer, |fact| {
            if let Fact::RouteAsked { server, .. } = fact { Some(*server) } else { None }
        })
    };
    let (log, producer) = run(client, "", 30_000);
    let all = asked(&log, producer);
    assert!(all.len() > 4 && all.iter().all(|(_, server)| *server == all[0].1), "{all:?}");
    let name = if all[0].1 == NodeId(0) { "ns-1" } else { "ns-2" };
    let cut = format!("[[intervention]]\nat = \"12s\"\ncut = [\"P\", \"{name}\"]\n");
    let (log, producer) = run(client, &cut, 30_000);
    let all = asked(&log, producer);
    let others: Vec<_> = all.iter().filter(|(_, server)| *server != all[0].1).collect();
    assert!(!others.is_empty(), "{all:?}");
    let failed = all.iter().filter(|(at, server)| *at > 12_000 && *server == all[0].1).count();
    assert_eq!(failed, 1, "one call fails first: {all:?}");
}

/// Client reference 9, row 45.
#[test]
fn two_producers_of_one_process_have_connections_of_their_own() {
    let client = "ip = \"10.0.0.9\"\npid = 77\n\
        workload = { pause = \"1s\", message = [{ topic = \"T\", size = \"1B\" }] }";
    let other =
        client.replace("workload", "name = \"Q\"\nrole = \"producer\"\ngroup = \"G\"\nworkload");
    let (log, producer) = run(client, &format!("[[client]]\n{other}"), 5_000);
    let connected = |node: NodeId| {
        let is_it = |entry: &&Entry| entry.node == node;
        let peers = log.entries.iter().filter(is_it).filter_map(|entry| {
            if let Fact::Connected { peer } = entry.fact { Some(peer) } else { None }
        });
        peers.collect::<Vec<_>>().len()
    };
    assert_eq!(connected(producer), 3, "a name server and two brokers");
    assert_eq!(connected(NodeId(producer.0 + 1)), 3);
}

#[test]
fn a_full_window_of_asynchronous_sends_holds_the_program_back() {
    let client = "enableBackpressureForAsyncMode = true\nbackPressureForAsyncSendNum = 10\n\
        workload = { rounds = 40, message = [{ topic = \"T\", size = \"1B\", send = \"async\" }] }";
    let (log, producer) = run(client, "[network]\nlatency = \"50ms\"\n", 20_000);
    let withheld = log
        .of(producer, |fact| if let Fact::Withheld { why, .. } = fact { Some(*why) } else { None });
    assert!(!withheld.is_empty() && withheld.iter().all(|(_, why)| Because::AsyncSendNum.is(*why)));
    let (mut under_way, mut most) = (0_i32, 0);
    for entry in log.entries.iter().filter(|entry| entry.node == producer) {
        if let Fact::Sent { .. } = entry.fact {
            under_way += 1;
        } else if let Fact::Acknowledged { .. } = entry.fact {
            under_way -= 1;
        }
        most = most.max(under_way);
    }
    assert_eq!((most, under_way), (10, 0));
    let acknowledged = |fact: &Fact| matches!(fact, Fact::Acknowledged { .. });
    assert_eq!(log.times(producer, acknowledged).len(), 40);
}

/// While its threads wait for the route, sends wait for threads; then all leave at once.
#[test]
fn sends_wait_for_a_thread_of_the_pool_while_these_wait_for_the_route() {
    let client = "starts = \"1s\"\nasync_sender_threads = 2\nworkload = { rounds = 3000, \
                  message = [{ topic = \"T\", size = \"1B\", send = \"async\" }] }";
    let (log, producer) = run(client, "[network]\nlatency = \"20ms\"\n", 20_000);
    let sent = log.times(producer, |fact| matches!(fact, Fact::Sent { .. }));
    assert_eq!(sent.len(), 3_000);
    assert!(sent[0] >= 1_040 && sent[2_999] - sent[0] <= 60, "{} to {}", sent[0], sent[2_999]);
    let acknowledged = |fact: &Fact| matches!(fact, Fact::Acknowledged { .. });
    let failed = |fact: &Fact| matches!(fact, Fact::Failed { .. });
    let ends = (log.times(producer, acknowledged).len(), log.times(producer, failed).len());
    assert_eq!(ends.0 + ends.1, 3_000, "{ends:?}");
}
