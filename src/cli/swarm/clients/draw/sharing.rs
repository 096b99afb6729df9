//! Clients that share the instance of another one: their process ends and begins with all of them.

use toml::{Table, Value};

use super::Plan;
use crate::cli::swarm::clients::dice::Dice;

/// What the client decides that makes the instance.
const OF_INSTANCE: [&str; 4] = [
    "pollNameServerInterval",
    "heartbeatBrokerInterval",
    "persistConsumerOffsetInterval",
    "mqClientApiTimeout",
];

/// One or two consumers share the instance of a producer, or of a consumer of another group.
pub(super) fn draw(clients: &mut [Table], plan: &mut Plan, dice: &mut Dice) {
    if !dice.one_in(3) {
        return;
    }
    let sends = dice.one_in(2);
    let wanted = |client: &Table| if sends { is(client, &["producer"]) } else { reads(client) };
    let firsts: Vec<usize> = (0..clients.len()).filter(|at| wanted(&clients[*at])).collect();
    if firsts.is_empty() {
        return;
    }
    let first = dice.pick(&firsts);
    let mut groups = vec![text(&clients[first], "group")];
    let name = text(&clients[first], "name");
    for _ in 0..dice.between(1, 2) {
        let fits =
            |at: &usize| reads(&clients[*at]) && !groups.contains(&text(&clients[*at], "group"));
        let behind: Vec<usize> = (first + 1..clients.len()).filter(fits).collect();
        if behind.is_empty() {
            continue;
        }
        let client = &mut clients[dice.pick(&behind)];
        OF_INSTANCE.iter().for_each(|key| drop(client.remove(*key)));
        client.insert("shares".to_owned(), Value::from(name.clone()));
        groups.push(text(client, "group"));
        plan.together.extend([name.clone(), text(client, "name")]);
        if sends {
            plan.with_senders.push(text(client, "name"));
        }
    }
}

/// Consumers whose client ids are made alike.
fn reads(client: &Table) -> bool {
    is(client, &["push", "pull"])
}

fn is(client: &Table, roles: &[&str]) -> bool {
    roles.contains(&text(client, "role").as_str())
}

fn text(client: &Table, key: &str) -> String {
    client.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
