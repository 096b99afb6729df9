//! A broker under a controller (`enableControllerMode`): how it gets its id, whom it follows, and
//! what it tells.
//!
//! Follows `ReplicasManager`. A broker that starts takes no messages and registers nowhere until a
//! controller named the one that leads. Left out: the file for an id that is not taken yet, checks
//! of what the files say, learners (`asyncLearner`), `syncFromLastFile`.

mod epochs;
mod in_sync;
mod roles;

use crate::facts::Why;
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, Beat, Leadership, ReplicaReply, ReplicaRequest, Reply, ReplyBody,
    Request, code,
};

use super::{Broker, BrokerTimer, ReplicationTimer, millis};
use epochs::Epochs;

/// Pause after a question of the start that got no good answer: for the controller that decides
/// (of three tries), and for all others (`RETRY_INTERVAL_SECOND`).
const SEEK_AGAIN: SimSpan = SimSpan::secs(1);
const TRY_AGAIN: SimSpan = SimSpan::secs(5);
/// `brokerHeartbeatInterval`.
const BEAT: SimSpan = SimSpan::secs(1);
/// The first look at the leadership comes so long after the start.
const FIRST_LOOK: SimSpan = SimSpan::secs(3);

/// What a broker knows of its controllers and of its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Controlled {
    /// Its id among those of its name (`BrokerMetadata`). On the disk, as are the next two.
    id: Option<u32>,
    pub(super) epochs: Epochs,
    /// Everything before it is where it has to be (`confirmPhyOffset`).
    confirm: u64,
    stage: Stage,
    /// Connections to controllers, asked for or open.
    channels: Vec<(NodeId, ConnId)>,
    /// The controller that decides.
    decides: Option<NodeId>,
    /// Who leads, as it was last told.
    master: Option<u32>,
    epoch: u32,
    set: Vec<u32>,
    set_epoch: u32,
    /// A set that the controller was asked for.
    proposed: Option<Vec<u32>>,
    /// The answer is awaited.
    proposing: bool,
    /// Slaves that said who they are.
    greeted: Vec<(ConnId, u32)>,
    check_armed: bool,
}

/// Where a broker's start is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Which controller decides?
    #[default]
    Seeking,
    /// Which id is free?
    Numbering,
    /// Takes that id.
    Taking(u32),
    /// Who leads?
    Registering,
    /// Nobody does: may it lead itself?
    Electing,
    /// Somebody leads.
    Running,
}

impl Controlled {
    /// What the end of a process leaves, where the log ends at `end`.
    pub(super) fn left(self, end: u64) -> Self {
        let Self { id, mut epochs, confirm, .. } = self;
        epochs.cut(end.max(1));
        Self { id, epochs, confirm: confirm.min(end), ..Self::default() }
    }

    fn conn_of(&self, node: NodeId) -> Option<ConnId> {
        self.channels.iter().find(|(known, _)| *known == node).map(|(_, conn)| *conn)
    }

    fn own(&self) -> u32 {
        self.id.expect("it has an id")
    }
}

impl Broker {
    /// A controller decides who leads, and has not done so yet.
    #[inline(always)] // What asks cannot wait (`xtask/src/split`), what is asked can.
    pub(super) fn is_fenced(&self) -> bool {
        self.controlled.as_ref().is_some_and(|it| it.stage != Stage::Running)
    }

    /// `stateVersion` of what it registers.
    #[inline(always)] // As above.
    pub(super) fn state_version(&self) -> u32 {
        self.controlled.as_ref().map_or(0, |it| it.epoch)
    }

    fn under(&mut self) -> &mut Controlled {
        self.controlled.as_mut().expect("a controller decides")
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn begin_under_controller(&mut self, fx: &mut Effects<'_, Mq>) {
        self.open_controllers(fx);
        fx.arm(SEEK_AGAIN, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Join)));
    }

    fn open_controllers(&mut self, fx: &mut Effects<'_, Mq>) {
        for node in self.config.ha.replicas.controllers.clone() {
            if self.under().conn_of(node).is_none() {
                let conn = fx.open(node);
                self.under().channels.push((node, conn));
            }
        }
    }

    /// A connection is usable: true where that is one to a controller.
    pub(super) fn controller_opened(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) -> bool {
        let Some(it) = &self.controlled else { return false };
        let is_one = it.channels.iter().any(|(_, known)| *known == conn);
        if is_one && it.stage == Stage::Seeking {
            self.next_question(fx);
        }
        is_one
    }

    pub(super) fn controller_closed(&mut self, conn: ConnId) {
        let Some(it) = &mut self.controlled else { return };
        let lost = it.channels.iter().position(|(_, known)| *known == conn);
        if let Some((node, _)) = lost.map(|at| it.channels.remove(at)) {
            it.decides = it.decides.filter(|decides| *decides != node);
            it.proposing = false;
        }
        it.greeted.retain(|(known, _)| *known != conn);
    }

    /// Tries again what the start hangs on.
    pub(super) fn join_again(&mut self, fx: &mut Effects<'_, Mq>) {
        if !self.is_fenced() || self.stopping {
            return;
        }
        self.open_controllers(fx);
        if self.under().decides.is_none() {
            self.under().stage = Stage::Seeking;
        }
        self.next_question(fx);
        let again = if self.under().stage == Stage::Seeking { SEEK_AGAIN } else { TRY_AGAIN };
        fx.arm(again, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Join)));
    }

    fn next_question(&mut self, fx: &mut Effects<'_, Mq>) {
        let (broker, it) = (self.config.name, self.under());
        let request = match it.stage {
            Stage::Seeking => ReplicaRequest::Decides,
            Stage::Numbering => ReplicaRequest::NextId { broker },
            Stage::Taking(id) => ReplicaRequest::TakeId { broker, id },
            Stage::Registering => ReplicaRequest::Register { broker, id: it.own() },
            Stage::Electing => {
                let id = it.own();
                // The controller elects only whom it heard of.
                self.beat_to_controllers(fx);
                ReplicaRequest::Elect { broker, id }
            }
            Stage::Running => return,
        };
        self.ask_controller(request, fx);
    }

    /// Asks the controller that decides, or any other who that is; false where none is there.
    fn ask_controller(&mut self, request: ReplicaRequest, fx: &mut Effects<'_, Mq>) -> bool {
        let it = self.under();
        let open = it.channels.iter().find(|(_, conn)| fx.is_open(*conn)).map(|(_, conn)| *conn);
        let conn = if request == ReplicaRequest::Decides {
            open
        } else {
            it.decides.and_then(|node| it.conn_of(node)).filter(|conn| fx.is_open(*conn))
        };
        if let Some(conn) = conn {
            self.ask(conn, Request::Admin(AdminRequest::Replica(request).into()), fx);
        }
        conn.is_some()
    }

    /// A controller answered; false where the reply is somebody else's.
    pub(super) fn controller_answered(
        &mut self,
        conn: ConnId,
        reply: &Reply,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let Some(it) = &mut self.controlled else { return false };
        if !it.channels.iter().any(|(_, known)| *known == conn) {
            return false;
        }
        let body = if let ReplyBody::Admin(reply) = &reply.body { Some(&**reply) } else { None };
        let stage = it.stage;
        if let Some(AdminReply::Replica(ReplicaReply::Decides(node))) = body {
            it.decides = *node;
            if stage == Stage::Seeking && node.is_some() {
                let next = if it.id.is_some() { Stage::Registering } else { Stage::Numbering };
                self.go_on(next, fx);
            }
        } else if let (Stage::Numbering, Some(AdminReply::Replica(ReplicaReply::NextId(id)))) =
            (stage, body)
        {
            self.go_on(Stage::Taking(*id), fx);
        } else if let Stage::Taking(id) = stage {
            let is_taken = reply.code == code::SUCCESS;
            it.id = is_taken.then_some(id);
            self.go_on(if is_taken { Stage::Registering } else { Stage::Numbering }, fx);
        } else if let Some(AdminReply::Replica(ReplicaReply::Leadership(told))) = body {
            self.leadership_came(stage, reply.code, told, fx);
        } else if stage == Stage::Running {
            it.proposing = false;
        }
        true
    }

    fn go_on(&mut self, stage: Stage, fx: &mut Effects<'_, Mq>) {
        self.under().stage = stage;
        self.next_question(fx);
    }

    fn leadership_came(
        &mut self,
        stage: Stage,
        code: u16,
        told: &Leadership,
        fx: &mut Effects<'_, Mq>,
    ) {
        let is_good = matches!(code, code::SUCCESS | code::CONTROLLER_MASTER_STILL_EXIST);
        if stage != Stage::Running {
            let is_led = is_good && told.master.is_some();
            if is_led {
                self.run_under_controller(fx);
                self.adopt(told, Because::ControllerAsked.plain(), fx);
            } else if stage == Stage::Registering {
                self.go_on(Stage::Electing, fx);
            }
            return;
        }
        let it = self.under();
        it.proposing = false;
        if told.epoch == it.epoch {
            self.set_came(told, fx);
        } else if told.epoch > it.epoch && told.master.is_some() {
            let look = millis(self.config.ha.replicas.look);
            self.adopt(told, Because::ControllerAsked.with(look), fx);
        } else if told.epoch > it.epoch && is_good {
            let (broker, id) = (self.config.name, self.under().own());
            self.ask_controller(ReplicaRequest::Elect { broker, id }, fx);
        }
    }

    /// Somebody leads: the broker is there for everybody from now on.
    fn run_under_controller(&mut self, fx: &mut Effects<'_, Mq>) {
        let (booted, soon) = (self.booted, fx.now() + SimSpan::nanos(1));
        self.under().stage = Stage::Running;
        let timer = |timer| Timer::Broker(BrokerTimer::Replication(timer));
        fx.arm_at(soon.next_phase(booted, BEAT), timer(ReplicationTimer::ControllerBeat));
        fx.arm(FIRST_LOOK, timer(ReplicationTimer::Look));
    }

    /// A controller told of a new leader (1008).
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn replica_asked(
        &mut self,
        conn: ConnId,
        request: &ReplicaRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let ReplicaRequest::RoleChanged(told) = request else {
            self.standing_asked(conn, request, fx);
            return Some(Reply::code(code::SUCCESS));
        };
        if self.controlled.is_some() && !self.is_fenced() {
            self.adopt(told, Because::ControllerTold.plain(), fx);
        }
        None
    }

    /// Takes what is newer than what it knows (`changeBrokerRole`).
    fn adopt(&mut self, told: &Leadership, why: Why, fx: &mut Effects<'_, Mq>) {
        let it = self.under();
        if told.epoch <= it.epoch {
            return;
        }
        let Some((master, node)) = told.master else { return };
        it.epoch = told.epoch;
        let is_same = it.master.replace(master) == Some(master);
        if master == it.own() {
            self.lead(told, is_same, why, fx);
        } else {
            self.follow(node, is_same, why, fx);
        }
    }

    pub(super) fn controller_beat(&mut self, fx: &mut Effects<'_, Mq>) {
        if !self.stopping {
            self.beat_to_controllers(fx);
            fx.arm(BEAT, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::ControllerBeat)));
        }
    }

    /// Tells every controller that it lives (904).
    fn beat_to_controllers(&mut self, fx: &mut Effects<'_, Mq>) {
        let (broker, rules) = (self.config.name, &self.config.ha.replicas);
        let (silence, priority) = (millis(rules.silence), rules.priority);
        let end = self.store.log().end();
        let it = self.under();
        let (id, epoch) = (it.own(), it.epochs.last().epoch);
        let beat = Beat { broker, id, epoch, end, silence, priority };
        let request = Request::Admin(AdminRequest::Replica(ReplicaRequest::Beat(beat)).into());
        for (_, conn) in it.channels.clone() {
            if fx.is_open(conn) {
                self.tell(conn, request.clone(), fx);
            }
        }
    }

    /// Asks who leads, and which controller decides where that is not known
    /// (`syncBrokerMetadataPeriod`; upstream asks the latter every 10 s).
    pub(super) fn look_at_leadership(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.stopping {
            return;
        }
        self.open_controllers(fx);
        let broker = self.config.name;
        if !self.ask_controller(ReplicaRequest::Leadership { broker }, fx) {
            self.ask_controller(ReplicaRequest::Decides, fx);
        }
        let again = self.config.ha.replicas.look;
        fx.arm(again, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Look)));
    }
}

impl Digestible for Controlled {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.id);
        digest.put(&self.epochs);
        digest.word(self.confirm);
        digest.put(&self.master);
        digest.word(u64::from(self.epoch) << 32 | u64::from(self.set_epoch));
        digest.all(self.set.iter());
        for (node, conn) in &self.channels {
            digest.put(node);
            digest.put(conn);
        }
        digest.word(match self.stage {
            Stage::Seeking => 0,
            Stage::Numbering => 1,
            Stage::Taking(id) => 2 | u64::from(id) << 8,
            Stage::Registering => 3,
            Stage::Electing => 4,
            Stage::Running => 5,
        });
    }
}
