//! The worked examples of the client reference that are tables of numbers: who gets which queues,
//! what hashes to what, how long a next try waits.

use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::client::MessageQueue;
use rocketscope::rocketmq::client::consumer::suspension;
use rocketscope::rocketmq::client::rebalance::Strategy;
use rocketscope::rocketmq::hashes::{index_by_hash, index_by_sip, jump_hash, long_hash, sip_hash};
use rocketscope::rocketmq::retry_policy::RetryPolicy;
use rocketscope::rocketmq::topic::java_hash;

/// Queues of a broker for the topic `T`.
fn queues(broker: &str, count: u32) -> Vec<MessageQueue> {
    let (topic, broker) = (Name::new("T"), Name::new(broker));
    (0..count).map(|id| MessageQueue { topic, broker, id }).collect()
}

/// What each member gets, as the reference writes it: ids, members apart by `/`.
fn dealt(strategy: &Strategy, queues: &[MessageQueue], members: &[String]) -> String {
    let members: Vec<Name> = members.iter().map(|member| Name::new(member)).collect();
    let share = |own: &Name| {
        let share = strategy.allocate(queues, &members, *own).expect("all have rooms");
        share.iter().map(|queue| queue.id.to_string()).collect::<Vec<_>>().join(",")
    };
    members.iter().map(share).collect::<Vec<_>>().join("/")
}

/// Client reference 10.1, rows 1 to 7.
#[test]
fn queues_are_shared_out_as_in_the_table() {
    let ring = Strategy::ConsistentHash { places: 10 };
    let rows = [
        (8, 3, "0,1,2/3,4,5/6,7", "0,3,6/1,4,7/2,5", "0,1,5,6/3,4/2,7"),
        (10, 4, "0,1,2/3,4,5/6,7/8,9", "0,4,8/1,5,9/2,6/3,7", "0,1,5,6/4,8/2,7/3,9"),
        (
            16,
            5,
            "0,1,2,3/4,5,6/7,8,9/10,11,12/13,14,15",
            "0,5,10,15/1,6,11/2,7,12/3,8,13/4,9,14",
            "0,1,6,13,14/8/7,15/3,9,11/2,4,5,10,12",
        ),
        (4, 5, "0/1/2/3/", "0/1/2/3/", "0,1///3/2"),
        (5, 2, "0,1,2/3,4", "0,2,4/1,3", "0,1/2,3,4"),
        (3, 5, "0/1/2//", "0/1/2//", "0,1////2"),
        (2, 3, "0/1/", "0/1/", "0,1//"),
    ];
    for (count, members, average, circle, consistent) in rows {
        let queues = queues("broker-a", count);
        let members: Vec<String> = (0..members).map(|member| format!("c{member}")).collect();
        assert_eq!(dealt(&Strategy::Average, &queues, &members), average, "{count} AVG");
        assert_eq!(dealt(&Strategy::Circle, &queues, &members), circle, "{count} by circle");
        assert_eq!(dealt(&ring, &queues, &members), consistent, "{count} by hash");
    }
}

/// Client reference 10.1, rows 9 to 10.
#[test]
fn rooms_keep_their_queues_as_in_the_examples() {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rooms = Strategy::MachineRoom { rooms: vec![Name::new("hz")] };
    let all = [queues("hz@b1", 5), queues("sh@b2", 2), queues("plain", 1)].concat();
    assert_eq!(dealt(&rooms, &all, &names(&["c0", "c1"])), "0,1,4/2,3");
    assert_eq!(dealt(&rooms, &all, &names(&["c0", "c1", "c2"])), "0,3/1,4/2");
    let nearby = Strategy::Nearby { inner: Box::new(Strategy::Average), separator: '-' };
    let all = [queues("IDC1-b", 4), queues("IDC2-b", 4), queues("IDC3-b", 4)].concat();
    let members = names(&["IDC1-c0", "IDC1-c1", "IDC2-c0"]);
    assert_eq!(dealt(&nearby, &all, &members), "0,1,0,1/2,3,2/0,1,2,3,3");
    let members: Vec<Name> = members.iter().map(|name| Name::new(name)).collect();
    let share = nearby.allocate(&all, &members, Name::new("IDC2-c0")).expect("all have rooms");
    assert_eq!(share[4].broker, Name::new("IDC3-b"), "and one of the room without members");
}

/// Client reference 10.1, row 11.
#[test]
fn members_sort_as_texts_and_queues_by_broker_and_number() {
    let mut ids = ["10.0.0.2@9#1", "10.0.0.10@9#1", "10.0.0.1@9#1"].map(Name::new);
    ids.sort();
    assert_eq!(ids.map(Name::as_str), ["10.0.0.10@9#1", "10.0.0.1@9#1", "10.0.0.2@9#1"]);
    let queue = |(broker, id): (&str, u32)| MessageQueue {
        topic: Name::new("T"),
        broker: Name::new(broker),
        id,
    };
    let mut queues =
        [("broker-b", 0), ("broker-a", 10), ("broker-a", 2), ("broker-B", 0)].map(queue);
    queues.sort();
    let sorted = queues.map(|queue| format!("{}:{}", queue.broker, queue.id));
    assert_eq!(sorted, ["broker-B:0", "broker-a:2", "broker-a:10", "broker-b:0"]);
}

fn assert_waits(policy: RetryPolicy, table: [u64; 17]) {
    let waits: Vec<_> = (0..17).map(|times| policy.next_delay(times)).collect();
    assert_eq!(waits, table.map(SimSpan::secs), "{policy:?}");
    assert_eq!(policy.next_delay(1_000), SimSpan::secs(7200));
}

/// Client reference 10.2, row 2.
#[test]
fn exponential_steps_put_tries_off_as_in_the_table() {
    let table =
        [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 7200, 7200, 7200, 7200, 7200, 7200];
    assert_waits(RetryPolicy::Exponential, table);
}

/// Client reference 10.2, row 3.
#[test]
fn customized_steps_put_tries_off_as_in_the_table() {
    let table =
        [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200, 7200];
    assert_waits(RetryPolicy::Customized, table);
}

/// Client reference 10.4, rows 1 to 8.
#[test]
fn texts_hash_and_pick_queues_as_in_the_table() {
    let rows = [
        ("", 0, 0, 0),
        ("a", 97, 1, 1),
        ("TagA", 2_598_919, 3, 7),
        ("TagB", 2_598_920, 0, 0),
        ("TagC", 2_598_921, 1, 1),
        ("order", 106_006_350, 2, 6),
        ("OrderPaid", 1_612_261_146, 2, 2),
        ("中文", 646_394, 2, 2),
        ("user-42", -147_182_656, 0, 0),
        ("polygenelubricants", i32::MIN, 0, 0),
    ];
    for (text, hash, four, eight) in rows {
        assert_eq!(java_hash(text), hash, "{text}");
        assert_eq!((index_by_hash(hash, 4), index_by_hash(hash, 8)), (four, eight), "{text}");
    }
}

/// Client reference 10.4, rows 9 to 10.
#[test]
fn numbers_hash_and_pick_queues_as_in_the_examples() {
    for (argument, queues, index) in
        [(5, 4, 1), (-1, 4, 1), (-7, 4, 3), (-7, 6, 1), (i32::MIN, 6, 2)]
    {
        assert_eq!(index_by_hash(argument, queues), index, "{argument} of {queues}");
    }
    for (number, hash) in [(-1, 0), (4_294_967_296, 1), (123_456_789_012, -1_097_262_584)] {
        assert_eq!(long_hash(number), hash, "{number}");
    }
    assert_eq!(index_by_hash(long_hash(123_456_789_012), 4), 0);
}

/// Client reference 10.5, rows 1 to 5.
#[test]
fn message_groups_are_placed_as_in_the_table() {
    let rows = [
        ("a", 3_144_613_055_062_689_994, (2, 2), 97, [0, 0, 0]),
        ("order-1", -4_360_020_059_536_918_905, (3, 7), -1_207_111_310, [3, 3, 3]),
        ("order-2", -2_743_014_572_121_975_930, (2, 6), -1_207_111_309, [2, 2, 11]),
        ("user-42", 7_365_646_389_271_309_767, (3, 7), -147_182_656, [1, 1, 1]),
        ("group-0", 156_105_260_681_326_672, (0, 0), 293_427_298, [1, 1, 1]),
    ];
    for (group, sip, (four, eight), hash, jumps) in rows {
        assert_eq!(sip_hash(group), sip, "{group}");
        assert_eq!((index_by_sip(sip, 4), index_by_sip(sip, 8)), (four, eight), "{group}");
        assert_eq!(java_hash(group), hash, "{group}");
        assert_eq!([4, 8, 16].map(|queues| jump_hash(hash, queues)), jumps, "{group}");
    }
}

/// Client reference 10.10, row 6.
#[test]
fn a_suspended_queue_rests_as_long_as_the_limits_let_it() {
    let rows = [(-1, 1000), (0, 10), (5, 10), (500, 500), (60_000, 30_000)];
    for (asked, used) in rows {
        assert_eq!(suspension(asked, SimSpan::secs(1)), used, "{asked}");
    }
}
