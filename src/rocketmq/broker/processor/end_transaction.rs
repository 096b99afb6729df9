//! Half messages come in, and are committed or rolled back (`EndTransactionProcessor`).

use crate::facts::Fact;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::broker::schedule::{DELAY, moved, restored};
use crate::rocketmq::broker::transactions::{HALF, immunity};
use crate::rocketmq::broker::{Broker, millis};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::properties::UNIQ_KEY;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{EndTransaction, Reply, code};

/// Bits of a transaction in a message's system flag (`MessageSysFlag`).
const BITS: i32 = 0b1100;
const COMMIT: i32 = 8;

impl Broker {
    /// A message of a transaction as it waits for its end; `None` for all others.
    pub(super) fn half(&self, message: &Message, queue: u32) -> Option<Message> {
        let wired = message.wired()?;
        let properties = &wired.properties;
        let is_half = properties.get("TRAN_MSG").is_some_and(|it| it.eq_ignore_ascii_case("true"));
        let is_delayed_retry = wired.reconsume_times > 0 && properties.get(DELAY).is_some();
        if !is_half || is_delayed_retry {
            return None;
        }
        let mut wired = Wired::clone(wired);
        wired.sys_flag &= !BITS;
        if let Some(key) = properties.get(UNIQ_KEY) {
            wired.properties.set("__transactionId__", key);
        }
        Some(moved(message, wired, (message.template.topic, queue), Name::new(HALF)))
    }

    /// Code 1 where group or places are not those of the half message; 604 where it comes later
    /// than the message's own time of immunity.
    pub(super) fn end_transaction(
        &mut self,
        end: EndTransaction,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let record = self.store.log().at(end.physical);
        let wrong = Reply::code(code::SYSTEM_ERROR);
        let Some(record) = record.filter(|record| record.offset == end.half) else { return wrong };
        let message = &record.message;
        let Some(wired) = message.wired() else { return wrong };
        if wired.properties.get("PGROUP") != Some(end.group.as_str()) {
            return wrong;
        }
        let timeout = i64::from(millis(self.config.rules.transaction_timeout));
        let immune = immunity(message).map(|immune| immune.max(timeout));
        let age = fx.wall().saturating_sub(message.born);
        if !end.from_check && immune.is_some_and(|immune| age > immune) {
            return Reply::code(code::ILLEGAL_OPERATION);
        }
        if self.is_fenced() {
            return Reply::code(code::SERVICE_NOT_AVAILABLE);
        }
        if end.decision == COMMIT || is_planted(Bug::RollbackCommits) {
            let mut wired = Wired::clone(wired);
            wired.sys_flag = wired.sys_flag & !BITS | COMMIT;
            wired.prepared = end.physical;
            let Some((real, queue)) = restored(&message.rewired(wired)) else { return wrong };
            let why = Because::TransactionCommitted.plain();
            let place = self.queue_ref(real.template.topic, queue, fx);
            fx.note(Fact::Due { msg: real.key, queue: place, why });
            self.deposit(&real, queue, fx);
        }
        let (msg, group) = (message.key, end.group);
        let because = match end.decision {
            COMMIT => Because::TransactionCommitted,
            _ => Because::TransactionRolledBack,
        };
        fx.note(Fact::Settled { msg, group, why: because.plain() });
        self.settle(end.half, fx);
        Reply::code(code::SUCCESS)
    }
}
