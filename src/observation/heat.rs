//! How long things took over virtual time: a picture of cells with counts, and their spread.
//!
//! Columns are spans of time, rows are spans that things took: two to each doubling. When there are
//! [`COLUMNS`] of them two columns become one, so a run of any length has about as many.

use std::rc::Rc;

use super::graded::{Parts, part_from, place};
use super::latency::Percentiles;

/// Columns at most; a long run has at least half of them.
pub const COLUMNS: u32 = 96;
/// Length of a column at first, ns.
const FIRST_WIDTH: u64 = 1_000_000;
/// Parts that make a row.
const ROW: usize = 8;

/// One cell: how many ended within a column and took about so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The column's place.
    pub column: u32,
    /// The row's place; [`row_from`] says what it stands for.
    pub row: u32,
    /// How many.
    pub count: u32,
}

/// Counts by column and row.
#[derive(Clone, Debug)]
pub struct Heat {
    past: Rc<Vec<Cell>>,
    /// The newest column and its counts by row.
    column: u32,
    newest: Rc<Vec<u32>>,
    width: u64,
    /// Over all time.
    all: Parts,
}

impl Default for Heat {
    fn default() -> Self {
        let (past, newest, all) = Default::default();
        Self { past, column: 0, newest, width: FIRST_WIDTH, all }
    }
}

impl Heat {
    /// Something that ended at `at`, not before anything that ended earlier, took `span` ns.
    #[inline]
    pub fn record(&mut self, at: u64, span: u64) {
        if at / self.width != u64::from(self.column) {
            self.open(at);
        }
        let row = self.all.record(span) / ROW;
        *place(&mut self.newest, row) += 1;
    }

    /// ns that a column stands for.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// Cells that are not empty, by column, then by row.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.past.iter().copied().chain(self.now())
    }

    /// Over all time.
    pub fn percentiles(&self) -> Percentiles {
        self.all.percentiles()
    }

    fn now(&self) -> impl Iterator<Item = Cell> + '_ {
        let cell = |(row, count): (u32, &u32)| Cell { column: self.column, row, count: *count };
        (0..).zip(self.newest.iter()).map(cell).filter(|cell| cell.count > 0)
    }

    /// Begins with the column of `at`.
    #[inline(never)]
    fn open(&mut self, at: u64) {
        let done: Vec<Cell> = self.now().collect();
        Rc::make_mut(&mut self.past).extend(done);
        self.newest = Rc::default();
        while at / self.width >= u64::from(COLUMNS) {
            self.width *= 2;
            self.halve();
        }
        self.column = u32::try_from(at / self.width).expect("there are few columns");
        let is_now = |cell: &Cell| cell.column == self.column;
        let past = Rc::make_mut(&mut self.past);
        let from = past.iter().position(is_now).unwrap_or(past.len());
        for cell in past.split_off(from) {
            *place(&mut self.newest, cell.row as usize) += cell.count;
        }
    }

    /// Each two columns become one.
    fn halve(&mut self) {
        let past = Rc::make_mut(&mut self.past);
        past.iter_mut().for_each(|cell| cell.column /= 2);
        crate::kernel::order::by_key(past, |cell| (cell.column, cell.row));
        past.dedup_by(|next, kept| {
            let same = (next.column, next.row) == (kept.column, kept.row);
            kept.count += if same { next.count } else { 0 };
            same
        });
    }
}

/// The shortest span of a row, ns; the next row begins where this one ends.
pub fn row_from(row: u32) -> u64 {
    part_from(row as usize * ROW)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn two_rows_make_a_doubling() {
        let rows: Vec<u64> = (38..43).map(row_from).collect();
        assert_eq!(rows, [4_194_304, 6_291_456, 8_388_608, 12_582_912, 16_777_216]);
    }

    #[test]
    fn cells_hold_what_ended_in_their_column() {
        let mut heat = Heat::default();
        for (at, span) in [(0, 5 * MS), (1, 5 * MS), (2, 7 * MS), (3 * MS, 5 * MS)] {
            heat.record(at, span);
        }
        let cells: Vec<_> = heat.cells().map(|cell| (cell.column, cell.row, cell.count)).collect();
        assert_eq!(cells, [(0, 38, 2), (0, 39, 1), (3, 38, 1)]);
    }

    #[test]
    fn columns_become_half_as_many_and_lose_nothing() {
        let mut heat = Heat::default();
        (0..96).for_each(|at| heat.record(at * MS, 5 * MS));
        assert_eq!((heat.cells().count(), heat.width()), (96, MS));
        heat.record(96 * MS, 5 * MS);
        let cells: Vec<_> = heat.cells().map(|cell| (cell.column, cell.count)).collect();
        assert_eq!((cells.len(), cells[0], cells[48]), (49, (0, 2), (48, 1)));
        heat.record(97 * MS, 5 * MS);
        heat.record(100_000 * MS, 5 * MS);
        let cells: Vec<_> = heat.cells().map(|cell| (cell.column, cell.row, cell.count)).collect();
        assert_eq!((heat.width(), cells), (2048 * MS, vec![(0, 38, 98), (48, 38, 1)]));
    }
}
