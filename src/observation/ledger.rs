//! The ledger: what was sent, and what became of it. Delivered and consumed count (message, group)
//! pairs.

/// Counts so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Messages whose first request left.
    pub sent: u64,
    /// Messages whose send returned well.
    pub acknowledged: u64,
    /// Messages with a record in a log.
    pub stored: u64,
    /// Pairs whose message reached a consumer and passed its filter.
    pub delivered: u64,
    /// Pairs whose listener ended well.
    pub consumed: u64,
    /// Pairs whose message will come again.
    pub retrying: u64,
    /// Pairs that were given up.
    pub dead: u64,
    /// Acknowledged messages that are neither on a disk that can be recovered, nor in retry, dead
    /// or consumed.
    pub lost: u64,
    /// Listeners that ended well with a message that its group had consumed already.
    pub duplicated: u64,
    /// Listeners that began with a message after one that stands behind it in its queue.
    pub out_of_order: u64,
    /// Messages whose send failed for good.
    pub failed: u64,
    /// Pairs that can be consumed: stored × groups of the topic, less what a group's filter leaves
    /// out.
    pub expected: u64,
}

/// The same per group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupLedger {
    /// As in [`Ledger`].
    pub expected: u64,
    /// As in [`Ledger`].
    pub delivered: u64,
    /// As in [`Ledger`].
    pub consumed: u64,
    /// As in [`Ledger`].
    pub retrying: u64,
    /// As in [`Ledger`].
    pub dead: u64,
    /// As in [`Ledger`].
    pub duplicated: u64,
    /// As in [`Ledger`].
    pub out_of_order: u64,
    /// Messages that a listener was done with after one that was sent later.
    pub overtaken: u64,
    /// The same within one queue.
    pub overtaken_in_queue: u64,
    /// Side effects of listeners.
    pub effects: u64,
    /// Of them those for a business key that had one before.
    pub repeated_effects: u64,
    /// Side effects that were left out: the program's store knew the business key.
    pub spared_effects: u64,
    /// The newest message that a listener was done with.
    newest: u32,
}

/// Counts for all, split by group where that makes sense.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// For all.
    pub all: Ledger,
    /// By group's index.
    pub groups: Vec<GroupLedger>,
    /// When the first program called a send, ns since the start.
    pub first_called: Option<u64>,
    /// When a listener last ended well.
    pub last_consumed: Option<u64>,
}

impl Books {
    /// Empty books for so many groups.
    pub fn new(groups: usize) -> Self {
        let groups = vec![GroupLedger::default(); groups];
        Self { all: Ledger::default(), groups, first_called: None, last_consumed: None }
    }

    /// From the first send to the last message that was consumed, ns.
    pub fn taken(&self) -> Option<u64> {
        Some(self.last_consumed?.saturating_sub(self.first_called?))
    }

    /// A topic's message was stored that these groups want.
    #[inline]
    pub fn stored(&mut self, groups: &[usize]) {
        self.all.stored += 1;
        self.all.expected += groups.len() as u64;
        groups.iter().for_each(|group| self.groups[*group].expected += 1);
    }

    /// A message does not match what a group wants.
    #[inline]
    pub fn filtered(&mut self, group: usize) {
        self.all.expected -= 1;
        self.groups[group].expected -= 1;
    }

    /// A message that did not match reached a group's consumer all the same.
    #[inline]
    pub fn wanted(&mut self, group: usize) {
        self.all.expected += 1;
        self.groups[group].expected += 1;
    }

    /// A message reached a group's consumer for the first time.
    #[inline]
    pub fn delivered(&mut self, group: usize) {
        self.all.delivered += 1;
        self.groups[group].delivered += 1;
    }

    /// A listener ended well; `first`: for the first time with this message.
    #[inline]
    pub fn consumed(&mut self, at: u64, group: usize, first: bool) {
        self.last_consumed = Some(at);
        let (all, own) = (&mut self.all, &mut self.groups[group]);
        all.consumed += u64::from(first);
        own.consumed += u64::from(first);
        all.duplicated += u64::from(!first);
        own.duplicated += u64::from(!first);
    }

    /// A message goes into retry (`true`) or leaves it.
    #[inline]
    pub fn retry(&mut self, group: usize, goes_in: bool) {
        let change = |count: &mut u64| if goes_in { *count += 1 } else { *count -= 1 };
        change(&mut self.all.retrying);
        change(&mut self.groups[group].retrying);
    }

    /// A message was given up.
    pub fn dead(&mut self, group: usize) {
        self.all.dead += 1;
        self.groups[group].dead += 1;
    }

    /// A listener was done with a message for the first time; `late`: after one that stands behind
    /// it in its queue.
    #[inline]
    pub fn ended(&mut self, group: usize, number: u32, late: bool) {
        let own = &mut self.groups[group];
        own.overtaken += u64::from(number < own.newest);
        own.overtaken_in_queue += u64::from(late);
        own.newest = own.newest.max(number);
    }

    /// A listener came to its side effect; `first`: for this business key, `checked`: it looks for
    /// that.
    pub fn acted(&mut self, group: usize, (first, checked): (bool, bool)) {
        let own = &mut self.groups[group];
        let spared = checked && !first;
        own.effects += u64::from(!spared);
        own.repeated_effects += u64::from(!spared && !first);
        own.spared_effects += u64::from(spared);
    }

    /// A listener began with a message after one that stands behind it.
    pub fn out_of_order(&mut self, group: usize) {
        self.all.out_of_order += 1;
        self.groups[group].out_of_order += 1;
    }
}
