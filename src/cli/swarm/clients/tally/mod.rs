//! Coverage: how often each fact, reason, timer and packet occurred, and what never did.

mod cannot;
mod kinds;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::cli::table::{Side, columns, count};
use crate::facts::{Fact, Why};
use crate::kernel::world::Next;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::VOCABULARY;
use cannot::CANNOT;
use kinds::{FACTS, OF_HA, REQUESTS, TIMERS};

/// Counts.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    facts: Vec<u64>,
    reasons: Vec<u64>,
    timers: [Vec<u64>; 6],
    /// By kind, then by code.
    packets: [BTreeMap<u32, u64>; 3],
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            facts: vec![0; FACTS.len()],
            reasons: vec![0; VOCABULARY.reasons.len()],
            timers: TIMERS.map(|(_, names)| vec![0; names.len()]),
            packets: Default::default(),
        }
    }

    /// A fact was stated.
    #[inline]
    pub(super) fn fact(&mut self, fact: &Fact, why: Option<Why>) {
        self.facts[kinds::fact(fact)] += 1;
        if let Some(why) = why {
            self.reasons[usize::from(why.reason.0)] += 1;
        }
    }

    /// Something is about to happen.
    #[inline]
    pub(super) fn next(&mut self, next: &Next<'_, Mq>) {
        match next {
            Next::Packet(packet) => {
                let (kind, code) = kinds::packet(packet);
                *self.packets[kind].entry(code).or_default() += 1;
            }
            Next::Timer(timer) => {
                let (list, place) = kinds::timer(*timer);
                self.timers[list][place] += 1;
            }
            Next::Other => (),
        }
    }

    /// Adds the counts of another one.
    pub(super) fn add(&mut self, other: &Self) {
        let add = |sums: &mut Vec<u64>, more: &Vec<u64>| {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        };
        add(&mut self.facts, &other.facts);
        add(&mut self.reasons, &other.reasons);
        self.timers.iter_mut().zip(&other.timers).for_each(|(sums, more)| add(sums, more));
        for (sums, more) in self.packets.iter_mut().zip(&other.packets) {
            more.iter().for_each(|(code, count)| *sums.entry(*code).or_default() += count);
        }
    }

    /// Everything with its count.
    fn rows(&self) -> Vec<(String, u64)> {
        let mut rows = Vec::new();
        rows.extend(FACTS.iter().zip(&self.facts).map(|(name, n)| (format!("fact {name}"), *n)));
        let reasons = VOCABULARY.reasons.iter().zip(&self.reasons);
        rows.extend(reasons.map(|(reason, n)| (format!("reason {}", reason.key), *n)));
        for ((owner, names), counts) in TIMERS.iter().zip(&self.timers) {
            let named = names.iter().zip(counts).filter(|(name, _)| !is_group(name));
            rows.extend(named.map(|(name, n)| (format!("timer {owner}.{name}"), *n)));
        }
        for (kind, counts) in ["request", "reply to"].iter().zip(&self.packets) {
            let mut all = counts.clone();
            let needs = |code: &&u32| *kind == "request" || !kinds::is_oneway(**code);
            REQUESTS.iter().filter(needs).for_each(|code| {
                all.entry(*code).or_default();
            });
            rows.extend(all.into_iter().map(|(code, n)| (format!("{kind} {code}"), n)));
        }
        let ha = OF_HA.iter().zip(0..).map(|(name, code)| {
            (format!("between brokers {name}"), self.packets[2].get(&code).copied().unwrap_or(0))
        });
        rows.extend(ha);
        rows
    }

    /// What never occurred, though it could have.
    pub(super) fn never(&self) -> Vec<String> {
        let cannot = |name: &str| CANNOT.iter().any(|(other, _)| *other == name);
        let rows = self.rows().into_iter().filter(|(name, count)| *count == 0 && !cannot(name));
        rows.map(|(name, _)| name).collect()
    }

    /// What occurred, though it is said that it cannot.
    pub(super) fn against(&self) -> Vec<String> {
        let cannot = |name: &str| CANNOT.iter().any(|(other, _)| *other == name);
        let rows = self.rows().into_iter().filter(|(name, count)| *count > 0 && cannot(name));
        rows.map(|(name, _)| name).collect()
    }

    /// All counts.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = self.rows().into_iter().map(|(name, number)| vec![name, count(number)]);
        columns(&[Side::Left], rows.collect(), out)?;
        for (name, reason) in CANNOT {
            writeln!(out, "  {name} cannot occur: {reason}")?;
        }
        Ok(())
    }
}

/// Stands for another list.
fn is_group(name: &str) -> bool {
    ["Replication", "Producer", "Program"].contains(&name)
}
