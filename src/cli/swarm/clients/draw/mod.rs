//! From a seed to a scenario: cluster, settings, clients, workload and faults. Each part draws from
//! a stream of its own. What is drawn heals before its end, and then there is time for everything
//! to end (see [`super::healing`]).

mod cluster;
mod faults;
mod readers;
mod senders;

use toml::{Table, Value};

use super::dice::Dice;
use super::doc::table;
use super::healing;

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
    /// The last send, s.
    sends_end: u64,
    /// Nothing is broken from here on, s.
    heals: u64,
}

/// The scenario of a seed.
pub(super) fn draw(seed: u64) -> Table {
    let dice = |part: &str| Dice::new(seed, &format!("swarm {part}"));
    let mut times = dice("times");
    let sends_end = times.between(240, 360);
    let heals = sends_end + times.between(10, 40);
    let mut plan = Plan {
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
        sends_end,
        heals,
    };
    let mut doc = table! { "title": format!("Swarm {seed}"), "seed": seed_of(seed) };
    cluster::draw(&mut doc, &mut plan, &mut dice("cluster"));
    let senders = senders::draw(&mut plan, &mut dice("senders"));
    let readers = readers::draw(&mut plan, &mut dice("readers"));
    doc.insert("client".to_owned(), Value::from([senders, readers].concat()));
    let faults = faults::draw(&plan, &mut dice("faults"));
    doc.insert("intervention".to_owned(), Value::from(faults));
    let end = heals.max(healing::healed_at(&doc)) + healing::bound(&doc);
    doc.insert("end".to_owned(), Value::from(format!("{end}s")));
    doc
}

/// Scenarios have seeds of 32 bits.
fn seed_of(seed: u64) -> i64 {
    i64::from(u32::try_from(seed & u64::from(u32::MAX)).expect("32 bits"))
}
