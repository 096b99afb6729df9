//! Messages a second, stored and consumed: Σ e^(−age / 2.5 s) / 2.5 s over all of them.

use super::series::Series;

/// Time constant in ns.
const TAU: f64 = 2.5e9;

/// A rate that decays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    per_second: f64,
    at: u64,
}

impl Rate {
    /// The rate at a time that is not before the last message.
    pub fn at(self, at: u64) -> f64 {
        decayed(self.per_second, at - self.at)
    }

    fn add(&mut self, at: u64) {
        self.per_second = self.at(at) + 1e9 / TAU;
        self.at = at;
    }
}

/// What is left of a rate after `age` ns.
#[expect(clippy::cast_precision_loss, reason = "ages are far below 2^52 ns, and this is a picture")]
pub fn decayed(rate: f64, age: u64) -> f64 {
    if age == 0 || rate == 0.0 { rate } else { rate * libm::exp(-(age as f64) / TAU) }
}

/// In and out.
#[derive(Clone, Debug, Default)]
pub struct Throughput {
    stored: Rate,
    consumed: Rate,
    series: Series<(f32, f32)>,
}

impl Throughput {
    /// A message was stored.
    #[inline]
    pub fn stored(&mut self, at: u64) {
        self.stored.add(at);
        self.sample(at);
    }

    /// A message was consumed.
    #[inline]
    pub fn consumed(&mut self, at: u64) {
        self.consumed.add(at);
        self.sample(at);
    }

    /// Messages a second at `at`: in, out.
    pub fn now(&self, at: u64) -> (f64, f64) {
        (self.stored.at(at), self.consumed.at(at))
    }

    /// The rates right behind messages; between them they decay.
    pub fn points(&self) -> &[(u64, (f32, f32))] {
        self.series.points()
    }

    #[expect(clippy::cast_possible_truncation, reason = "a picture needs no more than an f32")]
    fn sample(&mut self, at: u64) {
        let (stored, consumed) = self.now(at);
        self.series.put(at, (stored as f32, consumed as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_messages_a_second_show_as_ten_a_second() {
        let mut throughput = Throughput::default();
        (0..600).for_each(|index| throughput.stored(index * 100_000_000));
        let (stored, consumed) = throughput.now(59_950_000_000);
        assert!((9.8..10.2).contains(&stored), "{stored}");
        assert!(consumed.abs() < f64::EPSILON, "{consumed}");
    }

    #[test]
    fn one_message_decays_with_2_5_seconds() {
        let mut throughput = Throughput::default();
        throughput.consumed(1_000_000_000);
        let (_, at_once) = throughput.now(1_000_000_000);
        let (_, later) = throughput.now(3_500_000_000);
        // 0.4 a second ÷ e.
        assert!((at_once - 0.4).abs() < 1e-12 && (later - 0.147_151_776_468_58).abs() < 1e-12);
    }
}
