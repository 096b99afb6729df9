//! What came out of a run, as plain data: the same for people and for programs.
//!
//! Nothing in it depends on the machine or on the time of day. Times are in ns.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::kernel::time::SimSpan;
use crate::observation::Observations;
use crate::observation::ledger::GroupLedger;
use crate::scenario::{self, Scenario};
use crate::session::claims::Finding;
use crate::session::frame;
use crate::session::lane::{DigestOf, Lane};
use crate::session::stage::Stage;
use crate::session::{ledger, verdict};
use crate::view::words::say;

use super::table;

/// A whole run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) scenario: String,
    pub(super) seed: u64,
    /// End of the run after the scenario's time 0.
    pub(super) until: u64,
    /// Events of all lanes, those before time 0 included.
    pub(super) events: u64,
    #[serde(flatten)]
    pub(super) outcome: Lanes,
    /// What the scenario claims, as far as its time came.
    pub(super) assertions: Vec<Claim>,
    /// The rule that was broken: the run ended there.
    pub(super) verdict: Option<Verdict>,
    /// Of all lanes together.
    pub(super) digest: Digests,
}

/// An assertion, in one lane.
#[derive(Debug, Serialize)]
pub(super) struct Claim {
    pub(super) says: String,
    /// The lane's title, where there are several.
    pub(super) lane: Option<String>,
    /// When it was looked at.
    pub(super) at: u64,
    pub(super) held: bool,
    /// `None`: there was nothing to measure.
    pub(super) found: Option<u64>,
    /// As `at least 10`.
    pub(super) wanted: String,
    /// The number is a time in ns.
    pub(super) is_time: bool,
}

/// A broken rule.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) rule: String,
    pub(super) sentence: String,
    pub(super) at: u64,
    /// The event that broke it.
    pub(super) event: u64,
}

/// One lane stands for itself, several in a list.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Lanes {
    One(Box<LaneReport>),
    Several { lanes: Vec<Titled> },
}

#[derive(Debug, Serialize)]
pub(super) struct Titled {
    pub(super) title: String,
    pub(super) subtitle: String,
    #[serde(flatten)]
    pub(super) report: LaneReport,
    pub(super) digest: Digests,
}

/// What came out of one world.
#[derive(Debug, Serialize)]
pub(super) struct LaneReport {
    pub(super) ledger: Ledger,
    pub(super) groups: BTreeMap<String, Group>,
    /// Stored to consumed.
    pub(super) latency: Percentiles,
    /// Stored to delivered.
    pub(super) wait: Percentiles,
    /// From the first send to the last message that was consumed.
    pub(super) taken: Option<u64>,
    /// What bounds that from below.
    pub(super) bound: Option<Bound>,
    pub(super) requests: Requests,
    pub(super) queues: Vec<Queue>,
}

/// ns that each part of a closed loop needs alone; the run needs the longest.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Bound {
    pub(super) sending: u64,
    pub(super) storing: u64,
    pub(super) consuming: u64,
    pub(super) expected: u64,
}

/// The ledger; delivered and consumed count (message, group) pairs.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Ledger {
    pub(super) sent: u64,
    pub(super) acknowledged: u64,
    pub(super) stored: u64,
    pub(super) delivered: u64,
    pub(super) consumed: u64,
    pub(super) retrying: u64,
    pub(super) dead: u64,
    pub(super) lost: u64,
    pub(super) duplicated: u64,
    pub(super) out_of_order: u64,
    pub(super) failed: u64,
    pub(super) expected: u64,
}

/// The same for one group; `lag`: messages of its topics that it is not done with.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Group {
    pub(super) expected: u64,
    pub(super) delivered: u64,
    pub(super) consumed: u64,
    pub(super) retrying: u64,
    pub(super) dead: u64,
    pub(super) duplicated: u64,
    pub(super) out_of_order: u64,
    /// Messages that a listener was done with after one that was sent later, and after one behind
    /// them in their queue.
    pub(super) overtaken: u64,
    pub(super) overtaken_in_queue: u64,
    /// Side effects; of them repeated ones; those that were left out.
    pub(super) effects: u64,
    pub(super) repeated_effects: u64,
    pub(super) spared_effects: u64,
    pub(super) lag: u64,
}

/// Nearest-rank percentiles in ns.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Percentiles {
    pub(super) count: u64,
    pub(super) mean: u64,
    pub(super) p50: u64,
    pub(super) p90: u64,
    pub(super) p99: u64,
    pub(super) p999: u64,
    pub(super) max: u64,
}

/// How consumers asked.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Requests {
    pub(super) answered: u64,
    pub(super) empty: u64,
    pub(super) held: u64,
}

/// A queue; `depth`: messages that the group furthest behind is not done with.
#[derive(Debug, Serialize)]
pub(super) struct Queue {
    pub(super) broker: &'static str,
    pub(super) topic: &'static str,
    pub(super) queue: u32,
    pub(super) stored: u64,
    pub(super) depth: u64,
    pub(super) groups: BTreeMap<&'static str, Share>,
}

/// A queue for one group.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Share {
    pub(super) handed_out: u64,
    pub(super) done: u64,
    pub(super) committed: Option<u64>,
}

/// 16 hexadecimal digits each.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Digests {
    /// Every event in order.
    pub(super) history: String,
    /// All that decides the future.
    pub(super) state: String,
}

impl Report {
    /// The report of a stage that was played to `until`.
    pub(super) fn new(
        name: &str,
        (seed, until): (u64, SimSpan),
        (scenario, stage): (&Scenario, &Stage),
        findings: &[Finding],
    ) -> Self {
        let digest = |of| stage.digest(of);
        Self {
            scenario: name.to_owned(),
            seed,
            until: until.as_nanos(),
            events: stage.ordinal(),
            outcome: lanes(scenario, stage),
            assertions: findings.iter().map(|finding| claim(scenario, finding)).collect(),
            verdict: verdict(stage).map(|verdict| Verdict {
                rule: verdict.words.key.trim_start_matches("rule.").to_owned(),
                sentence: say(&verdict.words),
                at: verdict.at,
                event: verdict.ordinal,
            }),
            digest: Digests { history: digest(DigestOf::History), state: digest(DigestOf::State) },
        }
    }

    /// Acknowledged messages that are gone, in all lanes.
    pub(super) fn lost(&self) -> u64 {
        match &self.outcome {
            Lanes::One(lane) => lane.ledger.lost,
            Lanes::Several { lanes } => lanes.iter().map(|lane| lane.report.ledger.lost).sum(),
        }
    }

    /// For people.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        table::report(self, out)
    }
}

fn claim(scenario: &Scenario, finding: &Finding) -> Claim {
    let assertion = &scenario.assertions[finding.assertion];
    let is_time = assertion.claim.measure.is_span();
    let several = scenario.lanes().len() > 1;
    Claim {
        says: assertion.says.clone(),
        lane: several.then(|| scenario.lanes()[finding.lane].title.clone()),
        at: finding.at,
        held: finding.held,
        found: finding.found,
        wanted: table::wanted(&assertion.claim.bounds, &finding.limits, is_time),
        is_time,
    }
}

fn lanes(scenario: &Scenario, stage: &Stage) -> Lanes {
    match stage.lanes() {
        [lane] => Lanes::One(Box::new(lane_report(&scenario.lanes()[0], lane.as_ref()))),
        lanes => Lanes::Several {
            lanes: scenario
                .lanes()
                .iter()
                .zip(lanes)
                .map(|(plan, lane)| titled(plan, lane.as_ref()))
                .collect(),
        },
    }
}

fn titled(plan: &scenario::Lane, lane: &dyn Lane) -> Titled {
    let digest = |of| format!("{:016x}", lane.digest(of));
    Titled {
        title: plan.title.clone(),
        subtitle: plan.subtitle.clone(),
        report: lane_report(plan, lane),
        digest: Digests { history: digest(DigestOf::History), state: digest(DigestOf::State) },
    }
}

fn lane_report(plan: &scenario::Lane, lane: &dyn Lane) -> LaneReport {
    let seen = lane.seen();
    let (answered, empty) = seen.asking.counts();
    LaneReport {
        ledger: Ledger::from(ledger(seen, &lane.look())),
        groups: groups(seen),
        latency: Percentiles::from(seen.latency.percentiles()),
        wait: Percentiles::from(seen.wait.percentiles()),
        taken: seen.books.taken(),
        bound: plan.bound.as_ref().map(Bound::from),
        requests: Requests { answered, empty, held: seen.asking.held_now() },
        queues: queue_indices(seen).map(|index| queue(seen, index)).collect(),
    }
}

/// Queues by topic in the order of their creation, then by broker and id.
fn queue_indices(seen: &Observations) -> impl Iterator<Item = usize> + '_ {
    seen.places.shown().iter().flat_map(|topic| seen.places.queues_of(*topic))
}

/// Groups that a queue is for.
fn groups_of(seen: &Observations, queue: usize) -> &[usize] {
    let topic = seen.places.queues()[queue].topic;
    &seen.places.topics()[topic].groups
}

fn groups(seen: &Observations) -> BTreeMap<String, Group> {
    let names = seen.cast().groups.iter().map(|(name, _)| name.as_str().to_owned());
    let entry = |(index, books): (usize, &GroupLedger)| {
        let own = queue_indices(seen).filter(|queue| groups_of(seen, *queue).contains(&index));
        Group {
            expected: books.expected,
            delivered: books.delivered,
            consumed: books.consumed,
            retrying: books.retrying,
            dead: books.dead,
            duplicated: books.duplicated,
            out_of_order: books.out_of_order,
            overtaken: books.overtaken,
            overtaken_in_queue: books.overtaken_in_queue,
            effects: books.effects,
            repeated_effects: books.repeated_effects,
            spared_effects: books.spared_effects,
            lag: own.map(|queue| lag(seen, queue, index)).sum(),
        }
    };
    names.zip(seen.books.groups.iter().enumerate().map(entry)).collect()
}

fn lag(seen: &Observations, queue: usize, group: usize) -> u64 {
    seen.progress.stored(queue).saturating_sub(seen.progress.share(queue, group).done)
}

fn queue(seen: &Observations, index: usize) -> Queue {
    let place = seen.places.queues()[index];
    let stored = seen.progress.stored(index);
    let groups = groups_of(seen, index);
    let share = |group: &usize| {
        let share = seen.progress.share(index, *group);
        let name = seen.cast().groups[*group].0.as_str();
        let (handed_out, done, committed) = (share.out, share.done, share.committed);
        (name, Share { handed_out, done, committed })
    };
    Queue {
        broker: seen.cast().name(place.queue.broker),
        topic: place.queue.topic.as_str(),
        queue: place.queue.id,
        stored,
        depth: groups.iter().map(|group| lag(seen, index, *group)).max().unwrap_or(stored),
        groups: groups.iter().map(share).collect(),
    }
}

impl From<&scenario::Bound> for Bound {
    fn from(from: &scenario::Bound) -> Self {
        Self {
            sending: from.sending(),
            storing: from.storing(),
            consuming: from.consuming(),
            expected: from.expected(),
        }
    }
}

impl From<frame::Ledger> for Ledger {
    fn from(from: frame::Ledger) -> Self {
        Self {
            sent: from.sent,
            acknowledged: from.acknowledged,
            stored: from.stored,
            delivered: from.delivered,
            consumed: from.consumed,
            retrying: from.retrying,
            dead: from.dead,
            lost: from.lost,
            duplicated: from.duplicated,
            out_of_order: from.out_of_order,
            failed: from.failed,
            expected: from.expected,
        }
    }
}

impl From<crate::observation::latency::Percentiles> for Percentiles {
    fn from(from: crate::observation::latency::Percentiles) -> Self {
        let crate::observation::latency::Percentiles { count, mean, p50, p90, p99, p999, max } =
            from;
        Self { count, mean, p50, p90, p99, p999, max }
    }
}
