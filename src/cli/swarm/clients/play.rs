//! Plays a scenario to its end with all judges watching, and says what is not as it must be.

use std::rc::Rc;

use toml::Table;

use crate::facts::Fact;
use crate::judgement::{Judgement, Violation};
use crate::kernel::life::Life;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::{Moment, Observer, World};
use crate::observation::Observations;
use crate::observation::cast::Cast;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::VOCABULARY;
use crate::scenario::{Lane, Scenario};

use super::clocks;
use super::doc;
use super::ends::{Ends, Open};
use super::healing;
use super::tally::Tally;

/// A run that long ends early where all is done; it is looked at so often then.
const LONG: SimSpan = SimSpan::secs(3600);
const LOOK: SimSpan = SimSpan::secs(300);

/// What became of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Played {
    pub(super) events: u64,
    pub(super) messages: u64,
    pub(super) faults: u64,
    /// ns.
    pub(super) time: u64,
    pub(super) broken: Option<Broken>,
}

/// What is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// The rule's key; also `did_not_end`, `never_rests` and `panicked`.
    pub(super) rule: String,
    /// When it showed, or what shows it came into being; ns since the scenario's start.
    pub(super) at: u64,
    pub(super) words: String,
}

/// What watches the world.
struct Watch {
    seen: Observations,
    judgement: Judgement,
    ends: Ends,
    tally: Tally,
}

impl Observer<Mq> for Watch {
    fn see(&mut self, moment: Moment, fact: &Fact) {
        let seen = self.seen.look_up(moment, fact);
        self.judgement.see(&seen, &self.seen);
        self.ends.see(&seen, &self.seen);
        self.tally.fact(fact, seen.why);
        self.seen.absorb(&seen);
    }
}

/// Plays a scenario for `most` events at most, and adds what occurs to the tally.
pub(super) fn play(doc: &Table, most: u64, tally: &mut Tally) -> Result<Played, String> {
    let text = doc::text(doc);
    let scenario = Scenario::parse(&text, &[]).map_err(|error| error.to_string())?;
    let lane = &scenario.lanes()[0];
    let mut world = lane.build(scenario.seed);
    let mut watch = watch(&world, lane, doc);
    let (bound, loose) = (healing::bound(doc) * 1_000_000_000, healing::loose(doc));
    let until = scenario.end.as_nanos().saturating_sub(bound);
    let (mut end, mut look) = (lane.zero + scenario.end, lane.zero + SimSpan::nanos(until));
    let (mut events, mut before) = (0, usize::MAX);
    let open = loop {
        // Where retries may take hours nobody waits for what is done.
        let next = if scenario.end >= LONG { look.min(end) } else { end };
        run_until(next, &mut world, &mut watch, (&mut events, most));
        let open = watch.ends.open(&watch.seen, until, &loose);
        let is_over = watch.judgement.violation().is_some() || events >= most;
        if is_over || open.is_empty() {
            break open;
        }
        if next < end {
            look += LOOK;
            continue;
        }
        // Who is slow has more time; who gets nowhere has not.
        if open.len() >= before || !healing::is_healed(doc) {
            break open;
        }
        before = open.len();
        end += SimSpan::nanos(bound);
    };
    tally.add(&watch.tally);
    let at = watch.seen.since_start(world.now());
    watch.judgement.close(&watch.seen, (at, world.ordinal()));
    let broken = watch.judgement.violation().map(|it| broken(it, &watch.seen));
    let broken = broken.or_else(|| (events >= most).then(|| never_rests(events, at)));
    let broken = broken.or_else(|| {
        let open = open.first().filter(|_| healing::is_healed(doc))?;
        Some(did_not_end(open, &watch.seen))
    });
    let faults = doc::list(doc, "intervention").filter(|act| is_fault(act)).count() as u64;
    let messages = watch.seen.books.all.sent;
    Ok(Played { events, messages, faults, time: scenario.end.as_nanos(), broken })
}

/// Steps until a time, or a violation, or so many events that it will never rest.
fn run_until(
    end: SimTime,
    world: &mut World<Mq>,
    watch: &mut Watch,
    (events, most): (&mut u64, u64),
) {
    while watch.judgement.violation().is_none() && *events < most {
        world.look_ahead().iter().for_each(|next| watch.tally.next(next));
        if world.step_until(end, watch).is_none() {
            break;
        }
        *events += 1;
    }
}

fn watch(world: &World<Mq>, lane: &Lane, doc: &Table) -> Watch {
    let nodes = world.nodes().map(|node| match world.life(node) {
        Life::Planned { disk, at } => (world.name(node), disk.profile(*at)),
        Life::Up { .. } | Life::Down { .. } | Life::Outside => panic!("nothing happened yet"),
    });
    let cast = Cast::new(nodes.collect(), &lane.topics, VOCABULARY);
    let (judgement, ends) = (
        Judgement::new(&cast),
        Ends::new(cast.groups.len(), healing::pops(doc), clocks::deaf(doc)),
    );
    let seen = Observations::new(Rc::new(cast), world.zero());
    Watch { seen, judgement, ends, tally: Tally::new() }
}

/// True for what breaks something, false for what mends it.
pub(super) fn is_fault(act: &Table) -> bool {
    let mends = ["start", "mend", "resume"].iter().any(|key| act.contains_key(*key));
    let slow = act.contains_key("slow_disk") && !act.contains_key("flush");
    let whole = act.contains_key("link") && !act.contains_key("loss_per_million");
    !mends && !slow && !whole && doc::number(act, "percent") != Some(0)
}

fn broken(violation: &Violation, seen: &Observations) -> Broken {
    let Violation { rule, at, ordinal, node, message, queue, group, expected, found } = *violation;
    let node = seen.cast().name(node);
    let mut words = format!("at {} ms (event {ordinal}), {node}", at / 1_000_000);
    if let Some(number) = message {
        words += &format!(", message {number}");
    }
    words += &place(queue, group, seen);
    words += &format!(": expected {expected}, found {found}");
    Broken { rule: rule.key().to_owned(), at, words }
}

fn place(queue: Option<usize>, group: Option<usize>, seen: &Observations) -> String {
    let mut words = String::new();
    if let Some(queue) = queue {
        let queue = seen.places.queues()[queue].queue;
        words += &format!(
            ", queue {} of {} at {}",
            queue.id,
            queue.topic,
            seen.cast().name(queue.broker)
        );
    }
    if let Some(group) = group {
        words += &format!(", group {}", seen.cast().groups[group].0);
    }
    words
}

fn did_not_end(open: &Open, seen: &Observations) -> Broken {
    let record = seen.messages.record(open.number);
    let marks = seen.messages.marks(open.number, open.group);
    let words = format!(
        "message {} (stored at {} ms with offset {}{}) is not done; marks {marks:#b}",
        open.number,
        record.stored / 1_000_000,
        record.offset,
        place(Some(record.queue as usize), Some(open.group), seen),
    );
    Broken { rule: "did_not_end".to_owned(), at: record.stored, words }
}

fn never_rests(events: u64, at: u64) -> Broken {
    let words = format!("{events} events until {} ms", at / 1_000_000);
    Broken { rule: "never_rests".to_owned(), at, words }
}
