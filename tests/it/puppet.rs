//! Processes that do what they are told and state all that they see: for what is said of every
//! protocol.

use rocketscope::kernel::actor::{Actor, Event, NodeId, Protocol};
use rocketscope::kernel::agenda::Slot;
use rocketscope::kernel::digest::{Digest, Digestible};
use rocketscope::kernel::effects::Effects;
use rocketscope::kernel::life::End;
use rocketscope::kernel::network::{CloseReason, ConnId};
use rocketscope::kernel::station::{Station, StationId};
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{Moment, Observer};

/// The protocol.
#[derive(Clone, Debug)]
pub(crate) struct Puppets;

/// What a puppet can be told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pull {
    /// Asks for a connection.
    Open(NodeId),
    /// Sends so many numbered packets over every open connection.
    Send(u8),
    /// Closes its newest connection.
    Close,
    /// Sets the alarm with this tag; one that was set before is cancelled.
    Arm(u8, SimSpan),
    /// Cancels the alarm with this tag.
    Cancel(u8),
    /// Gives its station a job.
    Work(SimSpan),
    /// Writes bytes and flushes them.
    Save(u16),
    /// Ends in order.
    Exit,
}

/// What a puppet states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Booted { life: u32 },
    Opened { conn: ConnId },
    Got { conn: ConnId, number: u32 },
    Closed { conn: ConnId, reason: CloseReason },
    Armed { tag: u8, at: SimTime },
    Cancelled { tag: u8 },
    Fired { tag: u8, armed_in: u32, life: u32 },
    Served { waited: SimSpan },
    Saved { flushed: u64 },
}

/// An alarm, with the life in which it was set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alarm {
    tag: u8,
    life: u32,
}

/// A numbered packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(u32);

/// What survives: the number of the process, from 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lives(u32);

/// A process.
#[derive(Clone, Debug)]
pub(crate) struct Puppet {
    life: u32,
    /// Connections that can carry packets, with the number of the next packet.
    open: Vec<(ConnId, u32)>,
    alarms: Vec<(u8, Slot)>,
}

const HAND: StationId = StationId(0);

impl Protocol for Puppets {
    type Packet = Number;
    type Timer = Alarm;
    type Job = ();
    type Order = Pull;
    type Fact = Seen;
    type Disk = Lives;
    type Actor = Puppet;

    fn wire_bytes(_: &Number) -> u64 {
        1000
    }
}

impl Actor<Puppets> for Puppet {
    fn boot(disk: Lives) -> Self {
        Self { life: disk.0 + 1, open: Vec::new(), alarms: Vec::new() }
    }

    fn into_disk(self, _: End) -> Lives {
        Lives(self.life)
    }

    fn stations(&self) -> Vec<Station<()>> {
        vec![Station::new(2, 3)]
    }

    fn handle(&mut self, event: Event<Puppets>, fx: &mut Effects<'_, Puppets>) {
        match event {
            Event::Booted => fx.note(Seen::Booted { life: self.life }),
            Event::Opened { conn, .. } => {
                self.open.push((conn, 0));
                fx.note(Seen::Opened { conn });
            }
            Event::Arrived { conn, packet } => fx.note(Seen::Got { conn, number: packet.0 }),
            Event::Closed { conn, reason } => {
                self.open.retain(|entry| entry.0 != conn);
                fx.note(Seen::Closed { conn, reason });
            }
            Event::Fired(Alarm { tag, life: armed_in }) => {
                self.alarms.retain(|entry| entry.0 != tag);
                fx.note(Seen::Fired { tag, armed_in, life: self.life });
            }
            Event::Served { waited, .. } => fx.note(Seen::Served { waited }),
            Event::DiskDone { flushed, .. } => fx.note(Seen::Saved { flushed }),
            Event::Told(pull) => self.obey(pull, fx),
        }
    }

    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.life));
        for (conn, next) in &self.open {
            digest.put(conn);
            digest.word(u64::from(*next));
        }
        self.alarms.iter().for_each(|entry| digest.word(u64::from(entry.0)));
    }
}

impl Puppet {
    fn obey(&mut self, pull: Pull, fx: &mut Effects<'_, Puppets>) {
        match pull {
            Pull::Open(peer) => drop(fx.open(peer)),
            Pull::Send(count) => (0..count).for_each(|_| self.send(fx)),
            Pull::Close => {
                if let Some((conn, _)) = self.open.pop() {
                    fx.close(conn);
                }
            }
            Pull::Arm(tag, after) => {
                self.cancel(tag, fx);
                let slot = fx.arm(after, Alarm { tag, life: self.life });
                self.alarms.push((tag, slot));
                fx.note(Seen::Armed { tag, at: fx.now() + after });
            }
            Pull::Cancel(tag) => self.cancel(tag, fx),
            Pull::Work(service) => drop(fx.submit(HAND, (), service)),
            Pull::Save(bytes) => {
                fx.write(u64::from(bytes));
                fx.flush(0);
            }
            Pull::Exit => fx.exit(),
        }
    }

    fn send(&mut self, fx: &mut Effects<'_, Puppets>) {
        for (conn, next) in &mut self.open {
            assert!(fx.send(*conn, Number(*next)), "{conn:?} is open at this end");
            *next += 1;
        }
    }

    fn cancel(&mut self, tag: u8, fx: &mut Effects<'_, Puppets>) {
        if let Some(index) = self.alarms.iter().position(|entry| entry.0 == tag) {
            let (_, slot) = self.alarms.remove(index);
            assert!(fx.cancel(slot), "alarm {tag} was set and has not fired");
            assert!(!fx.cancel(slot), "alarm {tag} can be cancelled once");
            fx.note(Seen::Cancelled { tag });
        }
    }
}

/// Keeps all that was stated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness {
    pub(crate) seen: Vec<(Moment, Seen)>,
}

impl Observer<Puppets> for Witness {
    fn see(&mut self, moment: Moment, fact: &Seen) {
        self.seen.push((moment, *fact));
    }
}

impl Digestible for Number {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.0));
    }
}

impl Digestible for Alarm {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.tag) << 32 | u64::from(self.life));
    }
}

impl Digestible for Lives {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.0));
    }
}

impl Digestible for Pull {
    fn digest(&self, digest: &mut Digest) {
        digest.bytes(format!("{self:?}").as_bytes());
    }
}
