//! Pulls (`PullMessageProcessor`): checks in order, reading, commit on the way, hold or answer.
//!
//! Left out: lite pull's own code.

use crate::facts::{AnswerCode, Fact, QueueRef, Why};
use crate::kernel::effects::Effects;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::filter::sql92::Sql92;
use crate::rocketmq::broker::flow::Passing;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    PullRequest, Pulled, Reply, ReplyBody, Subscription, TagExpression, code, sys_flag,
};
use crate::rocketmq::store::{GetLimits, GetResult, GetStatus, Transfer};

/// `ForbiddenType`: which rule forbids a read.
const GROUP: u8 = 2;
const TOPIC: u8 = 3;
const BROADCASTING: u8 = 4;
const PAIR: u8 = 5;

/// Code and reason of a refusal.
type Refusal = (u16, Why);

impl Broker {
    /// A pull came; stated before it waits for a thread.
    pub(in crate::rocketmq::broker) fn state_arrival(
        &self,
        pull: &PullRequest,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (queue, group, offset) = (self.queue_of_pull(pull, fx), pull.group, pull.offset);
        fx.note(Fact::AskArrived { queue, group, offset });
    }

    /// The first pass: may commit, and may hold.
    pub(super) fn process_pull(
        &mut self,
        call: Call,
        pull: &PullRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let tags = match self.check_pull(pull) {
            Ok(tags) => tags,
            Err(refusal) => {
                self.refuse_pull(call, pull, refusal, fx);
                return None;
            }
        };
        if pull.sys_flag & sys_flag::SUBSCRIPTION != 0 {
            let subscription = Subscription { topic: pull.topic, tags, version: fx.wall() };
            self.remember_subscription(pull.group, subscription);
        }
        let result = self.read(pull, tags, fx);
        if pull.sys_flag & sys_flag::COMMIT_OFFSET != 0 {
            let why = Because::CommitWithPull.plain();
            let committed = (self.queue_of_pull(pull, fx), pull.commit_offset);
            self.commit(pull.group, committed, why, fx);
        }
        let may_hold = pull.sys_flag & sys_flag::SUSPEND != 0 && !self.stopping;
        if may_hold && self.code_of(result.status, pull.offset) == code::PULL_NOT_FOUND {
            self.hold(call, pull, tags, fx);
        } else {
            self.answer_pull((call, pull), result, Because::AnsweredEmpty.plain(), fx);
        }
        None
    }

    /// A later pass of a held pull that was woken for this reason: through all checks again, and
    /// answered whatever comes out.
    pub(in crate::rocketmq::broker) fn pull_again(
        &mut self,
        call: Call,
        pull: &PullRequest,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        match self.check_pull(pull) {
            Ok(tags) => {
                let result = self.read(pull, tags, fx);
                self.answer_pull((call, pull), result, why, fx);
            }
            Err(refusal) => self.refuse_pull(call, pull, refusal, fx),
        }
    }

    /// Checks 2 to 10 of the reference; gives the tags that count. A group that is not known is
    /// made (`autoCreateSubscriptionGroup`).
    fn check_pull(&mut self, pull: &PullRequest) -> Result<TagExpression, Refusal> {
        let no_group = (code::SUBSCRIPTION_GROUP_NOT_EXIST, Because::GroupNotExist.plain());
        let group = self.find_group(pull.group).ok_or(no_group)?;
        if !group.may_consume {
            return Err((code::NO_PERMISSION, Because::GroupForbidden.plain()));
        }
        let auto_create = u32::from(self.config.auto_create_topic);
        let missing = (code::TOPIC_NOT_EXIST, Because::TopicNotExist.with(auto_create));
        let topic = self.topics.get(pull.topic).ok_or(missing)?;
        if !topic.is_readable() {
            return Err((code::NO_PERMISSION, Because::NoPermission.plain()));
        }
        if pull.queue >= topic.read_queues {
            let why = Because::QueueNotExist.with(topic.read_queues);
            return Err((code::INVALID_PARAMETER, why));
        }
        if pull.sys_flag & sys_flag::SUBSCRIPTION != 0 {
            return self.check_expression(pull.tags);
        }
        let unknown = (code::SUBSCRIPTION_NOT_EXIST, Because::AnsweredNoSubscription.plain());
        if !group.may_broadcast && self.clients.broadcasts(pull.group) {
            return Err((code::NO_PERMISSION, Because::BroadcastForbidden.plain()));
        }
        if self.desk.kept.forbidden.contains(&(pull.group, pull.topic))
            && self.clients.subscribes(pull.group)
        {
            return Err((code::NO_PERMISSION, Because::ReadForbidden.plain()));
        }
        let known = self.clients.subscription(pull.group, pull.topic).ok_or(unknown)?;
        if known.version < pull.sub_version {
            let why = Because::AnsweredOldSubscription.plain();
            return Err((code::SUBSCRIPTION_NOT_LATEST, why));
        }
        // What did not compile at the heartbeat left no filter behind.
        let missing = |(why_code, why)| match why_code {
            code::SUBSCRIPTION_PARSE_FAILED => (code::FILTER_DATA_NOT_EXIST, why),
            other => (other, why),
        };
        self.check_expression(known.tags).map_err(missing)
    }

    /// An SQL92 expression must be allowed, and must compile.
    fn check_expression(&self, tags: TagExpression) -> Result<TagExpression, Refusal> {
        let why = Because::ExpressionUnusable.plain();
        if tags.is_sql() && !self.config.rules.property_filter {
            return Err((code::SYSTEM_ERROR, why));
        }
        if tags.is_sql() && Sql92::compile(tags.as_str()).is_err() {
            return Err((code::SUBSCRIPTION_PARSE_FAILED, why));
        }
        Ok(tags)
    }

    /// A reset that waits is told instead, once.
    fn read(&mut self, pull: &PullRequest, tags: TagExpression, fx: &Effects<'_, Mq>) -> GetResult {
        let result = self.read_queue(pull, tags);
        if result.messages.is_empty() {
            self.count_passing(Passing::Missed, 1, fx);
        }
        self.note_pulled((pull.topic, pull.group), pull.queue, result.next);
        result
    }

    fn read_queue(&mut self, pull: &PullRequest, tags: TagExpression) -> GetResult {
        let place = (pull.topic, pull.queue);
        if let Some(next) = self.offsets.take_reset(pull.group, pull.topic, pull.queue) {
            return self.store.moved_to(place, next);
        }
        let limits = self.limits_of_answer(pull.max_messages);
        let mut result = self.store.get(place, pull.offset, tags, limits);
        // `nextOffsetCorrection`: a slave does not say where to go on (`offsetCheckInSlave`).
        if self.config.ha.is_slave() && !is_scan(result.status) {
            result.next = pull.offset;
        }
        result
    }

    /// What an answer holds where a client asks for so many messages.
    pub(in crate::rocketmq::broker) fn limits_of_answer(&self, max_messages: u32) -> GetLimits {
        let (config, reading) = (&self.config, self.config.rules.reading);
        let in_memory =
            Transfer { count: config.max_transfer_count, bytes: config.max_transfer_bytes };
        let on_disk = Transfer { count: reading.disk_count, bytes: reading.disk_bytes };
        GetLimits { max_messages, in_memory, on_disk, near: reading.in_memory() }
    }

    fn code_of(&self, status: GetStatus, offset: u64) -> u16 {
        if self.sends_back() && status != GetStatus::Found {
            return code::PULL_RETRY_IMMEDIATELY;
        }
        code_of(status, offset)
    }

    /// A slave sends everybody back to its master who gets nothing from it, while the master lives:
    /// while its log can be copied, and no slave acts for it.
    fn sends_back(&self) -> bool {
        let stood_in_for = self.standing.as_ref().is_some_and(|it| it.has_no_master());
        self.config.ha.is_slave() && self.replication.has_source() && !stood_in_for
    }

    /// Whom to ask next time: a slave (`whichBrokerWhenConsumeSlowly`) where what was read lies
    /// too far behind the end of the log to be still in memory.
    fn suggestion(&self, pull: &PullRequest, result: &GetResult) -> u32 {
        if !self.config.ha.slave_read || !is_scan(result.status) {
            return 0;
        }
        let last = self.store.record_in(pull.topic, pull.queue, result.next.wrapping_sub(1));
        let behind = self.store.log().end() - last.map_or(0, |last| last.physical);
        u32::from(behind > self.config.rules.reading.in_memory())
    }

    /// Sends what was read; `nothing` says why, where that is nothing new. A channel that is gone
    /// takes no answer, and none is stated.
    fn answer_pull(
        &mut self,
        (call, pull): (Call, &PullRequest),
        result: GetResult,
        nothing: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let reply_code = self.code_of(result.status, pull.offset);
        let suggested = self.suggestion(pull, &result);
        let count = u32::try_from(result.messages.len()).expect("an answer is small");
        let offset = result.messages.first().map_or(result.next, |message| message.offset);
        let pulled = Pulled {
            topic: pull.topic,
            queue: pull.queue,
            status: result.status,
            next: result.next,
            min: result.min,
            max: result.max,
            suggested,
            messages: result.messages.into(),
        };
        let bytes = pulled.messages.iter().map(|message| u64::from(message.size)).sum();
        let reply = Reply { code: reply_code, body: ReplyBody::Pulled(pulled) };
        if reply_code == code::SUCCESS {
            self.count_get((pull.topic, pull.group), (count.into(), bytes), fx);
        }
        if !call.answer(reply, fx) {
            return;
        }
        let (queue, group) = (self.queue_of_pull(pull, fx), pull.group);
        for (offset, count) in result.skipped {
            let why = Because::TagMismatch.plain();
            fx.note(Fact::Skipped { queue, group, offset, count, why });
        }
        let (code, why) = if self.sends_back() && !is_scan(result.status) {
            (AnswerCode::NothingNew, Because::SlaveSendsBack.plain())
        } else {
            outcome_of(reply_code, pull.max_messages, nothing)
        };
        fx.note(Fact::Answered { queue, group, offset, count, code, why });
    }

    fn refuse_pull(
        &self,
        call: Call,
        pull: &PullRequest,
        refusal: Refusal,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (code, why) = refusal;
        let body = match code {
            code::NO_PERMISSION if why == Because::GroupForbidden.plain() => {
                ReplyBody::Forbidden(GROUP)
            }
            code::NO_PERMISSION if why == Because::ReadForbidden.plain() => {
                ReplyBody::Forbidden(PAIR)
            }
            code::NO_PERMISSION if why == Because::BroadcastForbidden.plain() => {
                ReplyBody::Forbidden(BROADCASTING)
            }
            code::NO_PERMISSION => ReplyBody::Forbidden(TOPIC),
            _ => ReplyBody::Empty,
        };
        if call.answer(Reply { code, body }, fx) {
            self.state_refusal(pull, why, fx);
        }
    }

    /// States that a pull was refused.
    pub(in crate::rocketmq::broker) fn state_refusal(
        &self,
        pull: &PullRequest,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (queue, group, offset) = (self.queue_of_pull(pull, fx), pull.group, pull.offset);
        fx.note(Fact::Answered { queue, group, offset, count: 0, code: AnswerCode::Refused, why });
    }

    pub(in crate::rocketmq::broker) fn queue_of_pull(
        &self,
        pull: &PullRequest,
        fx: &Effects<'_, Mq>,
    ) -> QueueRef {
        self.queue_ref(pull.topic, pull.queue, fx)
    }
}

/// Entries of the queue were looked at.
fn is_scan(status: GetStatus) -> bool {
    matches!(status, GetStatus::Found | GetStatus::NoMatchedMessage)
}

/// Status to response code (§5.2 of the reference).
fn code_of(status: GetStatus, offset: u64) -> u16 {
    match status {
        GetStatus::Found => code::SUCCESS,
        GetStatus::NoMatchedMessage => code::PULL_RETRY_IMMEDIATELY,
        GetStatus::NoMessageInQueue if offset == 0 => code::PULL_NOT_FOUND,
        GetStatus::OffsetOverflowOne => code::PULL_NOT_FOUND,
        GetStatus::NoMessageInQueue
        | GetStatus::OffsetTooSmall
        | GetStatus::OffsetReset
        | GetStatus::OffsetOverflowBadly => code::PULL_OFFSET_MOVED,
    }
}

fn outcome_of(reply_code: u16, batch: u32, nothing: Why) -> (AnswerCode, Why) {
    match reply_code {
        code::SUCCESS => (AnswerCode::Found, Because::AnsweredFound.with(batch)),
        code::PULL_RETRY_IMMEDIATELY => {
            (AnswerCode::NothingMatches, Because::AnsweredNoMatch.plain())
        }
        code::PULL_OFFSET_MOVED => (AnswerCode::OffsetMoved, Because::AnsweredMoved.plain()),
        _ => (AnswerCode::NothingNew, nothing),
    }
}
