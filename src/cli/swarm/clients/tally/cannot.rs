//! What cannot occur in a scenario that a swarm draws, each with its reason. A swarm in which
//! something of it occurs has a violation; the tests hold the reasons themselves.

/// By its name in the tally.
pub(super) static CANNOT: &[(&str, &str)] = &[
    ("fact ResetAwaited", ADMIN),
    ("fact HandedDirectly", ADMIN),
    ("timer client.ResetRested", ADMIN),
    ("timer client.ConsumedDirectly", ADMIN),
    ("reason offset_reset", ADMIN),
    ("reason reset_rests", ADMIN),
    ("reason consume_directly", ADMIN),
    ("reason group_forbidden", ADMIN),
    ("reason read_forbidden", ADMIN),
    ("reason broadcast_forbidden", ADMIN),
    ("reason no_permission", ADMIN),
    ("reason timer_recalled", ADMIN),
    ("reason group_not_exist", GROUPS),
    ("reason pop_too_many", "no consumer may be set to ask for more than 32"),
    ("reason commit_on_release", "a broker cannot tell it from any other commit"),
    ("reason async_queue_full", "50 000 sends would have to wait for a thread"),
    ("reason replica_differs", "a master goes on where its slave says that it ends"),
    ("timer broker.OrderFree", ORDERLY_POP),
    ("timer broker.SaveOrders", ORDERLY_POP),
];
const ADMIN: &str = "only administrators ask for it, and no scenario has one";
const GROUPS: &str = "no scenario can switch `autoCreateSubscriptionGroup` off";
const ORDERLY_POP: &str = "RocketMQ's own clients do not pop in order";

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::swarm::clients::tally::Tally;
    use crate::cli::swarm::clients::{doc, draw};
    use crate::facts::{Fact, ReasonId, Why};
    use crate::rocketmq::reasons::VOCABULARY;
    use crate::scenario::Scenario;

    /// A scenario with a line more.
    fn read(broker: &str, client: &str) -> Result<Scenario, String> {
        let text = format!(
            "title = \"T\"\nend = \"1s\"\n[[topic]]\nname = \"A\"\n[[namesrv]]\nname = \"n\"\n\
             [[broker]]\nname = \"b\"\n{broker}\n[[client]]\nname = \"c\"\ngroup = \"G\"\n\
             subscribe = [{{ topic = \"A\" }}]\n{client}\n"
        );
        Scenario::parse(&text, &[]).map_err(|error| error.to_string())
    }

    #[test]
    fn each_is_the_name_of_something() {
        let names: Vec<String> = Tally::new().rows().into_iter().map(|(name, _)| name).collect();
        for (name, _) in CANNOT {
            assert!(names.iter().any(|it| it == name), "there is no {name}");
        }
    }

    #[test]
    fn no_scenario_has_an_administrator_or_switches_groups_off() {
        assert!(read("", "role = \"push\"").is_ok());
        let Err(error) = read("", "role = \"admin\"") else { panic!("there is no such role") };
        assert!(error.contains("`simple`"), "{error}");
        assert!(read("autoCreateSubscriptionGroup = false", "role = \"push\"").is_err());
        // What administrators alone send is in no list of requests.
        let admin = [17, 200, 222, 309, 316, 370];
        assert!(admin.iter().all(|code| !super::super::kinds::REQUESTS.contains(code)));
    }

    #[test]
    fn nobody_may_ask_for_so_many() {
        assert!(read("", "role = \"push\"\npopBatchNums = 32").is_ok());
        assert!(read("", "role = \"push\"\npopBatchNums = 33").is_err());
        assert!(read("", "role = \"simple\"\nmaxMessageNum = 33").is_err());
    }

    #[test]
    fn what_occurs_though_it_cannot_is_told() {
        let reasons = VOCABULARY.reasons.iter();
        let told = |key| {
            let mut tally = Tally::new();
            let place = reasons.clone().position(|reason| reason.key == key);
            let reason = u16::try_from(place.expect("there is one")).expect("few reasons");
            let why = Why { reason: ReasonId(reason), value: 0 };
            tally.fact(&Fact::ProcessStarted, Some(why));
            tally.against()
        };
        assert_eq!(told("async_queue_full"), ["reason async_queue_full"]);
        assert!(told("pull_first").is_empty());
    }

    /// A broker states whatever a commit says: nobody gives this reason.
    #[test]
    fn no_commit_says_that_its_queue_is_released() {
        let mut open = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rocketmq"))];
        let mut found = [0, 0];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let inner = path.read_dir().expect("it can be read");
                open.extend(inner.map(|entry| entry.expect("it can be read").path()));
            } else {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let words = ["Because::CommitOnRelease", "Because::CommitWithPull"];
                found = [0, 1].map(|at| found[at] + text.matches(words[at]).count());
            }
        }
        assert!(found[0] == 0 && found[1] > 0, "{found:?}");
    }

    /// Of the 5 900 messages of a seed not half as many as a queue of 50 000 can ever wait, and
    /// whoever owns a queue asks at least every 30 s.
    #[test]
    fn nothing_is_drawn_that_sends_so_many_or_pops_in_order_or_is_silent() {
        for seed in 0..300 {
            let doc = draw::draw(seed);
            for client in doc::list(&doc, "client") {
                let pops = client.get("clientRebalance").is_some();
                assert!(!(pops && client.contains_key("orderly")), "seed {seed}");
                let unset = ["async_sender_threads", "rocketmq.client.pull.pullMaxIdleTime"];
                assert!(unset.iter().all(|key| !client.contains_key(*key)), "seed {seed}");
            }
        }
    }
}
