//! What a scenario claims of the run on the page: each claim is looked at once, when its time has
//! come.
//!
//! A run is the same however it is reached, so what was found stays true when the person goes back.

use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimSpan;
use crate::scenario::{Assertion, Scenario, Tweak};

use super::claims::{Finding, look};
use super::load::{Texts, stage};
use super::protocol::{Recipe, Source};
use super::run::Run;
use super::stage::{Stage, Stop};

/// Claims and what was found.
#[derive(Default)]
pub(super) struct Promised {
    pub(super) claims: Vec<Assertion>,
    findings: OrderedMap<usize, Vec<Finding>>,
    later: Option<(Recipe, Texts)>,
    /// A run beside, where the one on the page does not measure what is claimed.
    apart: Option<Stage>,
}

impl Promised {
    /// What a scenario's text claims.
    pub(super) fn of(scenario: &Scenario) -> Self {
        Self { claims: scenario.assertions.clone(), ..Self::default() }
    }

    /// The text on the page ends before its claims; the whole one is there for who asks.
    pub(super) fn later(recipe: &Recipe, whole: Texts) -> Self {
        Self { later: Some((recipe.clone(), whole)), ..Self::default() }
    }

    /// What was found of a claim, by lane.
    pub(super) fn found(&self, claim: usize) -> &[Finding] {
        self.findings.get(&claim).map_or(&[], Vec::as_slice)
    }

    fn read(&mut self) {
        let Some((recipe, whole)) = self.later.take() else { return };
        let Source::Shipped(name) = &recipe.source else { return };
        let Some(text) = whole(name) else { return };
        let tweaks = recipe.tweaks.iter();
        let tweaks: Vec<Tweak<'_>> =
            tweaks.map(|tweak| Tweak { path: &tweak.path, value: &tweak.value }).collect();
        let Ok(scenario) = Scenario::parse(&text, &tweaks) else { return };
        let mut apart = stage(&scenario, recipe.seed.unwrap_or(scenario.seed));
        apart.run_in();
        self.claims = scenario.assertions;
        self.apart = Some(apart);
    }
}

impl Run {
    /// Looks at the claims whose time has come and that nobody has looked at.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn look_at_claims(&mut self) {
        self.promised.read();
        let end = SimSpan::nanos(self.info.end);
        let time = |claim: &Assertion| claim.at.unwrap_or(end).as_nanos();
        let times = self.promised.claims.iter().map(time).zip(0..);
        let mut due: Vec<(u64, usize)> =
            times.filter(|(_, claim)| self.promised.findings.get(claim).is_none()).collect();
        crate::kernel::order::naturally(&mut due);
        for (at, claim) in due {
            if self.is_past(at) {
                let found = self.look_at(at, claim);
                self.promised.findings.insert(claim, found);
            }
        }
    }

    /// Everything up to and including `at` has happened.
    fn is_past(&mut self, at: u64) -> bool {
        at < self.now || at == self.now && self.stage.next_at().is_none_or(|next| next > at)
    }

    fn look_at(&mut self, at: u64, claim: usize) -> Vec<Finding> {
        let (to, about) = (Stop { time: at, ordinal: u64::MAX }, &self.promised.claims[claim]);
        if let Some(apart) = &mut self.promised.apart {
            apart.advance(to, u64::MAX);
            return look(apart, (claim, about), at);
        }
        let is_here = self.stage.last_at() <= at;
        let from = if is_here { &self.stage } else { self.checkpoints.before_time(at) };
        let mut stage = from.clone();
        stage.advance(to, u64::MAX);
        look(&stage, (claim, about), at)
    }
}
