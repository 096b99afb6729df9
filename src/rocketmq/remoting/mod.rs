//! Typed requests and replies: RocketMQ's remoting commands without their bytes.
//!
//! Follows `RequestCode`, `ResponseCode` and the header classes. What a typed packet does not know
//! it keeps: [`Request::Unknown`].

mod admin;
pub mod names;
mod packet;
mod pop;
mod rare;
mod replicas;
mod reply;
mod request;

pub use admin::{
    AdminReply, AdminRequest, BrokerPlace, Consumers, EndTransaction, GroupOffsets, MessageQuery,
    Progress, PushReply, QueueEnds, QueueEntries, QueueName, Rates, Recall, RecallHandle,
    ResetOffsets, StatSums, TransactionCheck,
};
pub use packet::{HaFrame, Packet, Term, carried};
pub use pop::{AckRequest, OrderCount, PopHandle, PopKind, PopRequest, Popped, PoppedQueue};
pub use rare::{
    AssignmentQuery, ClientReset, ConsumerCall, RareReply, RareRequest, RequestMode, Running,
    RunningQueue, TimeSpan,
};
pub use replicas::{Beat, Epoch, Leadership, ReplicaReply, ReplicaRequest};
pub use reply::{Pulled, PulledMessage, Reply, ReplyBody, Route, RouteBroker, code};
pub use request::{
    ConsumerData, Heartbeat, PullRequest, Registration, Request, SendRequest, Subscription,
    TagExpression, bytes_in_batch, sys_flag,
};
