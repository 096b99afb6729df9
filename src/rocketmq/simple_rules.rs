//! What simple consumers (5.x) and their programs can be told.

use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;

use super::config::ClientConfig;
use super::listener::AnswerRule;
use super::remoting::TagExpression;
use super::retry_policy::RetryPolicy;

/// A simple consumer (`SimpleConsumer`) and its program.
#[derive(Clone, Debug, PartialEq)]
pub struct SimpleConfig {
    pub client: ClientConfig,
    pub subscriptions: Vec<(Name, TagExpression)>,
    pub rules: SimpleRules,
}

/// What it asks for, and what its program does.
#[derive(Clone, Debug, PartialEq)]
pub struct SimpleRules {
    /// `maxMessageNum` of `receive`.
    pub most: u32,
    /// `invisibleDuration` of `receive`.
    pub invisible: SimSpan,
    /// `awaitDuration`: so long a call may wait.
    pub await_duration: SimSpan,
    /// Threads of the program that call.
    pub receivers: u32,
    /// Each calls so often, then no more; none: until it ends.
    pub receives: Option<u32>,
    /// Between two calls.
    pub pause: Spread,
    /// How long it takes to handle one message.
    pub handling: Spread,
    /// What becomes of messages that are not just acknowledged.
    pub answers: Vec<AnswerRule>,
    /// While it handles a message, the program asks so often for as much time again.
    pub renews: Option<SimSpan>,
    /// For how long one is hidden where no time is named (`groupRetryPolicy`).
    pub policy: RetryPolicy,
}

/// Limits of the proxy for how long a call waits.
const LEAST: SimSpan = SimSpan::secs(5);
const MOST: SimSpan = SimSpan::secs(20);

impl SimpleRules {
    /// How long a broker may hold a call: proxies have it between 5 and 20 s
    /// (`grpcClientConsumerMinLongPollingTimeoutMillis` and its counterpart).
    pub fn held(&self) -> SimSpan {
        self.await_duration.clamp(LEAST, MOST)
    }
}

impl Default for SimpleRules {
    fn default() -> Self {
        Self {
            most: 16,
            invisible: SimSpan::secs(15),
            await_duration: SimSpan::secs(20),
            receivers: 1,
            receives: None,
            pause: Spread::ZERO,
            handling: Spread::ZERO,
            answers: Vec::new(),
            renews: None,
            policy: RetryPolicy::Customized,
        }
    }
}
