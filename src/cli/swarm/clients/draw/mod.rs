//! From a seed to a scenario: cluster, settings, clients, workload and faults. Each part draws from
//! a stream of its own. What is drawn heals before its end, and then there is time for everything
//! to end (see [`super::healing`]).

mod callers;
mod cluster;
mod faults;
mod laid;
mod readers;
mod senders;
mod sharing;

use toml::{Table, Value};

use super::clocks;
use super::dice::Dice;
use super::doc::table;
use super::healing;
pub(super) use laid::lay_over;

/// What the parts have to know of each other.
struct Plan {
    /// Topics with the number of their queues on each broker.
    topics: Vec<(String, u64)>,
    /// A topic whose name brokers do not take.
    refused: Option<String>,
    namesrvs: Vec<String>,
    /// Names of brokers as routes call them.
    masters: Vec<String>,
    /// Nodes of brokers.
    brokers: Vec<String>,
    /// Brokers say whether groups that leave it to them pull or pop.
    pops: bool,
    /// Brokers elect who leads.
    controlled: bool,
    /// Clients: name and group, where it is a consumer's.
    producers: Vec<String>,
    consumers: Vec<(String, String)>,
    /// Programs that pull at an interval.
    plain: Vec<String>,
    /// Lite pull consumers, each with a topic.
    lite: Vec<(String, String)>,
    simple: Vec<String>,
    /// Producers that wait for replies, or gather what they send.
    asking: Vec<String>,
    repliers: Vec<String>,
    /// Clients that share a process with others, and those that share it with one that sends.
    together: Vec<String>,
    with_senders: Vec<String>,
    /// The last send, s.
    sends_end: u64,
    /// Nothing is broken from here on, s.
    heals: u64,
    /// When the first fault may come, and when the last one, s.
    faults_from: u64,
    faults_to: u64,
    /// Clients are given, and want what they want.
    laid_over: bool,
}

impl Plan {
    /// Nothing but times.
    fn new(sends_end: u64, heals: u64) -> Self {
        Self {
            topics: Vec::new(),
            refused: None,
            namesrvs: Vec::new(),
            masters: Vec::new(),
            brokers: Vec::new(),
            pops: false,
            controlled: false,
            producers: Vec::new(),
            consumers: Vec::new(),
            plain: Vec::new(),
            lite: Vec::new(),
            simple: Vec::new(),
            asking: Vec::new(),
            repliers: Vec::new(),
            together: Vec::new(),
            with_senders: Vec::new(),
            sends_end,
            heals,
            faults_from: 12,
            faults_to: sends_end - 30,
            laid_over: false,
        }
    }
}

/// The scenario of a seed.
pub(super) fn draw(seed: u64) -> Table {
    let dice = |part: &str| Dice::new(seed, &format!("swarm {part}"));
    let mut times = dice("times");
    let sends_end = times.between(240, 360);
    let heals = sends_end + times.between(10, 40);
    let mut plan = Plan::new(sends_end, heals);
    let mut doc = table! { "title": format!("Swarm {seed}"), "seed": seed_of(seed) };
    cluster::draw(&mut doc, &mut plan, &mut dice("cluster"));
    let senders = senders::draw(&mut plan, &mut dice("senders"));
    let mut readers = readers::draw(&mut plan, &mut dice("readers"));
    callers::effects(&mut readers, &mut dice("effects"));
    let others = [
        callers::lite(&mut plan, &mut dice("lite")),
        callers::simple(&mut plan, &mut dice("simple")),
        callers::requests(&mut plan, &mut dice("requests")),
        callers::gatherer(&mut plan, &mut dice("gatherer")),
        callers::in_order(&mut plan, &mut dice("in order")),
    ];
    let mut clients = [senders, readers, others.concat()].concat();
    sharing::draw(&mut clients, &mut plan, &mut dice("sharing"));
    let (sleeper, sleeps) = callers::sleeper(&plan, &mut dice("sleeper"));
    clients.extend(sleeper);
    doc.insert("client".to_owned(), Value::from(clients));
    let mut faults = faults::draw(&plan, &mut dice("faults"));
    faults.extend(faults::of_callers(&plan, &mut dice("calling")));
    faults::death(&plan, &mut faults, &mut dice("death"));
    faults.extend(sleeps);
    doc.insert("intervention".to_owned(), Value::from(faults));
    clocks::pauses(&mut doc);
    let end = heals.max(healing::healed_at(&doc)) + healing::bound(&doc);
    doc.insert("end".to_owned(), Value::from(format!("{end}s")));
    doc
}

/// Scenarios have seeds of 32 bits.
fn seed_of(seed: u64) -> i64 {
    i64::from(u32::try_from(seed & u64::from(u32::MAX)).expect("32 bits"))
}
