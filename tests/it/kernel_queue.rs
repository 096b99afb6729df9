//! A station agrees with what is known of queues: M/M/1 with a million customers, ten times each.

use rocketscope::kernel::actor::{Actor, Event, Protocol};
use rocketscope::kernel::digest::Digest;
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::effects::Effects;
use rocketscope::kernel::life::{End, Life};
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::station::{Station, StationId};
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{NodeSpec, World};

const CUSTOMERS: u64 = 1_000_000;
const SEEDS: u64 = 10;
const SERVICE: SimSpan = SimSpan::micros(100);
const COUNTER: StationId = StationId(0);

/// Customers who come to one counter.
#[derive(Clone, Debug)]
struct Shop;

/// The shop keeps its own books.
#[derive(Clone, Debug)]
struct Keeper {
    /// Mean time between two customers.
    between: Spread,
    service: Spread,
    came: u64,
    served: u64,
    /// Nanoseconds that customers waited, and that they were served.
    waited: u64,
    worked: u64,
    /// Customers in the shop × nanoseconds.
    presence: u128,
    changed: SimTime,
}

impl Protocol for Shop {
    type Packet = ();
    type Timer = ();
    /// How long it will take, in ns.
    type Job = u64;
    type Order = ();
    type Fact = ();
    type Disk = u64;
    type Actor = Keeper;

    fn wire_bytes((): &()) -> u64 {
        0
    }
}

impl Actor<Shop> for Keeper {
    /// The disk says how many ns lie between two customers.
    fn boot(between: u64) -> Self {
        Self {
            between: Spread::Exponential(SimSpan::nanos(between)),
            service: Spread::Exponential(SERVICE),
            came: 0,
            served: 0,
            waited: 0,
            worked: 0,
            presence: 0,
            changed: SimTime::START,
        }
    }

    fn into_disk(self, _: End) -> u64 {
        self.between.mean().as_nanos()
    }

    fn stations(&self) -> Vec<Station<u64>> {
        vec![Station::new(1, u32::MAX)]
    }

    fn handle(&mut self, event: Event<Shop>, fx: &mut Effects<'_, Shop>) {
        match event {
            Event::Booted => self.expect_customer(fx),
            Event::Fired(()) => {
                self.count(fx.now(), self.came - self.served);
                self.came += 1;
                let service = self.service.draw(fx.rng());
                fx.submit(COUNTER, service.as_nanos(), service);
                self.expect_customer(fx);
            }
            Event::Served { job, waited, .. } => {
                self.count(fx.now(), self.came - self.served);
                self.served += 1;
                self.waited += waited.as_nanos();
                self.worked += job;
            }
            Event::Opened { .. } | Event::Arrived { .. } | Event::Closed { .. } => (),
            Event::DiskDone { .. } | Event::Told(()) => (),
        }
    }

    fn digest(&self, digest: &mut Digest) {
        digest.word(self.served);
    }
}

impl Keeper {
    fn expect_customer(&self, fx: &mut Effects<'_, Shop>) {
        if self.came < CUSTOMERS {
            let after = self.between.draw(fx.rng());
            fx.arm(after, ());
        }
    }

    /// So many were there since the last change.
    fn count(&mut self, now: SimTime, present: u64) {
        self.presence += u128::from(present) * u128::from(now.since(self.changed).as_nanos());
        self.changed = now;
    }
}

/// One day of a shop that is busy `percent` of the time.
fn day(seed: u64, percent: u64) -> Keeper {
    let mut world = World::<Shop>::new(seed, 0, SimTime::START);
    let shop = world.add_node(NodeSpec {
        name: Name::new("shop"),
        disk: SERVICE.as_nanos() * 100 / percent,
        disk_profile: DiskProfile::default(),
        boots: SimTime::START,
        skew: 0,
    });
    world.run_until(SimTime::NEVER, &mut ());
    let Life::Up { actor } = world.life(shop) else { panic!("a shop stays open") };
    assert_eq!(actor.served, CUSTOMERS, "all who came were served");
    actor.clone()
}

/// Mean wait of M/M/1: ρ / (1 − ρ) × the mean service time.
fn in_theory(percent: u64) -> f64 {
    SERVICE.as_nanos() as f64 * percent as f64 / (100 - percent) as f64
}

/// The number present is the rate of coming times the time that one stays.
fn assert_little(day: &Keeper) {
    let open = day.changed.as_nanos() as f64;
    let present = day.presence as f64 / open;
    let stay = (day.waited + day.worked) as f64 / day.served as f64;
    let expected = day.came as f64 / open * stay;
    assert!((present / expected - 1.0).abs() < 1e-6, "{present} present, {expected} expected");
}

fn assert_agrees_with_theory(percent: u64) {
    let days: Vec<Keeper> = (1..=SEEDS).map(|seed| day(seed, percent)).collect();
    days.iter().for_each(assert_little);
    let waited: u64 = days.iter().map(|day| day.waited).sum();
    let mean = waited as f64 / (SEEDS * CUSTOMERS) as f64;
    let ratio = mean / in_theory(percent);
    assert!((ratio - 1.0).abs() < 0.03, "the mean wait is {ratio} times that of theory");
}

#[test]
fn a_station_that_is_half_busy_keeps_one_waiting_as_long_as_theory_says() {
    assert_agrees_with_theory(50);
}

#[test]
fn a_station_that_is_busy_four_fifths_of_the_time_does_too() {
    assert_agrees_with_theory(80);
}
