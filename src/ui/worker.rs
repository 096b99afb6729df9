//! Runs inside the Web Worker: receives requests, hands them to the session, posts replies.

/// Listens for requests.
pub fn start() {}
