//! A heat map in pixels: how long things took, over virtual time, and how many of them.

use crate::session::frame::HeatMap;
use crate::view::charts::{Plot, px};
use crate::view::format::{self, MICRO};

/// Shades, the lightest first.
pub const SHADES: usize = 6;
/// A row is at most so high.
const ROW: f64 = 40.0;
/// A cell is at least so wide.
const CELL: f64 = 3.0;
/// Room that a label of the value axis needs.
const LABEL: f64 = 15.0;
/// Rows of the table at most.
const TABLE: u64 = 12;

/// The picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// One `<path>` for each shade.
    pub shades: [String; SHADES],
    /// y and text of each label.
    pub labels: Vec<(f64, String)>,
}

/// A cell that is read.
pub type Place = (u32, u32);

/// Draws the cells; the value axis is as high as the plot where there are enough rows.
pub fn draw(map: &HeatMap, plot: &Plot) -> Drawn {
    let limits = limits(map);
    let mut shades: [String; SHADES] = Default::default();
    for cell in &map.cells {
        let from = u64::from(cell.column) * map.width;
        let (left, right) = (plot.axis.x(from), plot.axis.x(from + map.width));
        let (top, height) = (y(map, plot, f64::from(cell.row + 1)), row_height(map, plot));
        let shade = shade(&limits, cell.count);
        let (x, width) = (px(left), px((right - left).max(CELL)));
        shades[shade] += &format!("M{x},{}h{width}v{}h-{width}z", px(top), px(height));
    }
    Drawn { shades, labels: labels(map, plot) }
}

/// Counts from which on a shade is used, the lightest from 1 on, in equal ratios; as many as have a
/// count of their own.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a count")]
pub fn limits(map: &HeatMap) -> Vec<u32> {
    let most = map.cells.iter().map(|cell| cell.count).max().unwrap_or(0);
    let mut limits: Vec<u32> = Vec::with_capacity(SHADES);
    for share in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let limit = libm::exp(libm::log(f64::from(most)) * share).round() as u32;
        let limit = limits.last().map_or(1, |last| limit.max(last + 1));
        if limit <= most {
            limits.push(limit);
        }
    }
    limits
}

/// The largest count has the darkest one.
fn shade(limits: &[u32], count: u32) -> usize {
    let place = limits.partition_point(|limit| *limit <= count).max(1) - 1;
    SHADES - limits.len() + place
}

/// Shades and what they stand for: `1`, `2–4`, `5`.
pub fn legend(map: &HeatMap) -> Vec<(usize, String)> {
    let limits = limits(map);
    let first = SHADES - limits.len();
    let words = limits.iter().enumerate().map(|(index, from)| {
        let from = u64::from(*from);
        let words = match limits.get(index + 1).map(|next| u64::from(*next) - 1) {
            Some(to) if to > from => format!("{}–{}", format::count(from), format::count(to)),
            Some(_) | None => format::count(from),
        };
        (first + index, words)
    });
    words.collect()
}

fn rows(map: &HeatMap) -> u32 {
    u32::try_from(map.bounds.len().saturating_sub(1)).unwrap_or(0).max(1)
}

fn row_height(map: &HeatMap, plot: &Plot) -> f64 {
    ((plot.bottom - plot.top) / f64::from(rows(map))).min(ROW)
}

fn y(map: &HeatMap, plot: &Plot, row: f64) -> f64 {
    plot.bottom - row * row_height(map, plot)
}

/// The cell under a point.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
pub fn under(map: &HeatMap, plot: &Plot, (x, at_y): (f64, f64), now: u64) -> Option<Place> {
    let column = plot.axis.time(x).min(now) / map.width.max(1);
    let row = ((plot.bottom - at_y) / row_height(map, plot)).floor();
    let is_inside = !map.cells.is_empty() && row >= 0.0 && row < f64::from(rows(map));
    is_inside.then(|| (u32::try_from(column).unwrap_or(u32::MAX), row as u32))
}

/// The place that arrow keys move to: columns to the side, rows up and down; at first the newest
/// column and its fullest row.
pub fn moved(map: &HeatMap, from: Option<Place>, (columns, up): (i64, i64), now: u64) -> Place {
    let Some((column, row)) = from else {
        let newest = map.cells.iter().map(|cell| cell.column).max().unwrap_or(0);
        let own = map.cells.iter().filter(|cell| cell.column == newest);
        return (newest, own.max_by_key(|cell| cell.count).map_or(0, |cell| cell.row));
    };
    let last = i64::try_from(now / map.width.max(1)).unwrap_or(i64::MAX);
    let put = |at: u32, by: i64, most: i64| {
        u32::try_from((i64::from(at) + by).clamp(0, most.max(0))).unwrap_or(0)
    };
    (put(column, columns, last), put(row, up, i64::from(rows(map)) - 1))
}

/// What a cell says: from, to, shortest, longest, how many.
pub fn read(map: &HeatMap, (column, row): Place) -> [u64; 5] {
    let from = u64::from(column) * map.width;
    let cell = map.cells.iter().find(|cell| (cell.column, cell.row) == (column, row));
    let bound = |row: u32| map.bounds.get(row as usize).copied().unwrap_or(0);
    let count = cell.map_or(0, |cell| u64::from(cell.count));
    [from, from + map.width, bound(row), bound(row + 1), count]
}

/// The box of a cell: x, y, width, height.
pub fn box_of(map: &HeatMap, plot: &Plot, (column, row): Place) -> [f64; 4] {
    let from = u64::from(column) * map.width;
    let (left, right) = (plot.axis.x(from), plot.axis.x(from + map.width));
    let top = y(map, plot, f64::from(row) + 1.0);
    [left, top, (right - left).max(CELL), row_height(map, plot)]
}

/// Round spans within the rows, as many as have room.
fn labels(map: &HeatMap, plot: &Plot) -> Vec<(f64, String)> {
    let (Some(&low), Some(&high)) = (map.bounds.first(), map.bounds.last()) else {
        return Vec::new();
    };
    let room = (f64::from(rows(map)) * row_height(map, plot) / LABEL).max(1.0);
    let powers = || (0..9).map(|power| 10_u64.pow(power) * MICRO);
    let fine = powers().flat_map(|unit| [unit, 2 * unit, 5 * unit]);
    let within = |span: &u64| (low..=high).contains(span);
    let fits = |spans: &Vec<u64>| spans.len() <= whole(room);
    let sets = [fine.filter(within).collect(), powers().filter(within).collect()];
    let every_other = powers().step_by(3).filter(within).collect();
    let chosen = sets.into_iter().find(fits).unwrap_or(every_other);
    chosen.into_iter().map(|span| (y(map, plot, place(map, span)), format::axis(span))).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some labels")]
fn whole(number: f64) -> usize {
    number as usize
}

/// Where a span stands among the rows.
#[expect(clippy::cast_precision_loss, reason = "a pixel is wider than 2^-53 of a row")]
fn place(map: &HeatMap, span: u64) -> f64 {
    let row = map.bounds.partition_point(|bound| *bound <= span).max(1) - 1;
    let from = map.bounds[row];
    let next = map.bounds.get(row + 1).copied().unwrap_or(from);
    let part = if next > from { (span - from) as f64 / (next - from) as f64 } else { 0.0 };
    row as f64 + part
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Columns from … to, ns.
    pub time: (u64, u64),
    /// How many ended within.
    pub count: u64,
    /// The row of half of them: at least, at most.
    pub half: (u64, u64),
    /// The longest took at most so long.
    pub most: u64,
}

/// The map as a table: a few spans of time, those in which nothing ended left out.
pub fn table(map: &HeatMap) -> Vec<Row> {
    let last = map.cells.last().map_or(0, |cell| u64::from(cell.column) + 1);
    let step = last.div_ceil(TABLE).max(1);
    let row = |index: u64| {
        let inside = |column: u32| u64::from(column) / step == index;
        let mut rows = vec![0_u64; rows(map) as usize];
        let cells = map.cells.iter().filter(|cell| inside(cell.column));
        cells.for_each(|cell| rows[cell.row as usize] += u64::from(cell.count));
        let count: u64 = rows.iter().sum();
        let mut seen = 0;
        let middle = rows.iter().position(|of| {
            seen += of;
            2 * seen >= count
        })?;
        let top = rows.iter().rposition(|of| *of > 0)?;
        let time = (index * step * map.width, (index + 1) * step * map.width);
        let half = (map.bounds[middle], map.bounds[middle + 1]);
        Some(Row { time, count, half, most: map.bounds[top + 1] })
    };
    (0..TABLE).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::HeatCell;
    use crate::view::charts::Size;
    use crate::view::format::{MILLI, SECOND};

    fn map(cells: &[(u32, u32, u32)]) -> HeatMap {
        let cells = cells.iter().map(|&(column, row, count)| HeatCell { column, row, count });
        let bounds = vec![4 * MILLI, 6 * MILLI, 8 * MILLI, 12 * MILLI, 16 * MILLI];
        let (width, key) = (SECOND, String::new());
        HeatMap { key, width, bounds, cells: cells.collect(), ..HeatMap::default() }
    }

    /// 44 to 444: 40 pixels a second; the zero line at 43.
    fn plot() -> Plot {
        Plot::new(10 * SECOND, Size { width: 444.0 + 16.0 + 300.0, height: 50.0 })
    }

    #[test]
    fn cells_stand_at_their_time_and_span() {
        let (map, plot) = (map(&[(0, 0, 1), (9, 3, 7)]), plot());
        let drawn = draw(&map, &plot);
        assert_eq!(drawn.shades[0], "M44,33h70v10h-70z");
        assert_eq!(drawn.shades[5], "M674,3h70v10h-70z");
        let labels: Vec<_> = drawn.labels.iter().map(|(y, text)| (px(*y), text.clone())).collect();
        let expected = [("38", "5\u{a0}ms"), ("18", "10\u{a0}ms")];
        assert_eq!(labels, expected.map(|(y, text)| (y.to_owned(), text.to_owned())));
        assert_eq!(under(&map, &plot, (50.0, 40.0), 10 * SECOND), Some((0, 0)));
        assert_eq!(under(&map, &plot, (700.0, 5.0), 10 * SECOND), Some((9, 3)));
        assert_eq!(under(&map, &plot, (700.0, 49.0), 10 * SECOND), None);
        assert_eq!(read(&map, (9, 3)), [9 * SECOND, 10 * SECOND, 12 * MILLI, 16 * MILLI, 7]);
        assert_eq!(read(&map, (1, 1))[4], 0);
    }

    #[test]
    fn shades_share_counts_out_by_ratio() {
        let most = |count| limits(&map(&[(0, 0, 1), (1, 0, count)]));
        assert_eq!(most(1), [1]);
        assert_eq!(most(3), [1, 2, 3]);
        assert_eq!(most(6), [1, 2, 3, 4, 5, 6]);
        let wide = most(100_000);
        assert_eq!((wide.len(), wide[0], wide[5]), (6, 1, 100_000));
        assert!(wide.windows(2).all(|pair| (8..=12).contains(&(pair[1] / pair[0]))), "{wide:?}");
        assert_eq!(limits(&map(&[])), [0; 0]);
        let words = legend(&map(&[(0, 0, 3)]));
        assert_eq!(words.iter().map(|(shade, _)| *shade).collect::<Vec<_>>(), [3, 4, 5]);
        let words: Vec<String> =
            legend(&map(&[(0, 0, 40)])).into_iter().map(|(_, it)| it).collect();
        assert_eq!(words, ["1", "2–3", "4–8", "9–18", "19–39", "40"]);
    }

    #[test]
    fn keys_move_within_what_was_played() {
        let map = map(&[(0, 0, 1), (4, 2, 5), (4, 1, 9)]);
        let now = 6 * SECOND;
        assert_eq!(moved(&map, None, (1, 0), now), (4, 1));
        assert_eq!(moved(&map, Some((4, 1)), (-1, 0), now), (3, 1));
        assert_eq!(moved(&map, Some((6, 3)), (1, 1), now), (6, 3));
        assert_eq!(moved(&map, Some((0, 0)), (-10, -1), now), (0, 0));
    }

    #[test]
    fn the_table_has_few_rows_and_all_counts() {
        let map = map(&[(0, 0, 1), (0, 3, 2), (23, 1, 4)]);
        let rows = table(&map);
        let first = Row {
            time: (0, 2 * SECOND),
            count: 3,
            half: (12 * MILLI, 16 * MILLI),
            most: 16 * MILLI,
        };
        assert_eq!((rows.len(), rows[0]), (2, first));
        assert_eq!((rows[1].time, rows[1].count), ((22 * SECOND, 24 * SECOND), 4));
        assert!(table(&self::map(&[])).is_empty());
    }
}
