//! How long the next try of a message is put off, by the policy of its group.
//!
//! Follows `CustomizedRetryPolicy` and `ExponentialRetryPolicy` (`groupRetryPolicy`), with their
//! defaults. 5.x clients that hide a message go by it; push consumers of 4.x go by delay levels.

use crate::kernel::time::SimSpan;

/// `groupRetryPolicy` of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetryPolicy {
    /// `CUSTOMIZED`: the steps of the delay levels, from the third on.
    #[default]
    Customized,
    /// `EXPONENTIAL`: 5 s, twice as long each time, at most 2 h.
    Exponential,
}

/// `CustomizedRetryPolicy.next`, in s.
const STEPS: [u64; 18] =
    [1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200];
/// `initial` and `max` of `ExponentialRetryPolicy`, in s; `multiplier` is 2.
const INITIAL: u64 = 5;
const MOST: u64 = 7200;

impl RetryPolicy {
    /// The wait after a delivery that failed and had so many before it (`nextDelayDuration`).
    pub fn next_delay(self, reconsume_times: u32) -> SimSpan {
        let times = reconsume_times as usize;
        SimSpan::secs(match self {
            Self::Customized => STEPS[(times + 2).min(STEPS.len() - 1)],
            Self::Exponential => (INITIAL << times.min(32)).min(MOST),
        })
    }

    /// The policy with a name of RocketMQ's.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "CUSTOMIZED" => Some(Self::Customized),
            "EXPONENTIAL" => Some(Self::Exponential),
            _ => None,
        }
    }
}
