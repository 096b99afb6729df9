//! What a broker asks of consumers because an administrator wants to know.
//!
//! Expectations are read in `AdminBrokerProcessor.callConsumer` and `Broker2Client`.

use std::rc::Rc;

use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::remoting::{AdminReply, RareReply, Reply, ReplyBody, Request, Running};
use rocketscope::wire::json::Json;
use rocketscope::wire::packets;

use crate::broker_kit::{Bench, Line, heartbeat, text};
use crate::wire_kit::{Addresses, ask, at, command, json, request};

const OF_C1: [(&str, &str); 2] = [("consumerGroup", "G"), ("clientId", "c1")];

/// A broker with a topic, an administrator and two consumers.
fn bench(server_side: bool) -> (Bench, Line, [Line; 2]) {
    let mut bench = Bench::with(|config| config.rules.server_side_reset = server_side);
    let admin = bench.connect("admin", bench.broker);
    bench.put(admin, text("T", "A", 0, "x")).unwrap();
    let lines = ["c1", "c2"].map(|client| {
        let line = bench.connect(client, bench.broker);
        bench.ask(line, heartbeat(client, "G", ("T", "*"), 1));
        line
    });
    lines.iter().for_each(|line| drop(bench.pushed(*line)));
    (bench, admin, lines)
}

fn rare(reply: RareReply) -> Reply {
    Reply::success(ReplyBody::Admin(Rc::new(AdminReply::Rare(reply))))
}

/// What a consumer was asked, as a command.
fn asked(bench: &mut Bench, line: Line) -> (u32, rocketscope::wire::Command) {
    let [(opaque, asked)] = &bench.questions(line)[..] else { panic!("one question") };
    (*opaque, packets::command(asked, *opaque, bench.broker, &Addresses))
}

#[test]
fn a_consumers_answer_about_itself_is_the_answer() {
    let (mut bench, admin, [c1, _]) = bench(true);
    let wanted = command(307, &[OF_C1[0], OF_C1[1], ("jstackEnable", "true")], "");
    let opaque = bench.send(admin, request(&wanted));
    bench.run(20);
    let (number, question) = asked(&mut bench, c1);
    assert_eq!((question.code, question.ext), (307, wanted.ext.clone()), "handed on as it came");
    let running = Running { properties: vec![("PROP_X", "1".to_owned())], ..Running::default() };
    bench.answer(c1, number, rare(RareReply::Running(Rc::new(running))));
    bench.run(20);
    let (_, reply) = bench.reply(opaque).expect("answered");
    let (code, json) = json(&packets::answer(&wanted, &reply, bench.broker, &Addresses));
    assert_eq!((code, at(&json, &["properties", "PROP_X"])), (0, r#""1""#.to_owned()));
}

#[test]
fn a_consumer_that_is_not_there_is_code_1_and_a_silent_one_207_after_ten_seconds() {
    let (mut bench, admin, _) = bench(true);
    let nobody = [("consumerGroup", "G"), ("clientId", "c9")];
    assert_eq!(ask(&mut bench, admin, 307, &nobody, "").0, 1);
    let opaque = bench.send(admin, request(&command(307, &OF_C1, "")));
    let since = bench.now();
    bench.run(11_000);
    let (at, reply) = bench.reply(opaque).expect("answered");
    assert_eq!((reply.code, (at - since).round()), (207, 10_000.0));
}

#[test]
fn a_message_is_handed_to_a_consumer_with_the_name_of_its_broker() {
    let (mut bench, admin, [c1, _]) = bench(true);
    let id = "7F00000100002A9F0000000000000000";
    let fields = [OF_C1[0], OF_C1[1], ("msgId", id), ("topic", "T")];
    let opaque = bench.send(admin, request(&command(309, &fields, "")));
    bench.run(20);
    let (number, question) = asked(&mut bench, c1);
    let field = |name: &str| question.ext.get(name).map(String::as_str);
    assert_eq!(field("brokerName"), Some("broker-a"));
    assert_eq!([field("topicSysFlag"), field("groupSysFlag")], [Some("0"); 2]);
    assert!(question.body.len() > 91, "the record comes with it");
    bench.answer(
        c1,
        number,
        rare(RareReply::Consumed { result: "CR_SUCCESS", order: false, spent: 7 }),
    );
    bench.run(20);
    let reply = bench.reply(opaque).expect("answered").1;
    assert_eq!(reply, rare(RareReply::Consumed { result: "CR_SUCCESS", order: false, spent: 7 }));
    let nowhere = [OF_C1[0], OF_C1[1], ("msgId", "7F00000100002A9F0000000000000001")];
    assert_eq!(ask(&mut bench, admin, 309, &nowhere, "").0, 1);
}

#[test]
fn members_are_asked_one_after_the_other_how_far_they_are() {
    let (mut bench, admin, [c1, c2]) = bench(true);
    let wanted = command(223, &[("group", "G"), ("topic", "T")], "");
    let opaque = bench.send(admin, request(&wanted));
    bench.run(20);
    let (number, question) = asked(&mut bench, c1);
    assert_eq!((question.code, bench.questions(c2).len()), (221, 0));
    let queue = (Name::new("T"), Name::new("broker-a"), 0);
    bench.answer(c1, number, rare(RareReply::Status(vec![(queue, 5)])));
    bench.run(20);
    assert_eq!(bench.questions(c2).len(), 1);
    // The second one says nothing: 5 s later it is left out.
    bench.run(5_000);
    let reply = bench.reply(opaque).expect("answered").1;
    let (code, json) = json(&packets::answer(&wanted, &reply, bench.broker, &Addresses));
    let Some(Json::Map(clients)) = json.get("consumerTable") else { panic!("{json}") };
    assert_eq!((code, clients.len()), (0, 1));
    let Json::Map(queues) = &clients[0].1 else { panic!("{json}") };
    assert_eq!(queues[0].1, Json::Int(5));
    let nobody = [("group", "None"), ("topic", "T")];
    assert_eq!(ask(&mut bench, admin, 223, &nobody, "").0, 1);
}

#[test]
fn without_resets_on_the_broker_every_member_is_told_where_to_go_on() {
    let (mut bench, admin, [c1, c2]) = bench(false);
    let fields = [("group", "G"), ("topic", "T"), ("timestamp", "-1"), ("isForce", "true")];
    assert_eq!(ask(&mut bench, admin, 222, &fields, "").0, 1, "no offset in some queue");
    let (group, topic) = (Name::new("G"), Name::new("T"));
    for queue in 0..8 {
        bench.ask(admin, Request::UpdateOffset { group, topic, queue, offset: 0 });
    }
    let (code, json) = ask(&mut bench, admin, 222, &fields, "");
    let Some(Json::Map(offsets)) = json.get("offsetTable") else { panic!("{json}") };
    assert_eq!((code, offsets.len(), &offsets[0].1), (0, 8, &Json::Int(1)), "the end of queue 0");
    for line in [c1, c2] {
        let (_, told) = asked(&mut bench, line);
        assert_eq!((told.code, told.ext["queueId"].as_str()), (220, "-1"));
        let body = Json::parse(&told.body).expect("JSON");
        assert_eq!(body.get("offsetTable"), json.get("offsetTable"));
    }
    let mild = [fields[0], fields[1], fields[2], ("isForce", "false")];
    let (_, json) = ask(&mut bench, admin, 222, &mild, "");
    let Some(Json::Map(offsets)) = json.get("offsetTable") else { panic!("{json}") };
    assert_eq!(offsets[0].1, Json::Int(0), "it only goes back without force");
    let nobody = [("group", "None"), fields[1], fields[2], fields[3]];
    assert_eq!(ask(&mut bench, admin, 222, &nobody, "").0, 1);
}

#[test]
fn a_program_in_cpp_makes_the_offsets_a_list() {
    let (mut bench, admin, [c1, _]) = bench(false);
    let (group, topic) = (Name::new("G"), Name::new("T"));
    for queue in 0..8 {
        bench.ask(admin, Request::UpdateOffset { group, topic, queue, offset: 0 });
    }
    let fields = [("group", "G"), ("topic", "T"), ("timestamp", "-1"), ("isForce", "true")];
    let mut wanted = command(222, &fields, "");
    wanted.language = rocketscope::wire::Language::Cpp;
    assert_eq!(bench.ask(admin, request(&wanted)).code, 0);
    let body = Json::parse(&asked(&mut bench, c1).1.body).expect("JSON");
    let list = body.get("offsetTable").and_then(Json::as_list).expect("a list");
    assert_eq!(at(&list[0], &["offset"]), "1");
}
