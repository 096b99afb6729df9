//! Rows of whole numbers that are only appended, in as few bytes as they need.
//!
//! Every 512 rows are sealed: each column keeps a line (first value and slope) and how far its rows
//! lie above it, in 0 to 8 bytes each. Numbers that count up, repeat or stay near each other cost
//! next to nothing; all can be read in constant time. Clones share what is sealed.

use std::rc::Rc;

use super::spine::Spine;

/// Rows of a block.
const ROWS: usize = 512;

/// Rows of numbers.
#[derive(Clone, Debug)]
pub struct Columns {
    width: usize,
    sealed: Spine<Block>,
    /// Rows that are not sealed yet, one after the other.
    tail: Rc<Vec<u64>>,
}

/// Sealed rows.
#[derive(Clone, Debug)]
struct Block {
    columns: Box<[Column]>,
    /// What all columns keep of each row, and 8 bytes more so that 8 can always be read.
    bytes: Box<[u8]>,
}

/// A column of a block: row `r` holds `base + slope * r` and what stands at `at + r * size`.
#[derive(Clone, Copy, Debug, Default)]
struct Column {
    base: u64,
    slope: u64,
    at: u32,
    size: u8,
}

impl Columns {
    /// No rows yet, of so many numbers each.
    pub fn new(width: usize) -> Self {
        Self { width, sealed: Spine::default(), tail: Rc::default() }
    }

    /// Rows so far.
    #[inline]
    pub fn len(&self) -> u64 {
        (self.sealed.len() * ROWS + self.tail.len() / self.width) as u64
    }

    /// True where nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.tail.is_empty()
    }

    /// Appends a row.
    #[inline]
    pub fn push(&mut self, row: &[u64]) {
        debug_assert_eq!(row.len(), self.width, "rows are equally long");
        if self.tail.len() == ROWS * self.width {
            self.seal();
        }
        Rc::make_mut(&mut self.tail).extend_from_slice(row);
    }

    /// A number.
    #[inline]
    pub fn get(&self, row: u64, column: usize) -> Option<u64> {
        let row = usize::try_from(row).ok()?;
        match self.sealed.get(row / ROWS) {
            Some(block) => Some(block.get(row % ROWS, column)),
            None => {
                let row = row.checked_sub(self.sealed.len() * ROWS)?;
                self.tail.get(row * self.width + column).copied()
            }
        }
    }

    /// Copies a whole row; false where there is none.
    #[inline]
    pub fn read(&self, row: u64, into: &mut [u64]) -> bool {
        let Ok(row) = usize::try_from(row) else { return false };
        if let Some(block) = self.sealed.get(row / ROWS) {
            for (column, value) in into.iter_mut().enumerate() {
                *value = block.get(row % ROWS, column);
            }
            return true;
        }
        let start = row.checked_sub(self.sealed.len() * ROWS).map(|row| row * self.width);
        let found = start.and_then(|start| self.tail.get(start..start + self.width));
        found.inspect(|found| into.copy_from_slice(found)).is_some()
    }

    /// The first row whose number does not lie below `limit`; those that do stand in front.
    pub fn first_from(&self, column: usize, limit: u64) -> u64 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let value = self.get(middle, column).expect("the middle lies inside");
            if value < limit { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The newest rows, the last one first: what lies before is part of the history digest already.
    pub fn newest(&self) -> impl Iterator<Item = u64> + use<> {
        let (len, tail) = (self.len(), (self.tail.len() / self.width) as u64);
        (len - tail.min(16)..len).rev()
    }

    /// Forgets all rows from `len` on.
    pub fn truncate(&mut self, len: u64) {
        if len >= self.len() {
            return;
        }
        let len = usize::try_from(len).expect("it is shorter than what is in memory");
        // An unsealed row stays where there are rows: the last block is opened again.
        let blocks = len.saturating_sub(1) / ROWS;
        let mut tail = Vec::new();
        let rows = (blocks * ROWS) as u64..len as u64;
        tail.resize((len - blocks * ROWS) * self.width, 0);
        for (row, into) in rows.zip(tail.chunks_exact_mut(self.width)) {
            self.read(row, into);
        }
        self.sealed.truncate(blocks);
        self.tail = Rc::new(tail);
    }

    #[cold]
    #[inline(never)]
    fn seal(&mut self) {
        let (mut columns, mut bytes) = (Vec::with_capacity(self.width), Vec::new());
        let mut values = [0; ROWS];
        for column in 0..self.width {
            let rows = self.tail.chunks_exact(self.width);
            values.iter_mut().zip(rows).for_each(|(value, row)| *value = row[column]);
            columns.push(Column::fit(&values, &mut bytes));
        }
        bytes.extend([0; 8]);
        self.sealed.push(Block { columns: columns.into(), bytes: bytes.into() });
        match Rc::get_mut(&mut self.tail) {
            Some(tail) => tail.clear(),
            None => self.tail = Rc::default(),
        }
    }
}

impl Block {
    #[inline]
    fn get(&self, row: usize, column: usize) -> u64 {
        let Column { base, slope, at, size } = self.columns[column];
        let line = base.wrapping_add(slope.wrapping_mul(row as u64));
        if size == 0 {
            return line;
        }
        let at = at as usize + row * usize::from(size);
        let read = self.bytes[at..].first_chunk().expect("8 bytes more stand at the end");
        line.wrapping_add(u64::from_le_bytes(*read) & mask(size))
    }
}

/// The bits of so many bytes, at least one.
#[inline]
fn mask(size: u8) -> u64 {
    u64::MAX >> (64 - 8 * u32::from(size))
}

impl Column {
    /// The line that leaves the least above it: level, or from the first to the last value.
    fn fit(values: &[u64; ROWS], bytes: &mut Vec<u8>) -> Self {
        let rise = values[ROWS - 1].wrapping_sub(values[0]).cast_signed() / (ROWS as i64 - 1);
        let (level, rising) = (Self::above(values, 0), Self::above(values, rise));
        let mut best = if rising.size < level.size { rising } else { level };
        best.at = u32::try_from(bytes.len()).expect("a block has some KiB");
        if best.size > 0 {
            let mut line = best.base;
            for value in values {
                let rest = value.wrapping_sub(line).to_le_bytes();
                bytes.extend_from_slice(&rest[..usize::from(best.size)]);
                line = line.wrapping_add(best.slope);
            }
        }
        best
    }

    /// The line with this slope that touches the values from below.
    fn above(values: &[u64; ROWS], slope: i64) -> Self {
        let slope = slope.cast_unsigned();
        let (mut low, mut high, mut line) = (i64::MAX, i64::MIN, 0_u64);
        for value in values {
            let rest = value.wrapping_sub(line).cast_signed();
            (low, high) = (low.min(rest), high.max(rest));
            line = line.wrapping_add(slope);
        }
        let span = high.wrapping_sub(low).cast_unsigned();
        let size = (64 - span.leading_zeros()).div_ceil(8);
        let size = u8::try_from(size).expect("at most 8 bytes");
        Self { base: low.cast_unsigned(), slope, at: 0, size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rng::Rng;

    fn rows(seed: u64, count: u64) -> Vec<[u64; 3]> {
        let mut rng = Rng::stream(seed, "columns");
        let row = |index: u64| [index * 131 + rng.below(9), rng.word() >> rng.below(64), 7];
        (0..count).map(row).collect()
    }

    #[test]
    fn what_was_appended_is_read_whatever_it_was() {
        let (rows, mut list) = (rows(1, 2000), Columns::new(3));
        for (len, row) in (1..).zip(&rows) {
            list.push(row);
            assert_eq!(list.len(), len);
        }
        for (index, row) in (0..).zip(&rows) {
            let mut read = [0; 3];
            assert!(list.read(index, &mut read));
            assert_eq!(&read, row, "row {index}");
            assert_eq!(list.get(index, 1), Some(row[1]));
        }
        assert!(!list.read(2000, &mut [0; 3]) && list.get(2000, 0).is_none());
        assert_eq!(list.first_from(0, 131 * 1000), 1000);
    }

    #[test]
    fn a_cut_list_goes_on_as_if_nothing_had_been_behind_the_cut() {
        let rows = rows(2, 1600);
        for cut in [0, 1, 511, 512, 513, 1024, 1599] {
            let mut list = Columns::new(3);
            rows.iter().for_each(|row| list.push(row));
            let whole = list.clone();
            list.truncate(cut);
            assert_eq!((list.len(), whole.len()), (cut, 1600));
            list.push(&[1, 2, 3]);
            assert_eq!((list.get(cut, 2), whole.get(cut, 2)), (Some(3), Some(7)));
            let last = cut.saturating_sub(1);
            assert_eq!(list.get(last, 1) == whole.get(last, 1), cut > 0);
        }
    }

    #[test]
    fn numbers_on_a_line_cost_nothing() {
        let mut list = Columns::new(2);
        (0..=512_u64).for_each(|row| list.push(&[5 + 131 * row, 9]));
        assert_eq!(list.sealed.get(0).unwrap().bytes.len(), 8);
    }
}
