//! Broadcasting: every member gets every message, and keeps its offsets for itself. Figures are
//! those of the recording `broadcast` of RocketMQ 5.3.3.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::remoting::Request;
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, picked, reason, text};
use crate::client_kit::{client_config, push_config};
use crate::subtle_kit::join;

/// Two members of a broadcast; six messages come 3.2 s after their start.
fn story(answers: &[AnswerRule]) -> (Bench, [NodeId; 2]) {
    let topics = vec![TopicConfig::new(Name::new("Cast"), 3)];
    let mut bench = Bench::with(|config| config.topics = topics);
    bench.watched = true;
    let members = ["c1", "c2"].map(|name| {
        let client = client_config(name, "CastG0", bench.namesrv);
        let mut config = push_config(client, &[("Cast", "*")]);
        config.rules.broadcasting = true;
        config.rules.answers = answers.to_vec();
        config.listener = Spread::Fixed(SimSpan::millis(1));
        join(&mut bench, name, config)
    });
    bench.run_until(3_200);
    let line = bench.connect("sender", bench.broker);
    for (seq, queue) in (0..6).zip([2, 0, 1, 2, 0, 1]) {
        let mut send = text("Cast", "T", queue, "m");
        send.message.key.seq = seq;
        send.message.round = seq;
        bench.put(line, send).expect("it is stored");
    }
    bench.run_until(15_000);
    (bench, members)
}

/// Client reference 9, row 47.
#[test]
fn each_member_gets_each_message_once_and_nobody_asks_the_broker_for_offsets() {
    let (bench, members) = story(&[]);
    let cluster = &bench.cluster;
    for member in members {
        let seqs = cluster.log.of(member, picked!(Fact::Consumed { msg, .. } => msg.seq));
        let mut seqs: Vec<_> = seqs.into_iter().map(|(_, seq)| seq).collect();
        seqs.sort_unstable();
        assert_eq!(seqs, [0, 1, 2, 3, 4, 5]);
        let mut ends = Vec::new();
        for asked in cluster.requests_of(member, 30) {
            if let Request::MaxOffset { queue, .. } = asked.request {
                ends.push(queue);
            }
        }
        assert_eq!(ends, [1, 0, 2], "as recorded");
        assert_eq!(cluster.times_of(member, 14), [] as [i64; 0], "no offset is asked for");
        assert_eq!(cluster.times_of(member, 15), [] as [i64; 0], "nor told");
        assert_eq!(cluster.times_of(member, 38), [] as [i64; 0], "nor who else is there");
        let told = cluster.log.times(member, |fact| matches!(fact, Fact::Notified { .. }));
        assert_eq!(told, [] as [i64; 0], "nobody is told that another one came");
        for asked in cluster.requests_of(member, 11) {
            let Request::Pull(pull) = &asked.request else { panic!("11 is a pull") };
            let row = (pull.sys_flag, pull.topic.as_str());
            assert_eq!(row, (2, "Cast"), "no commit, no retry topic");
        }
    }
}

#[test]
fn what_a_listener_does_not_manage_is_dropped() {
    let rule = AnswerRule { rounds: vec![3], ..AnswerRule::always(Answer::Later { level: 0 }) };
    let (bench, members) = story(&[rule]);
    for member in members {
        let log = &bench.cluster.log;
        let dead =
            log.of(member, picked!(Fact::Dead { msg, why, .. } => (msg.seq, reason(*why).0)));
        assert_eq!(
            dead.into_iter().map(|(_, row)| row).collect::<Vec<_>>(),
            [(3, "broadcast_drops")]
        );
        assert_eq!(bench.cluster.times_of(member, 36), [] as [i64; 0], "nothing is given back");
        assert_eq!(log.times(member, |fact| matches!(fact, Fact::Consumed { .. })).len(), 5);
    }
}

#[test]
fn a_member_goes_on_where_its_own_file_says() {
    let (mut bench, [first, _]) = story(&[]);
    bench.intervene(Intervention::Kill(first, End::Crashed));
    let line = bench.connect("late", bench.broker);
    bench.put(line, text("Cast", "T", 0, "while it was away")).expect("it is stored");
    bench.intervene(Intervention::Start(first));
    bench.run(5_000);
    let owned = bench
        .cluster
        .log
        .of(first, picked!(Fact::Owned { offset, why, .. } => (*offset, reason(*why).0)));
    let again: Vec<_> = owned[3..].iter().map(|(_, row)| *row).collect();
    assert_eq!(again, [(2, "start_local"); 3], "the file was written at 10 s");
    let consumed = bench.cluster.log.times(first, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!(consumed.len(), 7, "the one that came meanwhile, and none twice");
}
