//! One broker without a network, natively.

use crate::session::stores::{fresh, send_all};

use super::figures::{Figure, per_second};
use super::watch::timed;

/// Messages of one sample.
const SENDS: u32 = 2_000_000;

/// Sends that are stored and acknowledged within a second of wall time.
pub(super) fn stores() -> Figure {
    Figure::taken("sends stored, one broker, no network", "/s", || {
        let mut world = fresh();
        let (seconds, stored) = timed(|| send_all(&mut world, SENDS));
        assert_eq!(stored, u64::from(SENDS), "every send is acknowledged");
        per_second(stored, seconds)
    })
}
