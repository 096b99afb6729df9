//! What a producer was told is stored is stored, as safely as the broker's configuration promises,
//! and stays so.

use crate::facts::{Promises, SendOutcome};
use crate::kernel::actor::NodeId;
use crate::kernel::life::End;
use crate::observation::Observations;
use crate::observation::messages::flag;
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// A send returned.
pub(super) fn told(
    seen: &Seen<'_>,
    (offset, outcome): (u64, SendOutcome),
    so_far: &Observations,
) -> Verdict {
    let (Some(number), Some(queue)) = (seen.message, seen.queue) else { return Ok(()) };
    let record = so_far.messages.record(number);
    if record.flags & (flag::STORED | flag::WAITING) == 0 {
        return Err(Violation::of(Rule::AcknowledgedUnstored, seen, (1, 0)));
    }
    let is_this = record.queue as usize == queue && u64::from(record.offset) == offset;
    if outcome != SendOutcome::Ok || !is_this || record.flags & flag::STORED == 0 {
        return Ok(());
    }
    let end = record.physical + u64::from(record.size);
    is_safe(seen, (so_far.places.queues()[queue].queue.broker, end), so_far)
}

/// What ends at `end` in a broker's log is as safe as the broker promises.
fn is_safe(seen: &Seen<'_>, (broker, end): (NodeId, u64), so_far: &Observations) -> Verdict {
    let promises = promises_of(broker, so_far);
    // Whoever led the brokers of this name stored it.
    let nodes = (0..).map(NodeId).take(so_far.cast().nodes.len());
    let alike = nodes.filter(|node| so_far.cast().home(*node) == broker);
    let flushed = alike.filter_map(|node| Some(so_far.nodes.of(node)?.flushed)).max().unwrap_or(0);
    if promises.on_disk && flushed < end {
        return Err(Violation::of(Rule::AcknowledgedUnflushed, seen, (end, flushed)));
    }
    if promises.copies > 1 {
        let nodes = (0..).map(NodeId).take(so_far.cast().nodes.len());
        let has_it = |node: &NodeId| {
            so_far.cast().home(*node) == broker
                && so_far.nodes.of(*node).is_some_and(|figures| figures.log_bytes >= end)
        };
        let copies = nodes.filter(has_it).count() as u64;
        if copies < u64::from(promises.copies) {
            let numbers = (u64::from(promises.copies), copies);
            return Err(Violation::of(Rule::AcknowledgedUncopied, seen, numbers));
        }
    }
    Ok(())
}

/// A broker began with the first `bytes` of its log, after its last process ended so. What other
/// brokers have copies of is theirs to keep.
pub(super) fn recovered(
    seen: &Seen<'_>,
    (bytes, end, differs): (u64, End, bool),
    so_far: &Observations,
) -> Verdict {
    let flushed = so_far.nodes.of(seen.node).map_or(0, |figures| figures.flushed);
    // A copy that went on where its master's log differs ends there when it begins anew.
    if bytes < flushed && (so_far.cast().home(seen.node) == seen.node || !differs) {
        return Err(Violation::of(Rule::FlushedLost, seen, (flushed, bytes)));
    }
    if so_far.cast().has_copies(seen.node) {
        return Ok(());
    }
    let promises = promises_of(seen.node, so_far);
    let stays = match end {
        End::Stopped => true,
        End::Crashed => promises.survives_crashes,
        End::PowerLost => promises.on_disk,
    };
    let mut gone = so_far.messages.stored_from(seen.node, bytes, &so_far.places);
    // What went at an earlier time went by right, or the run would have ended there. What was
    // acknowledged in a topic where it waited is safe there: the broker writes it to its own topic
    // again as long as that did not reach the disk (`ScheduleMessageService`, `TimerMessageStore`,
    // and the checks of transactions).
    let counts = |number: &u32| {
        let (flags, again) = (so_far.messages.record(*number).flags, end == End::PowerLost);
        let is_safe = flags & (flag::SAFE | flag::GONE) == flag::SAFE;
        is_safe && !(again && flags & flag::WAITING != 0)
    };
    match gone.find(counts) {
        Some(number) if stays => {
            let seen = Seen { message: Some(number), ..*seen };
            Err(Violation::of(Rule::AcknowledgedLost, &seen, (flushed, bytes)))
        }
        Some(_) | None => Ok(()),
    }
}

fn promises_of(broker: NodeId, so_far: &Observations) -> Promises {
    so_far.cast().node(broker).map_or_else(Promises::default, |(_, profile)| profile.promises)
}
