//! The agenda against a sorted map: whatever is put in, cancelled, armed again and taken out.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rocketscope::kernel::agenda::{Agenda, Slot};
use rocketscope::kernel::time::SimTime;

/// What is done to an agenda.
#[derive(Clone, Debug)]
enum Deed {
    /// Puts an entry in at this time.
    Schedule(u64),
    /// Cancels an entry that was ever put in.
    Cancel(prop::sample::Index),
    /// Takes an entry out and puts it in again at this time.
    Again(prop::sample::Index, u64),
    /// Takes out all up to this time.
    Pop(u64),
    /// Takes out every entry that this number divides.
    Extract(u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        8 => (0_u64..50).prop_map(Deed::Schedule),
        3 => index().prop_map(Deed::Cancel),
        3 => (index(), 0_u64..50).prop_map(|(which, at)| Deed::Again(which, at)),
        1 => (0_u64..50).prop_map(Deed::Pop),
        1 => (2_u32..9).prop_map(Deed::Extract),
    ]
}

/// An agenda, and what it should hold: entries by time and order of scheduling.
#[derive(Default)]
struct Both {
    agenda: Agenda<u32>,
    model: BTreeMap<(u64, usize), u32>,
    /// Every slot that was given out, with its key in the model.
    slots: Vec<(Slot, (u64, usize))>,
    entries: u32,
}

impl Both {
    fn schedule(&mut self, at: u64, entry: u32) {
        let slot = self.agenda.schedule(SimTime::from_nanos(at), entry);
        let key = (at, self.slots.len());
        self.slots.push((slot, key));
        self.model.insert(key, entry);
    }

    fn cancel(&mut self, which: &prop::sample::Index) -> Option<u32> {
        let (slot, key) = *self.slots.get(which.index(self.slots.len().max(1)))?;
        let cancelled = self.agenda.cancel(slot);
        assert_eq!(cancelled, self.model.remove(&key));
        cancelled
    }

    fn pop_until(&mut self, end: u64) {
        while let Some((at, _, entry)) = self.agenda.pop_until(SimTime::from_nanos(end)) {
            let ((expected, _), of_model) = self.model.pop_first().expect("the model has it too");
            assert_eq!((at.as_nanos(), entry), (expected, of_model));
        }
        assert!(self.model.first_key_value().is_none_or(|(key, _)| end < key.0));
    }

    fn extract(&mut self, divisor: u32) {
        let out = self.agenda.extract(|entry| entry.is_multiple_of(divisor));
        let expected: Vec<_> = self
            .model
            .extract_if(.., |_, entry| entry.is_multiple_of(divisor))
            .map(|((at, _), entry)| (SimTime::from_nanos(at), entry))
            .collect();
        assert_eq!(out, expected);
    }

    fn act(&mut self, deed: &Deed) {
        match deed {
            Deed::Schedule(at) => {
                self.entries += 1;
                self.schedule(*at, self.entries);
            }
            Deed::Cancel(which) => drop(self.cancel(which)),
            Deed::Again(which, at) => {
                if let Some(entry) = self.cancel(which) {
                    self.schedule(*at, entry);
                }
            }
            Deed::Pop(end) => self.pop_until(*end),
            Deed::Extract(divisor) => self.extract(*divisor),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_agenda_does_what_a_sorted_map_does(deeds in prop::collection::vec(deed(), 0..400)) {
        let mut both = Both::default();
        for deed in &deeds {
            both.act(deed);
            prop_assert_eq!(both.agenda.len(), both.model.len());
        }
        both.pop_until(u64::MAX);
        prop_assert!(both.agenda.is_empty());
    }
}
