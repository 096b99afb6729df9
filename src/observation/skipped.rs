//! What a broker left out because it does not match, by the broker itself or by one of its copies,
//! which may be ahead of what the broker shows.

use crate::kernel::name::Name;

use super::Observations;
use super::messages::mark;
use super::seen::Seen;

impl Observations {
    /// The broker passed over so many messages from `offset` on.
    pub(super) fn skipped(&mut self, seen: &Seen<'_>, (group, offset, count): (Name, u64, u32)) {
        let Some(queue) = seen.queue else { return };
        let groups: Vec<usize> = self.places.groups_called(group).collect();
        groups.iter().for_each(|group| self.progress.passed(queue, *group, offset, count));
        for offset in offset..offset + u64::from(count) {
            let Some(number) = self.progress.number(queue, offset) else {
                if offset >= self.progress.stored(queue) {
                    let early = groups.iter().map(|group| (queue, offset, *group));
                    self.early.extend(early);
                }
                continue;
            };
            for group in groups.iter().copied() {
                self.skip(seen.at, number, group);
            }
        }
    }

    /// A broker shows what one of its copies, which read ahead of it, left out already.
    #[cold]
    pub(super) fn skipped_early(&mut self, seen: &Seen<'_>, queue: usize, offset: u64) {
        let is_it = |early: &(usize, u64, usize)| (early.0, early.1) == (queue, offset);
        let groups: Vec<usize> =
            self.early.iter().copied().filter(is_it).map(|(_, _, group)| group).collect();
        self.early.retain(|early| !is_it(early));
        for group in groups {
            if let Some(number) = seen.message {
                self.skip(seen.at, number, group);
            }
        }
    }

    fn skip(&mut self, at: u64, number: u32, group: usize) {
        let reached = mark::DELIVERED | mark::OUT | mark::OUT_AGAIN | mark::FILTERED;
        if self.messages.marks(number, group) & reached == 0 {
            self.leave_out(at, number, group);
        }
    }
}
