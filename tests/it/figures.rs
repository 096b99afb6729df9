//! The sheet of the page: claims as their time comes, latency over time, pools, requests.

use std::borrow::Cow;

use rocketscope::scenario::{Scenario, first_text, shipped_text};
use rocketscope::session::Session;
use rocketscope::session::claims::{Finding, play};
use rocketscope::session::frame::{ClaimState, Figures, Frame, Sheet};
use rocketscope::session::load::stage;
use rocketscope::session::protocol::Position;
use rocketscope::view::sheet::unpacked;

use crate::session_kit::Page;

const SECOND: u64 = 1_000_000_000;

fn open(scenario: &str) -> Page {
    let mut page = Page::open(scenario);
    page.want.figures = true;
    page
}

fn sheet(frame: &Frame) -> Sheet {
    unpacked(frame).expect("figures were asked for")
}

/// What the command line finds.
fn findings(name: &str) -> Vec<Finding> {
    let text = shipped_text(name).expect("it is shipped");
    let scenario = Scenario::parse(text, &[]).expect("it can be read");
    play(&mut stage(&scenario, scenario.seed), &scenario, scenario.end)
}

fn states(sheet: &Sheet) -> Vec<ClaimState> {
    sheet.claims.iter().map(|claim| claim.state).collect()
}

#[test]
fn claims_are_decided_when_their_time_has_come() {
    use ClaimState::{Holds, Open};
    let mut page = open("slow-consumer");
    let early = sheet(&page.seek(Position::Time(30 * SECOND)));
    assert_eq!(states(&early), [Holds, Holds, Open, Open]);
    assert!(early.claims[2].found.is_none() && !early.claims[2].wanted.is_empty());
    assert_eq!(states(&sheet(&page.seek(Position::End))), [Holds; 4]);
    // Known to nobody who goes back; and on the way there is what was there before.
    assert_eq!(states(&sheet(&page.seek(Position::Time(SECOND)))), [Open; 4]);
    assert_eq!(sheet(&page.seek(Position::Time(30 * SECOND))), early);
}

#[test]
fn the_page_finds_what_the_command_line_finds() {
    for name in ["first-program", "pull-and-push"] {
        let mut page = open(name);
        // From before the first to the end, and not in order.
        page.seek(Position::End);
        page.seek(Position::Time(3 * SECOND));
        let told = states(&sheet(&page.seek(Position::End)));
        let mut found = findings(name);
        found.sort_by_key(|finding| (finding.assertion, finding.lane));
        let held = |finding: &Finding| {
            if finding.held { ClaimState::Holds } else { ClaimState::Fails }
        };
        assert_eq!(told, found.iter().map(held).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn what_the_first_text_leaves_out_is_claimed_all_the_same() {
    let mut page = Page::of(Session::fetching(
        |name| first_text(name).map(Cow::Borrowed),
        |name| shipped_text(name).map(Cow::Borrowed),
    ));
    let first = page.load("first-program", Position::Ordinal(0));
    assert_eq!(unpacked(&first), None, "nobody asked");
    let end = sheet(&page.seek(Position::End));
    assert_eq!((states(&end), end.lanes.len()), (vec![ClaimState::Holds; 3], 0));
    assert_eq!(end, sheet(&Page::open("first-program").seek(Position::End)));
}

#[test]
fn the_parts_of_the_way_add_up_and_count_every_message() {
    let mut page = open("first-program");
    let sheet = sheet(&page.seek(Position::End));
    let [Figures { spans, .. }] = &sheet.lanes[..] else { panic!("one lane") };
    for map in spans {
        let cells: u64 = map.cells.iter().map(|cell| u64::from(cell.count)).sum();
        assert_eq!((map.all.count, cells), (30, 30), "{}", map.key);
        let last = map.cells.last().expect("there are some");
        assert!(u64::from(last.column) * map.width <= 45 * SECOND, "{}", map.key);
        let rows = map.cells.iter().map(|cell| cell.row as usize);
        assert!(rows.max() < Some(map.bounds.len() - 1), "{}", map.key);
    }
    let [sending, waiting, handling, whole] = [0, 1, 2, 3].map(|index| spans[index].all.mean);
    assert!(whole.abs_diff(sending + waiting + handling) <= 3, "means are rounded down");
    assert!(waiting > 10 * SECOND && sending < SECOND, "{sending} {waiting}");
}

#[test]
fn pools_and_requests_are_counted() {
    let mut page = open("first-program");
    let sheet = sheet(&page.seek(Position::Time(20 * SECOND)));
    let lane = &sheet.lanes[0];
    let (node, send) = &lane.pools[0];
    assert_eq!((node.as_str(), send.name.key.as_str()), ("broker-a", "pool.send"));
    assert_eq!((send.jobs, send.busy, send.waiting), (30, 0, Some((0, 0))));
    // Four threads for so long: what thirty sends needed is their service, rounded down.
    let worked = send.service * 30;
    let span = worked * 100_000 / (u64::from(send.threads) * send.utilisation.max(1));
    assert!(send.utilisation > 0 && span > 15 * SECOND, "{send:?}");
    let kind = |name: &str| lane.requests.iter().find(|kind| kind.name == name);
    let sends = kind("SEND_MESSAGE_V2").expect("messages were sent");
    assert_eq!((sends.count, sends.answered, sends.failed, sends.one_way), (30, 30, 0, 0));
    assert!(sends.took.mean >= lane.spans[0].all.mean, "an answer comes after storing");
    let routes = kind("GET_ROUTEINFO_BY_TOPIC").expect("clients ask for routes");
    assert_eq!(sends.refused, 0);
    assert!((1..routes.answered).contains(&routes.refused), "the topic is unknown at first");
    let beats = kind("HEART_BEAT").expect("clients tell that they live");
    assert_eq!(beats.count, beats.answered + beats.failed);
}
