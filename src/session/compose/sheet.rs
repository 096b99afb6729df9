//! Claims and figures, packed.

use nanoserde::SerBin;

use crate::facts::measure::{Bound, Limit, Order};
use crate::kernel::actor::NodeId;
use crate::observation::heat::{Cell, Heat, row_from};
use crate::observation::latency::Percentiles;
use crate::scenario::Assertion;
use crate::session::claims::Finding;
use crate::session::frame::{
    Arg, Claim, ClaimState, Figures, HeatCell, HeatMap, RequestFigures, Sheet, Words,
};
use crate::session::run::Run;

use super::charts::percentiles;
use super::say::say;
use super::{Scene, pools};

/// The sheet of now; only claims where figures are not asked for.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn packed(run: &Run, scenes: &[Scene<'_>], with_figures: bool) -> Vec<u8> {
    let lanes = if with_figures { scenes } else { &[] };
    let claims = run.promised.claims.iter().enumerate();
    let claims = claims.flat_map(|(index, claim)| claims_of(run, (index, claim), scenes.len()));
    Sheet { claims: claims.collect(), lanes: lanes.iter().map(figures).collect() }.serialize_bin()
}

/// A claim in each lane that it is about.
fn claims_of(run: &Run, (index, claim): (usize, &Assertion), lanes: usize) -> Vec<Claim> {
    let at = claim.at.map_or(run.info.end, |at| at.as_nanos());
    let is_span = claim.claim.measure.is_span();
    let lane_of = |lane: usize| u8::try_from(lane).ok().filter(|_| lanes > 1);
    let row = |lane: Option<u8>, state, found: Option<&Finding>| Claim {
        says: claim.says.clone(),
        lane,
        at,
        state,
        found: found.and_then(|finding| finding.found).map(|number| figure(number, is_span)),
        wanted: wanted(&claim.claim.bounds, found.map(|finding| &*finding.limits), is_span),
    };
    // What was found is not known yet to who went back to before that.
    let found = run.promised.found(index);
    if found.is_empty() || found[0].at > run.now() {
        return vec![row(claim.lane.and_then(lane_of), ClaimState::Open, None)];
    }
    let decided = |finding: &Finding| {
        let state = if finding.held { ClaimState::Holds } else { ClaimState::Fails };
        row(lane_of(finding.lane), state, Some(finding))
    };
    found.iter().map(decided).collect()
}

/// Bounds with the numbers that they had; before that with those that are written, and without
/// those that are another measure of the run.
fn wanted(bounds: &[Bound], limits: Option<&[Option<u64>]>, is_span: bool) -> Vec<Words> {
    let one = |(index, bound): (usize, &Bound)| {
        let limit = match (limits, bound.to) {
            (Some(limits), _) => limits[index],
            (None, Limit::Fixed(number)) => Some(number),
            (None, Limit::Of { .. }) => return None,
        };
        let key = match bound.order {
            Order::AtLeast => "claim.at_least",
            Order::AtMost => "claim.at_most",
            Order::Equals => "claim.equals",
        };
        let limit = limit.map_or_else(|| Arg::Text("–".to_owned()), |n| figure(n, is_span));
        Some(say(key, [("n", limit)]))
    };
    bounds.iter().enumerate().filter_map(one).collect()
}

fn figure(number: u64, is_span: bool) -> Arg {
    if is_span { Arg::Span(number) } else { Arg::Count(number) }
}

fn figures(scene: &Scene<'_>) -> Figures {
    let spans = &scene.seen.spans;
    let waiting = percentiles(scene.seen.wait.percentiles());
    let mut maps = vec![
        heat("spans.sending", &spans.sending),
        heat("spans.waiting", &spans.waiting),
        heat("spans.handling", &spans.handling),
        heat("spans.whole", &spans.whole),
    ];
    // The one that is measured more finely elsewhere says the same here.
    maps[1].all = waiting;
    let cast = scene.seen.cast();
    let nodes = (0..).map(NodeId).take(cast.nodes.len());
    let pools = nodes.flat_map(|node| {
        pools::pools(scene, node).into_iter().map(move |pool| (cast.name(node).to_owned(), pool))
    });
    Figures { spans: maps, pools: pools.collect(), requests: requests(scene) }
}

fn heat(key: &str, heat: &Heat) -> HeatMap {
    let rows = || heat.cells().map(|cell| cell.row);
    let (first, last) = (rows().min().unwrap_or(0), rows().max());
    let bounds = last.map(|last| (first..=last + 1).map(row_from).collect());
    let cell =
        |cell: Cell| HeatCell { column: cell.column, row: cell.row - first, count: cell.count };
    HeatMap {
        key: key.to_owned(),
        width: heat.width(),
        bounds: bounds.unwrap_or_default(),
        cells: heat.cells().map(cell).collect(),
        all: percentiles(heat.percentiles()),
    }
}

/// Most frequent ones first.
fn requests(scene: &Scene<'_>) -> Vec<RequestFigures> {
    let vocabulary = &scene.seen.cast().vocabulary;
    let mut rows: Vec<RequestFigures> = Vec::new();
    for (code, kind) in scene.seen.requests.kinds() {
        let took: Percentiles = kind.took();
        rows.push(RequestFigures {
            name: vocabulary.request(*code),
            count: took.count + kind.one_way + kind.failed,
            answered: took.count,
            one_way: kind.one_way,
            refused: kind.refused,
            failed: kind.failed,
            took: percentiles(took),
        });
    }
    crate::kernel::order::by_key(&mut rows, |row| (u64::MAX - row.count, row.name.clone()));
    rows
}
