//! Sends (`SendMessageProcessor`, `AbstractSendMessageProcessor.msgCheck`).
//!
//! A topic that has to be made takes its time (files, a registration with every name server); sends
//! that come meanwhile wait for it.

use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::flow::Passing;
use crate::rocketmq::broker::replication::may_wait;
use crate::rocketmq::broker::transactions::HALF;
use crate::rocketmq::broker::wheel::TIMER;
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::message::{Message, Wired, property_bytes};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::properties::{Properties, UNIQ_KEY};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, SendRequest, code};
use crate::rocketmq::store::Put;
use crate::rocketmq::topic::TopicConfig;
use crate::rocketmq::topic_names::SCHEDULE;
use crate::rocketmq::topic_names::{is_closed_to_clients, validate_topic};

/// Most bytes of all properties: a signed number of 16 bits counts them.
const PROPERTY_BYTES: u32 = 32_767;
/// A queue that the broker chooses is a number below this, modulo the queues that can be written.
const RANDOM_QUEUES: u64 = 99_999_999;

/// `regionId` (`MixAll.DEFAULT_TRACE_REGION_ID`).
const REGION: &str = "DefaultRegion";

/// A topic that is being made, and the sends that wait for it, in order.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::broker) struct Making {
    topic: TopicConfig,
    because: Because,
    sends: Vec<(Call, Rc<SendRequest>)>,
}

/// Code and reason of a refusal.
type Refusal = (u16, Why);

impl Broker {
    /// No reply yet where the topic has to be made first.
    pub(super) fn process_send(
        &mut self,
        call: Call,
        send: &Rc<SendRequest>,
        waited: SimSpan,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if waited > SimSpan::ZERO {
            let why = Because::ThreadsBusy.with(self.config.send_threads);
            send.keys().for_each(|msg| fx.note(Fact::Admitted { msg, waited, why }));
        }
        if let Some(topic) = self.topics.open(send.topic).copied() {
            return self.check_and_store(call, send, &topic, fx);
        }
        match refusal_of_topic(send.topic) {
            Some(refusal) => Some(self.refuse_send(send, refusal, fx)),
            None => self.make_topic(call, send, fx),
        }
    }

    /// The topic is there: the sends that waited go on.
    pub(in crate::rocketmq::broker) fn topic_made(&mut self, name: Name, fx: &mut Effects<'_, Mq>) {
        let at = self.making.iter().position(|making| making.topic.name == name);
        let making = self.making.remove(at.expect("a topic is made once"));
        self.create_topic(making.topic, making.because, fx);
        for (call, send) in making.sends {
            if let Some(reply) = self.check_and_store(call, &send, &making.topic, fx) {
                call.answer(reply, fx);
            }
        }
    }

    fn make_topic(
        &mut self,
        call: Call,
        send: &Rc<SendRequest>,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let name = send.topic;
        if let Some(making) = self.making.iter_mut().find(|making| making.topic.name == name) {
            making.sends.push((call, Rc::clone(send)));
            return None;
        }
        let Some((topic, because)) = self.topic_to_make(send) else {
            let auto_create = u32::from(self.config.auto_create_topic);
            let why = Because::TopicNotExist.with(auto_create);
            return Some(self.refuse_send(send, (code::TOPIC_NOT_EXIST, why), fx));
        };
        let sends = vec![(call, Rc::clone(send))];
        self.making.push(Making { topic, because, sends });
        let time = self.config.create_topic_time.draw(fx.rng());
        fx.arm(time, Timer::Broker(BrokerTimer::TopicMade { topic: name }));
        None
    }

    fn check_and_store(
        &mut self,
        call: Call,
        send: &SendRequest,
        topic: &TopicConfig,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if let Some(refusal) = self.refusal_of_record(send, topic, fx.wall()) {
            if self.cleaning.is_full() && is_planted(Bug::AckUnstored) {
                let queue = u32::try_from(send.queue).unwrap_or(0);
                let (offset, physical) = (self.store.max_offset(send.topic, queue), 0);
                return Some(Reply::success(ReplyBody::Sent { queue, offset, physical }));
            }
            return Some(self.refuse_send(send, refusal, fx));
        }
        let reply = self.store_message(send, topic, fx);
        if !self.waits_for_safety() {
            return Some(reply);
        }
        let queue = self.queue_of(send, fx);
        self.when_safe((call, reply), &send.message, queue, fx)
    }

    pub(super) fn refuse_send(
        &self,
        send: &SendRequest,
        (code, why): Refusal,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let queue = self.queue_of(send, fx);
        send.keys().for_each(|msg| fx.note(Fact::Refused { msg, queue, code, why }));
        Reply { code, body: ReplyBody::SendRefused }
    }

    /// What is checked once the topic is known: the queue, then the sizes.
    fn refusal_of_record(
        &mut self,
        send: &SendRequest,
        topic: &TopicConfig,
        wall: i64,
    ) -> Option<Refusal> {
        let queues = topic.write_queues.max(topic.read_queues);
        let limit = self.config.max_message_size;
        let properties = match send.message.wired() {
            Some(_) => self.complete(&send.message).client_property_bytes(),
            None => send.message.client_property_bytes() + self.added_bytes(),
        };
        if i64::from(send.queue) >= i64::from(queues) {
            Some((code::INVALID_PARAMETER, Because::QueueNotExist.with(queues)))
        } else if send.queue < 0 && topic.write_queues == 0 {
            // Upstream divides by zero here.
            Some((code::SYSTEM_ERROR, Because::QueueNotExist.with(0)))
        } else if let Some(refusal) = self.refusal_of_retry(send) {
            Some(refusal)
        } else if let Some(refusal) = self.why_unsafe(&send.message) {
            Some(refusal)
        } else if self.cleaning.is_full() {
            Some((code::SERVICE_NOT_AVAILABLE, Because::DiskFull.with(self.disk_used())))
        } else if send.body_bytes() > limit {
            Some((code::MESSAGE_ILLEGAL, Because::MessageTooLarge.with(limit)))
        } else if properties > PROPERTY_BYTES {
            Some((code::MESSAGE_ILLEGAL, Because::PropertiesTooLarge.with(PROPERTY_BYTES)))
        } else if send.message.wired().is_some() && self.is_untimely(&send.message, wall) {
            Some((code::MESSAGE_ILLEGAL, Because::TimerIllegal.plain()))
        } else {
            None
        }
    }

    /// A send that would wait for slaves is refused where those cannot be enough.
    fn why_unsafe(&self, message: &Message) -> Option<Refusal> {
        if self.config.ha.is_slave() {
            return Some((code::SERVICE_NOT_AVAILABLE, Because::SlaveTakesNoSends.plain()));
        }
        let has_rules = self.controlled.is_some() || self.standing.is_some();
        let asks = has_rules && (self.is_fenced() || may_wait(message));
        if asks { self.refusal_of_replicas() } else { None }
    }

    fn store_message(
        &mut self,
        send: &SendRequest,
        topic: &TopicConfig,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let id = self.chosen_queue(send, topic, fx);
        if send.messages_of_batch().is_some() {
            return self.store_batch(send, id, fx);
        }
        if send.message.wired().is_some() {
            return self.store_wired(send, id, fx);
        }
        let put = self.append(&send.message, id, fx);
        let (offset, physical) = (put.offset, put.physical);
        Reply::success(ReplyBody::Sent { queue: id, offset, physical })
    }

    /// The queue that a send names, or one that the broker draws.
    pub(super) fn chosen_queue(
        &self,
        send: &SendRequest,
        topic: &TopicConfig,
        fx: &mut Effects<'_, Mq>,
    ) -> u32 {
        u32::try_from(send.queue).unwrap_or_else(|_| {
            let drawn = fx.rng().below(RANDOM_QUEUES);
            u32::try_from(drawn).expect("it was drawn below") % topic.write_queues
        })
    }

    /// Appends a message to the log and states it.
    pub(in crate::rocketmq::broker) fn append(
        &mut self,
        message: &Message,
        id: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> Put {
        self.append_behind(0, message, id, fx)
    }

    /// The same behind a blank record of so many bytes.
    #[inline]
    pub(super) fn append_behind(
        &mut self,
        blank: u64,
        message: &Message,
        id: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> Put {
        // A message that came as bytes has all its properties already.
        let extra = if message.wired().is_some() { 0 } else { self.added_bytes() };
        let (msg, wall, topic) = (message.key, fx.wall(), message.template.topic);
        let put = self.store.put(message, id, extra, wall);
        let queue = self.queue_ref(topic, id, fx);
        let (offset, physical, size) = (put.offset, put.physical, put.size);
        fx.note(Fact::Stored { msg, queue, offset, physical, size });
        let grown = put.grown + blank;
        self.grown(grown, fx);
        self.count_passing(Passing::Stored, 1, fx);
        if !self.stats.quiet {
            self.count_put(topic, (1, u64::from(size)), fx);
        }
        if grown > u64::from(size) || self.config.rules.cleaning.disk_bytes > 0 {
            self.arm_clean(fx);
        }
        put
    }

    /// A message that came as bytes, with what a broker adds to its properties.
    pub(super) fn complete(&self, message: &Message) -> Message {
        let Some(wired) = message.wired() else { return message.clone() };
        let mut wired = Wired::clone(wired);
        let properties = &mut wired.properties;
        if properties.get(UNIQ_KEY).is_none_or(str::is_empty) {
            properties.set(UNIQ_KEY, &broker_key(message));
        }
        self.add_own(properties);
        message.rewired(wired)
    }

    /// A message of the log with its contents as bytes, and what a broker added.
    pub(in crate::rocketmq::broker) fn as_bytes(&self, message: &Message) -> Message {
        match message.wired() {
            Some(_) => message.clone(),
            None => self.complete(&message.rewired(message.to_wired())),
        }
    }

    /// The properties that a broker adds to all.
    pub(super) fn add_own(&self, properties: &mut Properties) {
        properties.set("CLUSTER", self.config.cluster.as_str());
        properties.set("MSG_REGION", REGION);
        properties.set("TRACE_ON", "true");
    }

    /// Bytes of the properties that a broker adds: `CLUSTER`, `MSG_REGION`, `TRACE_ON`.
    fn added_bytes(&self) -> u32 {
        let cluster = u32::try_from(self.config.cluster.as_str().len()).expect("names are short");
        property_bytes("CLUSTER", cluster)
            + property_bytes("MSG_REGION", REGION.len().try_into().expect("13 bytes"))
            + property_bytes("TRACE_ON", "true".len().try_into().expect("4 bytes"))
    }

    /// `ReputMessageService` sleeps 1 ms between looks: its next phase, when there is work.
    pub(in crate::rocketmq::broker) fn arm_reput(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.reput_armed || !self.may_dispatch() {
            return;
        }
        self.reput_armed = true;
        let next = fx.now() + SimSpan::nanos(1);
        let at = next.next_phase(self.booted, SimSpan::millis(1));
        fx.arm_at(at, Timer::Broker(BrokerTimer::Reput));
    }

    /// With `SYNC_FLUSH` only what is on the disk comes into its queue, with a transient pool what
    /// is committed (`getConfirmOffset`).
    fn may_dispatch(&self) -> bool {
        if self.controlled.is_some() {
            return self.store.next_end().is_some_and(|end| self.confirmed() >= Some(end));
        }
        let is_sync = self.config.ha.sync_flush;
        if !is_sync && !self.has_pool() {
            return self.store.is_behind();
        }
        let until = if is_sync { self.flush.flushed() } else { self.committed() };
        self.store.next_end().is_some_and(|end| end <= until)
    }

    /// Dispatches all that is new and wakes who waits for it.
    pub(in crate::rocketmq::broker) fn reput(&mut self, fx: &mut Effects<'_, Mq>) {
        self.reput_armed = false;
        while self.may_dispatch() {
            self.dispatch_next(fx);
        }
    }

    /// Everything that is stored, whatever keeps it back.
    pub(in crate::rocketmq::broker) fn dispatch_all(&mut self, fx: &mut Effects<'_, Mq>) {
        while self.store.is_behind() {
            self.dispatch_next(fx);
        }
    }

    /// A slave only wakes who waits: what a master does with messages of the system's topics is
    /// done there.
    fn dispatch_next(&mut self, fx: &mut Effects<'_, Mq>) {
        let Some(record) = self.store.dispatch() else { return };
        let topic = record.message.template.topic;
        let queue = self.queue_ref(topic, record.queue, fx);
        let (msg, offset) = (record.message.key, record.offset);
        if !self.config.ha.is_slave() {
            fx.note(Fact::Dispatched { msg, queue, offset });
        }
        self.wake_for(queue, offset, &record.message, fx);
        if self.leads() {
            self.wake_pops((topic, record.queue), (offset, &record.message), fx);
            self.serve_derived(topic, record.queue, fx);
        } else if self.stands_in() {
            self.arm_schedule(fx);
        }
    }
}

impl Broker {
    /// A record came into a topic of the broker's own: who serves it has work.
    fn serve_derived(&mut self, topic: Name, queue: u32, fx: &mut Effects<'_, Mq>) {
        match topic.as_str() {
            TIMER => self.arm_wheel(fx),
            SCHEDULE => self.arm_schedule(fx),
            HALF => self.arm_check(fx),
            other if other.starts_with("rmq_sys_REVIVE_LOG_") => self.arm_reviver(queue, fx),
            _ => (),
        }
    }
}

/// A unique key that a broker makes for a message that came without: as long as that of a process
/// with an IPv6 address.
fn broker_key(message: &Message) -> String {
    let born = message.born.cast_unsigned();
    format!("{:024X}{born:016X}{:08X}{:08X}", 0, message.key.producer.0, message.key.seq)
}

/// What is checked of a topic's name alone.
pub(in crate::rocketmq::broker) fn refusal_of_topic(topic: Name) -> Option<Refusal> {
    if validate_topic(topic.as_str()).is_err() {
        return Some((code::INVALID_PARAMETER, Because::TopicNameIllegal.plain()));
    }
    let is_forbidden = is_closed_to_clients(topic.as_str());
    is_forbidden.then(|| (code::NO_PERMISSION, Because::TopicForbidden.plain()))
}

impl Digestible for Making {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topic);
        for (call, send) in &self.sends {
            digest.put(call);
            digest.put(&send.message);
        }
    }
}
