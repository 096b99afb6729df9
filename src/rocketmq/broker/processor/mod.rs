//! Requests, one file per family. Each gives a reply, or none where it is held or comes later.

mod ack;
mod admin;
mod assignment;
mod calls;
mod client_manage;
mod end_transaction;
mod group_admin;
mod locks;
mod offset;
mod pop;
mod pull;
mod query;
mod queue_entries;
mod rare;
mod recall;
mod reply;
mod send;
mod send_back;
mod send_batch;
mod send_wired;
mod statistics;
mod topic_admin;

use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminRequest, Reply, ReplyBody, Request, code};

use super::Broker;
use super::call::Call;

pub(super) use assignment::KnownRoutes;
pub(super) use calls::PendingCall;
pub(super) use locks::QueueLocks;
pub(super) use reply::PendingReply;
pub(super) use send::{Making, refusal_of_topic};

impl Broker {
    /// Carries a request out.
    pub(super) fn process(
        &mut self,
        call: Call,
        request: &Request,
        waited: SimSpan,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        match request {
            Request::SendMessage(send) => self.process_send(call, send, waited, fx),
            Request::Pull(pull) => self.process_pull(call, pull, fx),
            Request::QueryOffset { group, topic, queue, or_zero } => {
                Some(self.query_offset(*group, (*topic, *queue), *or_zero))
            }
            Request::UpdateOffset { group, topic, queue, offset } => {
                Some(self.update_offset(*group, (*topic, *queue), *offset, fx))
            }
            Request::MaxOffset { topic, queue } => Some(self.max_offset(*topic, *queue)),
            Request::MinOffset { topic, queue } => Some(self.min_offset(*topic, *queue)),
            Request::Heartbeat(heartbeat) => {
                self.take_heartbeat(call.conn, heartbeat, fx);
                Some(Reply::success(ReplyBody::HeartbeatTaken))
            }
            Request::UnregisterClient { client, producer, consumer } => {
                self.unregister_client(*client, (*producer, *consumer), fx);
                Some(Reply::code(code::SUCCESS))
            }
            Request::ConsumerList { group } => Some(self.consumer_list(*group)),
            // A transaction of which nothing is known yet gets no answer.
            Request::Admin(request) if is_undecided(request) => None,
            Request::Admin(request) if self.config.ha.is_slave() && writes(request) => {
                Some(Reply::code(code::SLAVE_NOT_AVAILABLE))
            }
            Request::Admin(request) => {
                if let AdminRequest::Pop(pop) = &**request {
                    self.process_pop(call, pop, fx)
                } else if let AdminRequest::Replica(request) = &**request {
                    self.replica_asked(call.conn, request, fx)
                } else if let AdminRequest::SendReply(send, _) = &**request {
                    self.send_reply(call, send, fx)
                } else if let AdminRequest::Rare(rare) = &**request {
                    self.process_rare(call, rare, fx)
                } else {
                    Some(self.administer(request, fx))
                }
            }
            Request::RegisterBroker(_)
            | Request::UnregisterBroker { .. }
            | Request::GetRoute { .. }
            | Request::ConsumerIdsChanged { .. }
            | Request::Unknown { .. } => Some(Reply::code(code::REQUEST_CODE_NOT_SUPPORTED)),
        }
    }
}

/// What a slave does not carry out: it would write into its copy of the log, or into offsets that
/// are its master's.
fn writes(request: &AdminRequest) -> bool {
    matches!(
        request,
        AdminRequest::EndTransaction(_)
            | AdminRequest::Recall(_)
            | AdminRequest::SendReply(..)
            | AdminRequest::Pop(_)
            | AdminRequest::Ack(_)
            | AdminRequest::BatchAck(_)
            | AdminRequest::ChangeInvisible(..)
    )
}

fn is_undecided(request: &AdminRequest) -> bool {
    matches!(request, AdminRequest::EndTransaction(end) if !matches!(end.decision, 8 | 12))
}
