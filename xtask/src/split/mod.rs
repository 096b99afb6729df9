//! Splits worker and page in two: what runs until the first play, and what can wait.
//!
//! A broker knows many requests that the first program never makes, and the page has views that a
//! visitor opens later. Their code comes in modules of their own, which are fetched once something
//! has been played, or at once where they are called before. Both modules share one memory; the
//! program does not notice.

mod deferred;
mod lent;
mod measured;
mod module;
mod plan;
mod primary;

use std::fmt::Display;
use std::fs;
use std::path::Path;

use wasmparser::{Validator, WasmFeatures};

use crate::run::{Failure, Outcome, about};
use module::Module;
use plan::Plan;

/// Names that the two modules and the script know each other by.
const OPEN: (&str, &str) = ("more", "open");
const FETCHED: &str = "$fetched";
const SOURCE: &str = "primary";

/// What the first play of no shipped scenario runs, by parts of the functions' names. A function
/// that runs earlier after all is fetched at once, and the test of what a visitor fetches fails.
const CAN_WAIT: &[&str] = &[
    // Requests that these clients do not make, and what comes of them.
    "rocketmq::broker::own::",
    "rocketmq::broker::pop::",
    "rocketmq::broker::controlled::",
    "rocketmq::broker::standing::",
    "rocketmq::controller::",
    "rocketmq::broker::replication::",
    "rocketmq::store::replica::",
    "rocketmq::broker::schedule::",
    "rocketmq::broker::transactions::",
    "rocketmq::broker::wheel::",
    "rocketmq::broker::replication::",
    "rocketmq::broker::processor::ack::",
    "rocketmq::broker::processor::assignment::",
    "rocketmq::broker::processor::calls::",
    "rocketmq::broker::processor::rare::",
    "rocketmq::broker::filter::sql92::",
    "rocketmq::broker::processor::admin::",
    "rocketmq::broker::processor::end_transaction::",
    "rocketmq::broker::processor::group_admin::",
    "rocketmq::broker::processor::locks::",
    "rocketmq::broker::processor::pop::",
    "rocketmq::broker::processor::query::",
    "rocketmq::broker::processor::queue_entries::",
    "rocketmq::broker::processor::recall::",
    "rocketmq::broker::processor::reply::",
    "rocketmq::broker::processor::send_back::",
    "rocketmq::broker::processor::send_batch::",
    "rocketmq::broker::processor::send_wired::",
    "rocketmq::broker::processor::statistics::",
    "rocketmq::broker::processor::topic_admin::",
    "rocketmq::namesrv::admin::",
    // Where the log is larger than the memory, or waits in buffers.
    "rocketmq::store::page_cache::PageCache>::",
    "rocketmq::broker::Broker>::bring_in",
    "rocketmq::broker::Broker>::plan_commit",
    "rocketmq::broker::Broker>::commit_log",
    "rocketmq::broker::Broker>::look_for_commit",
    // Ends of processes, and what they leave.
    "rocketmq::client::instance::Instance>::leave",
    // Listeners that fail.
    "rocketmq::client::consumer::give_back::",
    "rocketmq::client::consumer::push::PushConsumer>::keep",
    "rocketmq::client::consumer::push::PushConsumer>::try_kept",
    "rocketmq::client::consumer::asked::",
    "rocketmq::client::consumer::clean::",
    "rocketmq::client::consumer::locks::",
    "rocketmq::client::consumer::orderly::",
    "rocketmq::client::consumer::pop::",
    "rocketmq::client::rebalance::assignment::",
    "rocketmq::client::consumer::puller::",
    "rocketmq::client::consumer::subscribe::",
    "rocketmq::client::rebalance::strategy::consistent_hash::",
    "rocketmq::client::rebalance::strategy::rooms::",
    "rocketmq::client::inner_producer::",
    "rocketmq::listener::",
    "scenario::listeners::answer",
    "scenario::listeners::fixed_queues",
    "scenario::listeners::in_order",
    "rocketmq::store::recovery::",
    "rocketmq::store::replica::",
    "kernel::world::World<P>>::end",
    // What the first programs' workloads do not have.
    "kernel::choice::",
    "kernel::curve::",
    "rocketmq::client::producer::arrivals::",
    "rocketmq::client::producer::asynchronous::",
    "rocketmq::client::producer::batch::",
    "rocketmq::client::producer::choose::",
    "rocketmq::client::producer::draws::",
    "rocketmq::client::producer::extras::Extras>::all",
    "rocketmq::client::producer::faults::",
    "rocketmq::client::producer::special::",
    "rocketmq::client::producer::transactions::",
    "scenario::arrivals::arrivals",
    "scenario::arrivals::curve_of",
    "scenario::arrivals::ramp_of",
    "scenario::way::",
    // What scenarios seldom say, and errors in what was written.
    "scenario::error::",
    "scenario::tweak::moved",
    "toml::de::error::",
    "toml_datetime::",
    "toml_parser::decoder::string::decode_ml_",
    "toml_parser::decoder::string::decode_literal_string",
    "toml_parser::decoder::string::hexescape",
    "toml_parser::decoder::scalar::decode_invalid",
    "toml_parser::decoder::scalar::ensure_radixed_value",
    // What is asked about one message, and about a state.
    "<rocketscope::rocketmq::client::instance::Instance as rocketscope::kernel::digest::",
    "<rocketscope::rocketmq::store::MessageStore as rocketscope::kernel::digest::",
    "observation::journey::recorder::Recorder::owns",
    "judgement::acknowledged::recovered",
    "judgement::held::",
    "judgement::ledger::recount",
    "session::claims::",
    "session::compose::pools::",
    "session::compose::sheet::",
    "session::promised::",
    "session::journeys::",
    "session::stores::",
    "session::select::",
];

/// What neither of them needs at first.
const BOTH_CAN_WAIT: &[&str] = &[
    // Cards of what is selected, and the figures, on their way.
    "frame::cards::LinkCard as",
    "frame::cards::MessageCard as",
    "frame::cards::NodeCard as",
    "frame::cards::QueueCard as",
    "session::frame::sheet::",
    // Sentences of broken assumptions.
    "::fmt::Debug>::fmt",
    "::fmt::builders::",
    "::slice_error_fail",
    "::escape_debug",
    "::EscapeDebug",
    "::is_printable",
];

/// What the page draws only later.
const PAGE_CAN_WAIT: &[&str] = &[
    // Other views, sheets and cards.
    "ui::alert::",
    "ui::compare::",
    "ui::help::",
    "ui::inspector::cards::",
    "ui::inspector::journey::",
    "ui::inspector::message::",
    "ui::inspector::phases::",
    "ui::inspector::why::",
    "ui::sheet::",
    "view::compare::",
    "view::inspector::",
    "view::narrate::",
    "view::sheet::",
];

/// Functions that did not run at first, and seldom under load, by measurement: `node cold.mjs` in
/// `tests/browser` writes the list. What is new since then runs at once.
const MEASURED: &str = include_str!("cold.txt");
const PAGE_MEASURED: &str = include_str!("cold_page.txt");

/// Splits `{stem}_bg.wasm` in two; the second part is `{stem}_more.wasm`.
pub(crate) fn split(folder: &Path, stem: &str) -> Outcome<()> {
    let place = folder.join(format!("{stem}_bg.wasm"));
    let wasm = fs::read(&place).map_err(about(place.display()))?;
    let is_page = stem == "page";
    let (named, measured): (fn(&str) -> bool, _) =
        if is_page { (page_can_wait, PAGE_MEASURED) } else { (can_wait, MEASURED) };
    let (primary, deferred) = halves(&wasm, &named, measured)?;
    let more = format!("{stem}_more.wasm");
    let script_place = folder.join(format!("{stem}.js"));
    let script = fs::read_to_string(&script_place).map_err(about(script_place.display()))?;
    let script = if is_page { include_str!("ask.js").to_owned() + &script } else { script };
    let script = with_fetch(&script, &more);
    fs::write(&place, primary).map_err(about(place.display()))?;
    fs::write(folder.join(&more), deferred).map_err(about(&more))?;
    fs::write(&script_place, script).map_err(about(script_place.display()))
}

/// What runs all the same when a process starts: looking for work that waits.
const AT_ONCE: &[&str] = &[
    "::arm_",
    "scenario::way::way",
    "scenario::arrivals::arrivals",
    "::renumber",
    "::judged",
    "::done_of",
    "::due_of",
    "::waiting_of",
    "::revive_topic",
    "::revived",
    "::start_cleaning",
    "::start_locks",
    "::locks_queues",
    "::leaves_it_to_brokers",
    "::ask_in_turn",
    "Wheel::first",
    "PageCache>::new",
    "PageCache>::is_whole",
    // What is dropped is named by its type alone.
    "core::ptr::drop_in_place",
];

/// Says so of a function by its name.
fn can_wait(name: &str) -> bool {
    let has = |path: &&str| name.contains(*path);
    CAN_WAIT.iter().chain(BOTH_CAN_WAIT).any(has) && !AT_ONCE.iter().any(has)
}

/// The same of the page.
fn page_can_wait(name: &str) -> bool {
    let has = |path: &&str| name.contains(*path);
    PAGE_CAN_WAIT.iter().chain(BOTH_CAN_WAIT).any(has) && !name.contains("drop_in_place")
}

/// The primary and the deferred module.
fn halves(
    wasm: &[u8],
    can_wait: &dyn Fn(&str) -> bool,
    measured: &str,
) -> Outcome<(Vec<u8>, Vec<u8>)> {
    let module = Module::read(wasm)?;
    if !module.borrowed.is_empty() {
        return Err(unreadable(format!("it imports {}", module.borrowed.join(", "))));
    }
    let by_name = module.names.iter().filter(|(_, name)| can_wait(name)).map(|(number, _)| *number);
    let named = by_name.chain(measured::numbers(&module, measured)).collect();
    let plan = Plan::new(&module, named);
    let table = module.table()?;
    let primary = primary::write(wasm, &module, &plan, table).map_err(unreadable)?;
    let deferred = deferred::write(&module, &plan, table).map_err(unreadable)?;
    for half in [&primary, &deferred] {
        Validator::new_with_features(WasmFeatures::all()).validate_all(half).map_err(unreadable)?;
    }
    Ok((primary, deferred))
}

fn unreadable(error: impl Display) -> Failure {
    Failure::new(format!("a module cannot be split: {error}"))
}

/// The script with what fetches the deferred module: ahead of time where it is asked to, at once
/// where a door is opened before.
fn with_fetch(script: &str, more: &str) -> String {
    include_str!("head.js").replace("MORE", more) + script
}

#[cfg(test)]
mod tests;
