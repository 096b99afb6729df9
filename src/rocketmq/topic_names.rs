//! Which names topics and groups may have, and which are the system's.
//!
//! Follows `TopicValidator`.

use super::topic::TBW102;

/// Longest name of a topic.
const MOST_TOPIC: usize = 127;
/// Longest name of a retry or dead-letter topic.
const MOST_RETRY_TOPIC: usize = 255;
/// Longest name of a group, which its retry topics' names hold.
const MOST_GROUP: usize = 120;

/// Topic of delayed messages (`TopicValidator.RMQ_SYS_SCHEDULE_TOPIC`).
pub const SCHEDULE: &str = "SCHEDULE_TOPIC_XXXX";

/// Topics of the system, besides those that begin with `rmq_sys_`.
const SYSTEM: [&str; 10] = [
    TBW102,
    SCHEDULE,
    "BenchmarkTest",
    "RMQ_SYS_TRANS_HALF_TOPIC",
    "RMQ_SYS_TRACE_TOPIC",
    "RMQ_SYS_TRANS_OP_HALF_TOPIC",
    "TRANS_CHECK_MAX_TIME_TOPIC",
    "SELF_TEST_TOPIC",
    "OFFSET_MOVED_EVENT",
    "CHECKPOINT_TOPIC",
];

/// Topics to which no client may send.
const NOT_FOR_CLIENTS: [&str; 6] = [
    SCHEDULE,
    "RMQ_SYS_TRANS_HALF_TOPIC",
    "RMQ_SYS_TRANS_OP_HALF_TOPIC",
    "TRANS_CHECK_MAX_TIME_TOPIC",
    "SELF_TEST_TOPIC",
    "OFFSET_MOVED_EVENT",
];

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRefusal {
    /// Nothing but white space.
    Blank,
    /// A character besides letters, digits, `%`, `|`, `_` and `-`.
    IllegalCharacter,
    /// More characters than this.
    LongerThan(usize),
}

/// Checks the name of a topic (`validateTopic`).
///
/// # Errors
///
/// Where RocketMQ refuses it.
pub fn validate_topic(name: &str) -> Result<(), NameRefusal> {
    let retry = name.starts_with("%RETRY%") || name.starts_with("%DLQ%");
    validate(name, if retry { MOST_RETRY_TOPIC } else { MOST_TOPIC })
}

/// Checks the name of a group (`validateGroup`).
///
/// # Errors
///
/// Where RocketMQ refuses it.
pub fn validate_group(name: &str) -> Result<(), NameRefusal> {
    validate(name, MOST_GROUP)
}

/// True where a group of this name may be made on the way (`findSubscriptionGroupConfig`).
pub fn is_legal_group(name: &str) -> bool {
    name.len() <= MOST_RETRY_TOPIC && is_legal(name)
}

fn is_legal(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%|_-".contains(&byte))
}

fn validate(name: &str, most: usize) -> Result<(), NameRefusal> {
    if name.chars().all(char::is_whitespace) {
        return Err(NameRefusal::Blank);
    }
    if !is_legal(name) {
        return Err(NameRefusal::IllegalCharacter);
    }
    if name.len() > most { Err(NameRefusal::LongerThan(most)) } else { Ok(()) }
}

/// True for the system's topics (`isSystemTopic`).
pub fn is_system_topic(name: &str) -> bool {
    SYSTEM.contains(&name) || name.starts_with("rmq_sys_")
}

/// True for topics to which no client may send (`isNotAllowedSendTopic`).
pub fn is_closed_to_clients(name: &str) -> bool {
    NOT_FOR_CLIENTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_in_order() {
        assert_eq!(validate_topic(" \t"), Err(NameRefusal::Blank));
        assert_eq!(validate_topic("a.b"), Err(NameRefusal::IllegalCharacter));
        let long = "t".repeat(128);
        assert_eq!(validate_topic(&long), Err(NameRefusal::LongerThan(127)));
        assert_eq!(validate_topic(&format!("%RETRY%{long}")), Ok(()));
        assert_eq!(validate_group(&"g".repeat(121)), Err(NameRefusal::LongerThan(120)));
        assert!(is_system_topic("rmq_sys_x") && is_system_topic("TBW102"));
        assert!(!is_closed_to_clients("TBW102") && is_closed_to_clients("SELF_TEST_TOPIC"));
    }
}
