//! What was broken, where and when.

use crate::kernel::actor::NodeId;
use crate::observation::seen::Seen;

/// A rule. The page's text for it has the key `rule.` + [`Rule::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A send returned well, and no broker stored the message.
    AcknowledgedUnstored,
    /// A send returned well before the promised flush.
    AcknowledgedUnflushed,
    /// A send returned well before so many logs had it as were promised.
    AcknowledgedUncopied,
    /// What had reached the disk is gone.
    FlushedLost,
    /// What was acknowledged is gone, though the configuration promises that it stays.
    AcknowledgedLost,
    /// A queue's positions are not one after the other.
    PositionLeftOut,
    /// A group's offset passed a message that the group is not done with.
    CommittedUndone,
    /// A group's offset went back while its queue stayed in the same hands.
    OffsetWentBack,
    /// Two threads handle messages of one queue at the same time in a group that promises order.
    TwoAtOnce,
    /// A message was handled after one that stands behind it, in a group that promises order.
    OutOfOrder,
    /// A message of a transaction was shown before its program said that it counts.
    UndecidedShown,
    /// A broker ended in order and left a request unanswered.
    HeldForgotten,
    /// The ledger's sums do not add up.
    LedgerOff,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::AcknowledgedUnstored,
        Self::AcknowledgedUnflushed,
        Self::AcknowledgedUncopied,
        Self::FlushedLost,
        Self::AcknowledgedLost,
        Self::PositionLeftOut,
        Self::CommittedUndone,
        Self::OffsetWentBack,
        Self::TwoAtOnce,
        Self::OutOfOrder,
        Self::UndecidedShown,
        Self::HeldForgotten,
        Self::LedgerOff,
    ];

    /// The name of the rule.
    pub fn key(self) -> &'static str {
        match self {
            Self::AcknowledgedUnstored => "acknowledged_unstored",
            Self::AcknowledgedUnflushed => "acknowledged_unflushed",
            Self::AcknowledgedUncopied => "acknowledged_uncopied",
            Self::FlushedLost => "flushed_lost",
            Self::AcknowledgedLost => "acknowledged_lost",
            Self::PositionLeftOut => "position_left_out",
            Self::CommittedUndone => "committed_undone",
            Self::OffsetWentBack => "offset_went_back",
            Self::TwoAtOnce => "two_at_once",
            Self::OutOfOrder => "out_of_order",
            Self::UndecidedShown => "undecided_shown",
            Self::HeldForgotten => "held_forgotten",
            Self::LedgerOff => "ledger_off",
        }
    }
}

/// A rule that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// ns since the scenario's start.
    pub at: u64,
    /// Events up to and including the one that broke it, of all lanes together.
    pub ordinal: u64,
    /// Where it showed.
    pub node: NodeId,
    /// The message.
    pub message: Option<u32>,
    /// The queue's index.
    pub queue: Option<usize>,
    /// The group's index.
    pub group: Option<usize>,
    /// What should have been at least, or exactly.
    pub expected: u64,
    /// What was found.
    pub found: u64,
}

impl Violation {
    /// A rule that a fact broke.
    #[cold]
    pub(super) fn of(rule: Rule, seen: &Seen<'_>, (expected, found): (u64, u64)) -> Box<Self> {
        Box::new(Self {
            rule,
            at: seen.at,
            ordinal: seen.ordinal,
            node: seen.node,
            message: seen.message,
            queue: seen.queue,
            group: seen.group,
            expected,
            found,
        })
    }
}
