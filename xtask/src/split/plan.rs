//! Which functions can wait, and how the two modules reach each other.

use std::collections::{BTreeMap, BTreeSet};

use super::module::Module;

/// Numbers of functions are those of the module that was read.
pub(super) struct Plan {
    /// Functions of the deferred module.
    pub(super) deferred: BTreeSet<u32>,
    /// Those of them that the primary module calls, each with its place behind the table's end.
    pub(super) doors: BTreeMap<u32, u32>,
    /// Functions of the primary module that the deferred one calls.
    pub(super) lent: BTreeSet<u32>,
}

impl Plan {
    /// Defers the functions that are named, and whatever only they call.
    pub(super) fn new(module: &Module<'_>, named: BTreeSet<u32>) -> Self {
        let entries: BTreeSet<u32> = module.entries().collect();
        let may = |number: &u32| module.imported <= *number && !entries.contains(number);
        let named: BTreeSet<u32> = named.into_iter().filter(may).collect();
        let needed = reached(module, &named, &entries);
        let all = (0..module.bodies.len()).map(|body| module.number(body));
        let deferred: BTreeSet<u32> = all.filter(|number| !needed.contains(number)).collect();
        let doors = module.elements.iter().copied().chain(called(module, &needed));
        let doors: BTreeSet<u32> = doors.filter(|number| deferred.contains(number)).collect();
        let lent = called(module, &deferred).filter(|number| !deferred.contains(number)).collect();
        Self { doors: doors.into_iter().zip(0..).collect(), deferred, lent }
    }
}

/// What runs without a function that can wait.
fn reached(module: &Module<'_>, named: &BTreeSet<u32>, entries: &BTreeSet<u32>) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<u32> = entries.iter().chain(&module.elements).copied().collect();
    while let Some(number) = open.pop() {
        if !named.contains(&number) && reached.insert(number) {
            open.extend(calls_of(module, number));
        }
    }
    reached
}

fn called<'m>(module: &'m Module<'_>, by: &'m BTreeSet<u32>) -> impl Iterator<Item = u32> + 'm {
    by.iter().flat_map(|number| calls_of(module, *number)).copied()
}

fn calls_of<'m>(module: &'m Module<'_>, number: u32) -> &'m [u32] {
    match number.checked_sub(module.imported) {
        Some(body) => &module.calls[body as usize],
        None => &[],
    }
}
