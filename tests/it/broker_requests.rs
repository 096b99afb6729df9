//! What administrators ask of a broker and seldom do: rights, spans of time, offsets of groups, how
//! groups get messages, counters.
//!
//! Expectations are read in `AdminBrokerProcessor`, `QueryAssignmentProcessor` and `StatsItem`.

use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::remoting::{PullRequest, Request};
use rocketscope::wire::json::Json;

use crate::broker_kit::{Bench, Line, heartbeat, pull, text};
use crate::subtle_kit::{deposit, join_slave, wired};
use crate::wire_kit::{ask, at};

const PAIR: [(&str, &str); 2] = [("group", "G"), ("topic", "T")];

fn bench() -> (Bench, Line) {
    let mut bench = Bench::new();
    let line = bench.connect("admin", bench.broker);
    (bench, line)
}

fn make_topic(bench: &mut Bench, line: Line, topic: &str, queues: &str) {
    let fields = [
        ("topic", topic),
        ("readQueueNums", queues),
        ("writeQueueNums", queues),
        ("perm", "6"),
        ("defaultTopic", "TBW102"),
        ("topicFilterType", "SINGLE_TAG"),
    ];
    assert_eq!(ask(bench, line, 17, &fields, "").0, 0);
}

fn store(bench: &mut Bench, line: Line, count: u32) {
    for _ in 0..count {
        bench.put(line, text("T", "A", 0, "x")).unwrap();
    }
}

fn commit(bench: &mut Bench, line: Line, group: &str, queue: u32, offset: i64) {
    let (group, topic) = (Name::new(group), Name::new("T"));
    bench.ask(line, Request::UpdateOffset { group, topic, queue, offset });
}

#[test]
fn a_send_to_the_retry_topic_of_an_unknown_group_is_refused_with_26() {
    let mut bench = Bench::with(|config| config.rules.auto_create_group = false);
    let line = bench.connect("p", bench.broker);
    assert_eq!(bench.put(line, text("%RETRY%Nobody", "A", 0, "x")), Err(26));
    assert_eq!(bench.put(line, text("%RETRY%Nobody", "A", 8, "x")), Err(29), "the queue first");
    assert!(bench.put(line, text("%RETRY%TOOLS_CONSUMER", "A", 0, "x")).is_ok());
    assert!(bench.put(line, text("%RETRY%CID_RMQ_SYS_X", "A", 0, "x")).is_ok(), "always made");
}

#[test]
fn topics_and_groups_are_made_by_lists_and_told_one_by_one() {
    let (mut bench, line) = bench();
    let topics = r#"{"topicConfigList":[{"topicName":"L1","readQueueNums":2,"writeQueueNums":3},
        {"topicName":"L2","perm":4}]}"#;
    assert_eq!(ask(&mut bench, line, 18, &[], topics).0, 0);
    let (code, json) = ask(&mut bench, line, 351, &[("topic", "L1")], "");
    assert_eq!((code, at(&json, &["writeQueueNums"])), (0, "3".to_owned()));
    assert_eq!(at(&ask(&mut bench, line, 351, &[("topic", "L2")], "").1, &["perm"]), "4");
    assert_eq!(ask(&mut bench, line, 351, &[("topic", "L3")], "").0, 17);
    let system = r#"{"topicConfigList":[{"topicName":"L4"},{"topicName":"TBW102"}]}"#;
    assert_eq!(ask(&mut bench, line, 18, &[], system).0, 29);
    assert_eq!(ask(&mut bench, line, 351, &[("topic", "L4")], "").0, 17, "nothing is made");
    let groups = r#"{"groupConfigList":[{"groupName":"GL","retryMaxTimes":3}]}"#;
    assert_eq!(ask(&mut bench, line, 225, &[], groups).0, 0);
    let (_, json) = ask(&mut bench, line, 352, &[("group", "GL")], "");
    assert_eq!(at(&json, &["retryMaxTimes"]), "3");
}

#[test]
fn a_group_that_may_not_read_a_topic_is_refused_until_any_topic_is_allowed() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    bench.put(line, text("T", "A", 0, "x")).unwrap();
    bench.ask(line, heartbeat("c@1", "G", ("T", "*"), 1));
    let set = |readable| [PAIR[0], PAIR[1], ("readable", readable)];
    let (code, json) = ask(&mut bench, line, 353, &set("false"), "");
    assert_eq!((code, at(&json, &["readable"])), (0, "false".to_owned()));
    let quiet = PullRequest { sys_flag: 0, ..pull("T", 0, 0, "*") };
    assert_eq!(bench.pull(line, quiet).0, 16);
    let (_, groups) = ask(&mut bench, line, 201, &[], "");
    assert_eq!(at(&groups, &["forbiddenTable", "G", "T"]), "4");
    bench.kill(End::Crashed);
    bench.start();
    let line = bench.connect("again", bench.broker);
    assert_eq!(at(&ask(&mut bench, line, 353, &PAIR, "").1, &["readable"]), "false", "it is kept");
    let other = [("group", "G"), ("topic", "Other"), ("readable", "true")];
    ask(&mut bench, line, 353, &other, "");
    assert_eq!(at(&ask(&mut bench, line, 353, &PAIR, "").1, &["readable"]), "true");
}

#[test]
fn a_queue_without_an_offset_is_late_since_1970() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "2");
    bench.put(line, text("T", "A", 0, "x")).unwrap();
    let (code, json) = ask(&mut bench, line, 303, &PAIR, "");
    let spans = json.get("consumeTimeSpanSet").and_then(Json::as_list).expect("two queues");
    let number = |span: &Json, field: &str| span.get(field).and_then(Json::as_int).expect("it is");
    assert_eq!((code, spans.len()), (0, 2));
    let (first, second) = (&spans[0], &spans[1]);
    let stored = number(first, "minTimeStamp");
    assert_eq!([number(first, "maxTimeStamp"), number(first, "consumeTimeStamp")], [stored; 2]);
    assert_eq!(number(second, "minTimeStamp"), -1);
    assert!(number(second, "delayTime") > stored, "the age of the epoch");
    assert_eq!(ask(&mut bench, line, 303, &[("group", "G"), ("topic", "None")], "").0, 17);
    ask(&mut bench, line, 352, &[("group", "G")], "");
    commit(&mut bench, line, "G", 0, 1);
    let (_, json) = ask(&mut bench, line, 303, &PAIR, "");
    let spans = json.get("consumeTimeSpanSet").and_then(Json::as_list).expect("two queues");
    assert_eq!(number(&spans[0], "delayTime"), 0, "all is consumed");
}

#[test]
fn offsets_are_cloned_for_a_named_topic_and_compared_by_dropping_others() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "2");
    store(&mut bench, line, 4);
    for (group, offset) in [("G", 2), ("H", 3), ("I", 1)] {
        ask(&mut bench, line, 352, &[("group", group)], "");
        commit(&mut bench, line, group, 0, offset);
    }
    let to = [("srcGroup", "G"), ("destGroup", "Copy"), ("topic", "T")];
    assert_eq!(ask(&mut bench, line, 314, &to[..2], "").0, 0);
    let of = [("consumerGroup", "Copy"), ("topic", "T"), ("queueId", "0")];
    assert_eq!(ask(&mut bench, line, 14, &[of[0], of[1], ("queueId", "1")], "").0, 22);
    ask(&mut bench, line, 314, &to, "");
    let topics = ask(&mut bench, line, 343, &[("group", "Copy")], "").1;
    assert_eq!(at(&topics, &["topicList"]), r#"["T"]"#);
    let compare = |filter: &'static str, group: &'static str| {
        [("topic", "T"), ("filterGroups", filter), ("compareGroup", group)]
    };
    let (_, json) = ask(&mut bench, line, 308, &compare("", "H"), "");
    let Some(Json::Map(pairs)) = json.get("correctionOffsets") else { panic!("{json}") };
    assert_eq!(pairs[0].1, Json::Int(1), "the smallest of all groups");
    // What is filtered out loses its offsets.
    let (_, json) = ask(&mut bench, line, 308, &compare("I,Copy", "G"), "");
    let Some(Json::Map(pairs)) = json.get("correctionOffsets") else { panic!("{json}") };
    assert_eq!(pairs[0].1, Json::Int(2));
    let gone = ask(&mut bench, line, 343, &[("group", "I")], "").1;
    assert_eq!(at(&gone, &["topicList"]), "[]");
}

#[test]
fn progress_of_all_groups_sums_what_is_left() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    store(&mut bench, line, 4);
    ask(&mut bench, line, 352, &[("group", "G")], "");
    commit(&mut bench, line, "G", 0, 1);
    let (code, json) = ask(&mut bench, line, 317, &[("isOrder", "false")], "");
    assert_eq!((code, at(&json, &["totalDiff"])), (0, "3".to_owned()));
    assert_eq!(at(&json, &["totalInflightDiff"]), "-1", "pull offsets are not filled in");
    let (_, json) = ask(&mut bench, line, 317, &[("isOrder", "true")], "");
    assert_eq!(at(&json, &["totalDiff"]), "0", "no topic has an order");
}

#[test]
fn a_pull_leaves_its_end_as_the_pull_offset() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    store(&mut bench, line, 3);
    bench.pull(line, pull("T", 0, 0, "*"));
    let of = |more: &[(&'static str, &'static str)]| {
        let mut all = vec![("consumerGroup", "G")];
        all.extend(more);
        all
    };
    let (_, json) = ask(&mut bench, line, 208, &of(&[("topic", "T")]), "");
    let Some(Json::Map(pairs)) = json.get("offsetTable") else { panic!("{json}") };
    assert_eq!(at(&pairs[0].1, &["pullOffset"]), "3");
    // Members that want another topic hide it, unless it stands in a list.
    bench.ask(line, heartbeat("c@1", "G2", ("Else", "*"), 1));
    let of = |field| [("consumerGroup", "G2"), (field, "T")];
    let (_, json) = ask(&mut bench, line, 208, &of("topic"), "");
    assert_eq!(at(&json, &["offsetTable"]), "{}");
    let (_, json) = ask(&mut bench, line, 208, &of("topicList"), "");
    assert!(at(&json, &["offsetTable"]).len() > 2, "{json}");
}

#[test]
fn counters_are_sampled_every_ten_seconds_from_the_start_on() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    store(&mut bench, line, 3);
    bench.pull(line, pull("T", 0, 0, "*"));
    let mut sum = |name: &'static str, key: &'static str, at_secs: u64| {
        bench.run_until(at_secs * 1000);
        let (code, json) =
            ask(&mut bench, line, 315, &[("statsName", name), ("statsKey", key)], "");
        (code, at(&json, &["statsMinute", "sum"]), at(&json, &["statsMinute", "tps"]))
    };
    assert_eq!(sum("TOPIC_PUT_NUMS", "T", 7), (0, "0".to_owned(), "0.0".to_owned()), "no sample");
    // It started 2 s before time 0: its first sample is at 8 s, and nothing was there 10 s before.
    assert_eq!(sum("TOPIC_PUT_NUMS", "T", 9), (0, "3".to_owned(), "0.3".to_owned()));
    assert_eq!(sum("GROUP_GET_NUMS", "T@G", 10), (0, "3".to_owned(), "0.3".to_owned()));
    assert_eq!(sum("BROKER_GET_NUMS", "DefaultCluster", 11).1, "3");
    assert_eq!(sum("TOPIC_PUT_NUMS", "T", 59), (0, "3".to_owned(), "0.05".to_owned()));
    assert_eq!(sum("TOPIC_PUT_NUMS", "T", 69), (0, "0".to_owned(), "0.0".to_owned()));
    assert_eq!(sum("GROUP_GET_NUMS", "T@Other", 70).0, 1, "it has counted nothing");
    assert_eq!(sum("NO_SUCH_COUNTER", "T", 71).0, 1);
}

#[test]
fn entries_of_a_queue_are_told_to_whoever_asks_and_none_beyond_its_end() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    store(&mut bench, line, 2);
    let mut entries = |group: Option<&'static str>, index: &'static str| {
        let place = [("topic", "T"), ("queueId", "0"), ("index", index), ("count", "9")];
        let group = group.map(|group| ("consumerGroup", group));
        let fields: Vec<_> = place.into_iter().chain(group).collect();
        ask(&mut bench, line, 321, &fields, "")
    };
    let (_, json) = entries(Some("G"), "1");
    assert_eq!(at(&json, &["filterData"]), r#""G@T is not online!""#);
    assert_eq!(json.get("queueData").and_then(Json::as_list).map(<[Json]>::len), Some(1));
    assert_eq!(at(&entries(None, "0").1, &["filterData"]), "null");
    assert_eq!(entries(None, "2"), (0, Json::Null));
}

#[test]
fn rates_are_told_once_the_broker_runs_longer_than_their_window() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    store(&mut bench, line, 5);
    bench.pull(line, pull("T", 0, 0, "*"));
    let mut rates = |millis: u64| {
        bench.run_until(millis);
        let (_, json) = ask(&mut bench, line, 28, &[], "");
        ["putTps", "getFoundTps", "getTransferredTps", "getTotalTps"]
            .map(|name| at(&json, &["table", name]))
    };
    assert_eq!(rates(5_000)[0], r#""  ""#, "three texts that are empty");
    assert_eq!(rates(9_500)[..3], [r#""0.5  ""#, r#""0.1  ""#, r#""0.5  ""#]);
    assert_eq!(rates(9_600)[3], r#""0.1 0.0 0.0""#);
    assert_eq!(rates(30_000)[0], r#""0.0  ""#);
}

#[test]
fn what_is_given_back_is_counted_under_its_topic_and_group() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    let (_, physical) = deposit(&mut bench, line, wired("T", &[]));
    let place = physical.to_string();
    let back = [("group", "G"), ("offset", &*place), ("delayLevel", "0"), ("originTopic", "T")];
    assert_eq!(ask(&mut bench, line, 36, &back, "").0, 0);
    bench.run_until(9_000);
    let mut sum = |name: &'static str, key: &'static str| {
        let fields = [("statsName", name), ("statsKey", key)];
        at(&ask(&mut bench, line, 315, &fields, "").1, &["statsMinute", "sum"])
    };
    assert_eq!(sum("SNDBCK_PUT_NUMS", "T@G"), "1");
    assert_eq!(sum("TOPIC_PUT_NUMS", "SCHEDULE_TOPIC_XXXX"), "1");
    assert_eq!(sum("BROKER_PUT_NUMS", "DefaultCluster"), "1", "but not for the broker");
}

#[test]
fn cold_limits_are_kept_by_group() {
    let (mut bench, line) = bench();
    assert_eq!(ask(&mut bench, line, 2001, &[], "G=1024\nH=no number\n").0, 0);
    let table = |json: &Json| at(json, &["configTable"]);
    assert_eq!(table(&ask(&mut bench, line, 2003, &[], "").1), r#"{"G":1024}"#);
    assert_eq!(ask(&mut bench, line, 2002, &[], "G").0, 0);
    assert_eq!(table(&ask(&mut bench, line, 2003, &[], "").1), "{}");
    let mode = |mode| [("READ_AHEAD_MODE", mode)];
    let codes = ["0", "1", "2"].map(|it| ask(&mut bench, line, 2004, &mode(it), "").0);
    assert_eq!((codes, ask(&mut bench, line, 2004, &[], "").0), ([0, 0, 29], 1));
}

/// Client reference 9, row 47.
#[test]
fn groups_that_broadcast_are_told_of_no_changes() {
    let (mut bench, admin) = bench();
    let beat = |client: &str, group: &str| {
        format!(
            r#"{{"clientID":"{client}","producerDataSet":[],"consumerDataSet":[{{
                "groupName":"{group}","consumeType":"CONSUME_PASSIVELY",
                "messageModel":"BROADCASTING","consumeFromWhere":"CONSUME_FROM_FIRST_OFFSET",
                "subscriptionDataSet":[{{"topic":"T","subString":"*","subVersion":1}}]}}]}}"#
        )
    };
    let lines = ["c1", "c2"].map(|client| {
        let line = bench.connect(client, bench.broker);
        assert_eq!(ask(&mut bench, line, 34, &[], &beat(client, "B")).0, 0);
        line
    });
    bench.hang_up(lines[1]);
    bench.run(20);
    assert_eq!(bench.pushed(lines[0]), []);
    let (_, json) = ask(&mut bench, admin, 203, &[("consumerGroup", "B")], "");
    let told = ["messageModel", "consumeFromWhere"].map(|field| at(&json, &[field]));
    assert_eq!(told, [r#""BROADCASTING""#, r#""CONSUME_FROM_FIRST_OFFSET""#]);
    // A group that may not broadcast gets nothing.
    make_topic(&mut bench, admin, "T", "1");
    let group = r#"{"groupName":"G","consumeBroadcastEnable":false}"#;
    assert_eq!(ask(&mut bench, admin, 200, &[], group).0, 0);
    assert_eq!(ask(&mut bench, lines[0], 34, &[], &beat("c1", "G")).0, 0);
    let quiet = PullRequest { sys_flag: 0, ..pull("T", 0, 0, "*") };
    assert_eq!(bench.pull(lines[0], quiet).0, 16);
}

fn assignment(bench: &mut Bench, line: Line, client: &str, strategy: &str) -> String {
    let body = format!(
        r#"{{"topic":"T","consumerGroup":"G","clientId":"{client}","strategyName":"{strategy}",
            "messageModel":"CLUSTERING"}}"#
    );
    let (code, json) = ask(bench, line, 400, &[], &body);
    assert_eq!(code, 0);
    let Some(list) = json.get("messageQueueAssignments").and_then(Json::as_list) else {
        return "nothing".to_owned();
    };
    let ids = list.iter().map(|one| {
        format!("{}{}", &at(one, &["mode"])[1..4], at(one, &["messageQueue", "queueId"]))
    });
    ids.collect::<Vec<_>>().join(" ")
}

/// Client reference 9, row 48.
#[test]
fn a_broker_assigns_queues_by_two_strategies_and_shares_them_for_pop() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "4");
    assert_eq!(assignment(&mut bench, line, "c1", "AVG"), "nothing", "nobody is there");
    let lines = ["c1", "c2", "c3"].map(|client| {
        let line = bench.connect(client, bench.broker);
        bench.ask(line, heartbeat(client, "G", ("T", "*"), 1));
        line
    });
    assert_eq!(assignment(&mut bench, line, "c1", "AVG"), "PUL0 PUL1");
    assert_eq!(assignment(&mut bench, line, "c1", "AVG_BY_CIRCLE"), "PUL0 PUL3");
    assert_eq!(assignment(&mut bench, line, "c1", "CONSISTENT_HASH"), "nothing");
    assert_eq!(assignment(&mut bench, line, "stranger", "AVG"), "");
    let mode = |topic: &str, share: i32| {
        format!(
            r#"{{"topic":"{topic}","consumerGroup":"G","mode":"POP","popShareQueueNum":{share}}}"#
        )
    };
    assert_eq!(ask(&mut bench, line, 401, &[], &mode("%RETRY%G", 0)).0, 16);
    assert_eq!(ask(&mut bench, line, 401, &[], &mode("None", 0)).0, 17);
    assert_eq!(ask(&mut bench, line, 401, &[], &mode("T", 1)).0, 0);
    assert_eq!(assignment(&mut bench, line, "c1", "AVG"), "POP0 POP1 POP2", "and the next one's");
    assert_eq!(ask(&mut bench, line, 401, &[], &mode("T", 2)).0, 0);
    assert_eq!(assignment(&mut bench, line, "c1", "AVG"), "POP-1", "all of them");
    bench.hang_up(lines[1]);
    let (_, modes) = ask(&mut bench, line, 402, &[], "");
    assert_eq!(at(&modes, &["messageRequestModeMap", "T", "G", "popShareQueueNum"]), "2");
}

#[test]
fn a_slave_copies_how_groups_get_messages() {
    let (mut bench, line) = bench();
    make_topic(&mut bench, line, "T", "1");
    let mode = r#"{"topic":"T","consumerGroup":"G","mode":"POP","popShareQueueNum":3}"#;
    assert_eq!(ask(&mut bench, line, 401, &[], mode).0, 0);
    let slave = join_slave(&mut bench, &[]);
    bench.run(62_000);
    let line = bench.connect("admin of the slave", slave);
    let (_, modes) = ask(&mut bench, line, 402, &[], "");
    assert_eq!(at(&modes, &["messageRequestModeMap", "T", "G", "mode"]), r#""POP""#);
}
