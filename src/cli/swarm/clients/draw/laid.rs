//! Faults over a scenario that is given: cluster, clients and workload stay as they are.

use toml::{Table, Value};

use super::{Plan, faults, seed_of};
use crate::cli::swarm::clients::dice::Dice;
use crate::cli::swarm::clients::doc::{list, span, table, word};
use crate::cli::swarm::clients::healing;

/// The scenario with faults of the seed over its own. Its programs end when it would have ended;
/// all is well again by then, and there is time for everything to end.
pub(in crate::cli::swarm::clients) fn lay_over(mut doc: Table, seed: u64) -> Table {
    let end = span(&doc, "end").map_or(60, |end| end.as_nanos().div_ceil(1_000_000_000));
    let plan = plan(&doc, end);
    let mut acts: Vec<Table> = list(&doc, "intervention").cloned().collect();
    acts.extend(faults::draw(&plan, &mut Dice::new(seed, "swarm laid over")));
    acts.extend(mended(&acts, &plan));
    doc.insert("intervention".to_owned(), Value::from(acts));
    doc.insert("seed".to_owned(), Value::from(seed_of(seed)));
    let clients = doc.get_mut("client").and_then(Value::as_array_mut).into_iter().flatten();
    for client in clients.filter_map(Value::as_table_mut) {
        let is_open = !client.contains_key("stops") && !client.contains_key("stops_when_done");
        if word(client, "role") == Some("producer") && is_open {
            client.insert("stops".to_owned(), Value::from(format!("{end}s")));
        }
    }
    // Whoever was too slow for what was sent has as long once more.
    let end = plan.heals.max(healing::healed_at(&doc)) + healing::bound(&doc) + end;
    doc.insert("end".to_owned(), Value::from(format!("{end}s")));
    doc
}

/// What faults have to know of the scenario.
fn plan(doc: &Table, end: u64) -> Plan {
    let names = |kind: &str| -> Vec<String> {
        list(doc, kind).filter_map(|node| word(node, "name")).map(str::to_owned).collect()
    };
    let heals = end.max(20);
    let mut plan = Plan {
        faults_from: (end / 10).min(12),
        faults_to: heals - 10,
        laid_over: true,
        namesrvs: names("namesrv"),
        brokers: names("broker"),
        topics: names("topic").into_iter().map(|name| (name, 1)).collect(),
        ..Plan::new(end, heals)
    };
    for client in list(doc, "client") {
        let (Some(name), Some(group)) = (word(client, "name"), word(client, "group")) else {
            continue;
        };
        match word(client, "role") {
            Some("producer") => plan.producers.push(name.to_owned()),
            Some("push") => plan.consumers.push((name.to_owned(), group.to_owned())),
            Some(_) | None => {
                plan.plain.push(name.to_owned());
                plan.consumers.push((name.to_owned(), group.to_owned()));
            }
        }
    }
    plan
}

/// What the scenario itself leaves broken is mended: servers, links, disks, what programs stopped.
fn mended(acts: &[Table], plan: &Plan) -> Vec<Table> {
    let at = |what: Table| {
        let mut act = table! { "at": format!("{}s", plan.heals) };
        act.extend(what);
        act
    };
    let servers = plan.brokers.iter().chain(&plan.namesrvs);
    let ended = servers.filter(|name| {
        let ends = |key| acts.iter().any(|act| word(act, key) == Some(name.as_str()));
        ends("kill") || ends("stop")
    });
    let mut mended: Vec<Table> = ended.map(|name| at(table! { "start": name.clone() })).collect();
    for act in acts {
        for (breaks, mends) in healing::BREAKS {
            if let Some(what) = act.get(breaks) {
                let mut mend = act.clone();
                ["at", "when", "after", breaks].iter().for_each(|key| drop(mend.remove(*key)));
                mend.insert(mends.to_owned(), what.clone());
                mended.push(at(mend));
            }
        }
        if let Some(broker) = word(act, "fill_disk") {
            mended.push(at(table! { "fill_disk": broker, "percent": 0 }));
        }
    }
    mended
}
