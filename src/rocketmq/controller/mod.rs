//! A controller inside a name server (`enableControllerInNamesrv`): gives brokers of one name their
//! ids, elects who leads them, and keeps who is in sync.
//!
//! Follows `ControllerManager`, `ReplicasInfoManager`, `DefaultBrokerHeartbeatManager` and
//! `ControllerRequestProcessor`. What is agreed survives the process, as in the log that DLedger
//! keeps. Left out: a process that is only a controller, groups of several, and what administrators
//! ask (1006, 1007, 1009–1011).

mod sets;

pub use sets::Sets;

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};

use super::protocol::Mq;
use super::reasons::Because;
use super::remoting::{
    AdminReply, AdminRequest, Beat, Packet, ReplicaReply, ReplicaRequest, Reply, ReplyBody,
    Request, code,
};
use sets::{Candidate, Election};

/// A controller's settings and what lies on its disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControllerDisk {
    /// `enableElectUncleanMaster`.
    pub unclean: bool,
    /// What was agreed.
    pub sets: Sets,
}

/// A controller that runs.
#[derive(Clone, Debug)]
pub(super) struct Controller {
    disk: ControllerDisk,
    live: Vec<Live>,
}

/// A broker that was heard of.
#[derive(Clone, Copy, Debug)]
struct Live {
    beat: Beat,
    conn: ConnId,
    heard: SimTime,
}

impl Live {
    fn silence(&self) -> SimSpan {
        SimSpan::millis(u64::from(self.beat.silence))
    }

    fn is_active(&self, now: SimTime) -> bool {
        self.heard + self.silence() >= now
    }
}

impl Controller {
    pub(super) fn new(disk: ControllerDisk) -> Self {
        Self { disk, live: Vec::new() }
    }

    pub(super) fn into_disk(self) -> ControllerDisk {
        self.disk
    }

    /// A request; `None` where it is for a name server.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn handle(
        &mut self,
        conn: ConnId,
        request: &ReplicaRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let node = fx.peer(conn);
        Some(match request {
            ReplicaRequest::Beat(beat) => {
                self.heard(*beat, conn, fx);
                return None;
            }
            ReplicaRequest::Decides => success(ReplicaReply::Decides(Some(fx.node()))),
            ReplicaRequest::NextId { broker } => {
                success(ReplicaReply::NextId(self.disk.sets.next_id(*broker)))
            }
            ReplicaRequest::TakeId { broker, id } => {
                let is_taken = self.disk.sets.take_id(*broker, *id, node);
                Reply::code(if is_taken {
                    code::SUCCESS
                } else {
                    code::CONTROLLER_BROKER_ID_INVALID
                })
            }
            ReplicaRequest::Register { broker, id } => self.register(*broker, *id, fx.now()),
            ReplicaRequest::Leadership { broker } => {
                self.told(*broker, code::SUCCESS, code::CONTROLLER_BROKER_METADATA_NOT_EXIST)
            }
            ReplicaRequest::Elect { broker, id } => self.elect_for(*broker, *id, fx),
            ReplicaRequest::AlterSet { .. } => self.alter(request, fx),
            ReplicaRequest::Members { .. }
            | ReplicaRequest::SmallestId { .. }
            | ReplicaRequest::MasterIsBack
            | ReplicaRequest::RoleChanged(_) => return None,
        })
    }

    /// The leadership as it is, with a code; `unknown` where the name is not known.
    fn told(&self, broker: Name, known: u16, unknown: u16) -> Reply {
        let Some(set) = self.disk.sets.get(broker) else { return Reply::code(unknown) };
        Reply { code: known, ..success(ReplicaReply::Leadership(set.leadership())) }
    }

    /// `registerBroker`: a master that does not live is not named.
    fn register(&self, broker: Name, id: u32, now: SimTime) -> Reply {
        let set = self.disk.sets.get(broker).filter(|set| set.node(id).is_some());
        let Some(set) = set else {
            return Reply::code(code::CONTROLLER_BROKER_NEED_TO_BE_REGISTERED);
        };
        let mut leadership = set.leadership();
        leadership.master = leadership.master.filter(|(id, _)| self.is_active(broker, *id, now));
        success(ReplicaReply::Leadership(leadership))
    }

    fn elect_for(&mut self, broker: Name, id: u32, fx: &mut Effects<'_, Mq>) -> Reply {
        let unknown = code::CONTROLLER_BROKER_NEED_TO_BE_REGISTERED;
        let known = match self.elect(broker, Some(id), Because::ElectionAsked.plain(), fx) {
            None => return Reply::code(unknown),
            Some(Election::Stays) => code::CONTROLLER_MASTER_STILL_EXIST,
            Some(Election::Won { .. }) => {
                self.tell_brokers(broker, fx);
                code::SUCCESS
            }
            Some(Election::Nobody) => code::CONTROLLER_ELECT_MASTER_FAILED,
        };
        self.told(broker, known, unknown)
    }

    fn alter(&mut self, request: &ReplicaRequest, fx: &mut Effects<'_, Mq>) -> Reply {
        let ReplicaRequest::AlterSet { broker, id, epoch, set, set_epoch } = request else {
            panic!("it was looked at before")
        };
        let (live, now) = (&self.live, fx.now());
        let is_alive = |member| {
            let is_it = |live: &Live| live.beat.broker == *broker && live.beat.id == member;
            live.iter().any(|live| is_it(live) && live.is_active(now))
        };
        let Some(known) = self.disk.sets.get_mut(*broker) else {
            return Reply::code(code::CONTROLLER_ALTER_SYNC_STATE_SET_FAILED);
        };
        let before = known.set.len();
        if let Err(code) = known.alter((*id, *epoch), (set, *set_epoch), is_alive) {
            return Reply::code(code);
        }
        if let Some((_, leader)) = known.leadership().master {
            let grows = before < set.len();
            let because = if grows { Because::ReplicaInSync } else { Because::ReplicaBehind };
            state_in_sync(leader, set.len(), because.plain(), fx);
        }
        let unknown = code::CONTROLLER_ALTER_SYNC_STATE_SET_FAILED;
        self.told(*broker, code::SUCCESS, unknown)
    }

    /// `onBrokerHeartbeat`: what it has never goes back.
    fn heard(&mut self, beat: Beat, conn: ConnId, fx: &Effects<'_, Mq>) {
        let heard = fx.now();
        let is_it = |live: &&mut Live| (live.beat.broker, live.beat.id) == (beat.broker, beat.id);
        match self.live.iter_mut().find(is_it) {
            None => self.live.push(Live { beat, conn, heard }),
            Some(live) => {
                live.heard = heard;
                let is_further = (live.beat.epoch, live.beat.end) < (beat.epoch, beat.end);
                let (epoch, end) = if is_further {
                    (beat.epoch, beat.end)
                } else {
                    (live.beat.epoch, live.beat.end)
                };
                live.beat = Beat { epoch, end, ..beat };
            }
        }
    }

    fn is_active(&self, broker: Name, id: u32, now: SimTime) -> bool {
        self.active(broker, now).any(|live| live.beat.id == id)
    }

    fn active(&self, broker: Name, now: SimTime) -> impl Iterator<Item = &Live> {
        self.live.iter().filter(move |live| live.beat.broker == broker && live.is_active(now))
    }

    /// A connection is gone: a broker that led over it is replaced at once
    /// (`onBrokerChannelClose`).
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn channel_closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        if let Some(at) = self.live.iter().position(|live| live.conn == conn) {
            let gone = self.live.remove(at);
            self.replace(gone, Because::LeaderGone.plain(), fx);
        }
    }

    /// Every `scanNotActiveBrokerInterval`: who was silent for too long, and whom nobody leads that
    /// lives (`scanInactiveMasterInterval`).
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn scan(&mut self, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        for silent in self.live.extract_if(.., |live| !live.is_active(now)).collect::<Vec<_>>() {
            fx.close(silent.conn);
            self.replace(silent, Because::LeaderSilent.with(silent.beat.silence), fx);
        }
        let is_led = |set: &sets::ReplicaSet| {
            set.master.is_none_or(|master| self.is_active(set.broker, master, now))
        };
        let orphans = self.disk.sets.iter().filter(|set| !is_led(set)).map(|set| set.broker);
        let orphans = orphans.filter(|broker| self.active(*broker, now).next().is_some());
        for broker in orphans.collect::<Vec<_>>() {
            self.elect_and_tell(broker, Because::LeaderGone.plain(), fx);
        }
    }

    /// A broker is not there any more: where it led, another one does.
    fn replace(&mut self, gone: Live, why: Why, fx: &mut Effects<'_, Mq>) {
        let set = self.disk.sets.get(gone.beat.broker);
        if set.is_some_and(|set| set.master == Some(gone.beat.id)) {
            self.elect_and_tell(gone.beat.broker, why, fx);
        }
    }

    /// An election that the controller begins itself; brokers that live are told.
    fn elect_and_tell(&mut self, broker: Name, why: Why, fx: &mut Effects<'_, Mq>) {
        if let Some(Election::Won { .. }) = self.elect(broker, None, why, fx) {
            self.tell_brokers(broker, fx);
        }
    }

    /// Who lives is told who leads (1008).
    fn tell_brokers(&self, broker: Name, fx: &mut Effects<'_, Mq>) {
        let set = self.disk.sets.get(broker).expect("somebody was elected");
        let request = ReplicaRequest::RoleChanged(set.leadership());
        let request = Request::Admin(AdminRequest::Replica(request).into());
        for live in self.active(broker, fx.now()) {
            let request = request.clone();
            fx.send(live.conn, Packet::Request { opaque: 0, oneway: true, request });
        }
    }

    fn elect(
        &mut self,
        broker: Name,
        wants: Option<u32>,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Election> {
        let candidate = |live: &Live| Candidate {
            id: live.beat.id,
            epoch: live.beat.epoch,
            end: live.beat.end,
            priority: live.beat.priority,
        };
        let alive: Vec<_> = self.active(broker, fx.now()).map(candidate).collect();
        let unclean = self.disk.unclean;
        let set = self.disk.sets.get_mut(broker)?;
        let election = set.elect(wants, &alive, unclean);
        let leadership = set.leadership();
        let epoch = leadership.epoch;
        match (election, leadership.master) {
            (Election::Won { first, unclean }, Some((_, leader))) => {
                let why = if first {
                    Because::ElectedFirst.plain()
                } else if unclean {
                    Because::ElectedUnclean.with(1)
                } else {
                    why
                };
                fx.note(Fact::Elected { leader, epoch, why });
                state_in_sync(leader, leadership.set.len(), Because::LeadsAlone.plain(), fx);
            }
            (Election::Nobody, _) if wants.is_none() => {
                let why = Because::NobodyInSync.with(u32::from(unclean));
                fx.note(Fact::Leaderless { broker, epoch, why });
            }
            (Election::Stays | Election::Nobody | Election::Won { .. }, _) => (),
        }
        Some(election)
    }
}

fn state_in_sync(leader: NodeId, members: usize, why: Why, fx: &mut Effects<'_, Mq>) {
    let members = u32::try_from(members).expect("brokers of a name are few");
    fx.note(Fact::InSync { leader, members, why });
}

fn success(reply: ReplicaReply) -> Reply {
    Reply::success(ReplyBody::Admin(AdminReply::Replica(reply).into()))
}

impl Digestible for ControllerDisk {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.sets);
    }
}

impl Digestible for Controller {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.disk);
        for live in &self.live {
            digest.put(&live.beat.broker);
            digest.word(u64::from(live.beat.id) << 32 | u64::from(live.beat.epoch));
            digest.word(live.beat.end);
            digest.put(&live.heard);
            digest.put(&live.conn);
        }
    }
}
