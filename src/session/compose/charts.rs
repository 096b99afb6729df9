//! The three series of a lane, with at most as many points as the page wants.

use crate::observation::latency;
use crate::observation::throughput::decayed;
use crate::session::frame::{Charts, Percentiles};

use super::Scene;
use super::queues::shown_topics;

/// A span without consumption is worth a mark from here on.
const NOTHING_CONSUMED: u64 = 5_000_000_000;

pub(super) fn charts(scene: &Scene<'_>) -> Charts {
    let seen = scene.seen;
    let points = usize::from(scene.want.points).max(2);
    let (stored, consumed) = seen.throughput.now(scene.now);
    let dry = seen.depth.nothing_consumed(scene.now);
    Charts {
        throughput: thinned(throughput(scene, points), points),
        rate_now: (narrow(stored), narrow(consumed)),
        waiting: thinned(waiting(scene), points),
        latency: thinned(seen.latency.dots().to_vec(), points),
        oldest: thinned(oldest(scene), points),
        percentiles: percentiles(seen.latency.percentiles()),
        nothing_consumed: dry.filter(|(from, to)| to - from > NOTHING_CONSUMED),
    }
}

pub(super) fn percentiles(from: latency::Percentiles) -> Percentiles {
    let latency::Percentiles { count, mean, p50, p90, p99, p999, max } = from;
    Percentiles { count, mean, p50, p90, p99, p999, max }
}

/// Rates right behind messages, and on their way down between them.
fn throughput(scene: &Scene<'_>, points: usize) -> Vec<(u64, f32, f32)> {
    let samples = scene.seen.throughput.points();
    let gap = (scene.end / points as u64).max(1);
    let mut out = Vec::with_capacity(points * 2);
    let ends = samples.iter().skip(1).map(|(at, _)| *at).chain([scene.now]);
    for ((at, (stored, consumed)), next) in samples.iter().zip(ends) {
        out.push((*at, *stored, *consumed));
        let steps = (next - at).div_ceil(gap).min(points as u64);
        for step in 1..=steps {
            // One ns before the next message the rate is as low as it gets.
            let age = (step * gap).min((next - at).saturating_sub(1));
            let fall = |rate: f32| narrow(decayed(f64::from(rate), age));
            out.push((at + age, fall(*stored), fall(*consumed)));
        }
    }
    out
}

/// (time, waiting per shown topic); the last point is now.
fn waiting(scene: &Scene<'_>) -> Vec<(u64, Vec<u32>)> {
    let shown: Vec<usize> = shown_topics(scene.seen).collect();
    let now = shown
        .iter()
        .map(|topic| u32::try_from(scene.seen.depth.topic(*topic).waiting).unwrap_or(u32::MAX));
    let now = (scene.now, now.collect());
    let counts = |counts: &[u32]| {
        shown.iter().map(|topic| counts.get(*topic).copied().unwrap_or(0)).collect()
    };
    let samples = scene.seen.depth.points().iter();
    samples.map(|(at, all)| (*at, counts(all))).chain([now]).collect()
}

/// (time, age of the oldest waiting message); the last point is now.
fn oldest(scene: &Scene<'_>) -> Vec<(u64, u64)> {
    let mut depth = scene.seen.depth.clone();
    let stored = depth.oldest_stored(&scene.seen.messages, &scene.seen.progress);
    let now = stored.map(|stored| (scene.now, scene.now - stored));
    depth.oldest().iter().copied().chain(now).collect()
}

/// Every so manieth point, and always the last one.
fn thinned<T>(all: Vec<T>, points: usize) -> Vec<T> {
    let stride = all.len().div_ceil(points).max(1);
    let last = all.len().saturating_sub(1);
    let kept = all.into_iter().enumerate().filter(|(at, _)| at % stride == 0 || *at == last);
    kept.map(|(_, point)| point).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a picture needs no more than an f32")]
fn narrow(rate: f64) -> f32 {
    rate as f32
}
