//! Reading and writing big-endian fields.

use super::error::WireError;

/// Reads fields of `what` one after the other.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    /// Bytes not yet read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, bytes: usize) -> Result<&'a [u8], WireError> {
        let taken = self.rest.split_at_checked(bytes);
        let (taken, rest) = taken.ok_or(WireError::Cut { what: self.what })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        Ok(self.take(N)?.try_into().expect("so many bytes were taken"))
    }

    pub(super) fn u8(&mut self) -> Result<u8, WireError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, WireError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, WireError> {
        self.array().map(i16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, WireError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, WireError> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, WireError> {
        self.array().map(i64::from_be_bytes)
    }

    /// So many bytes, where a length was read that may be negative.
    pub(super) fn counted(
        &mut self,
        length: impl Into<i64>,
        what: &'static str,
    ) -> Result<&'a [u8], WireError> {
        let length = length.into();
        let bytes = usize::try_from(length).map_err(|_| WireError::BadLength { what, length })?;
        self.take(bytes)
    }

    /// So many bytes as text; what is not UTF-8 becomes U+FFFD, as in Java.
    pub(super) fn text(
        &mut self,
        length: impl Into<i64>,
        what: &'static str,
    ) -> Result<String, WireError> {
        self.counted(length, what).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Makes sure that nothing is left.
    pub(super) fn end(&self) -> Result<(), WireError> {
        let bytes = self.left();
        if bytes == 0 { Ok(()) } else { Err(WireError::LeftOver { what: self.what, bytes }) }
    }
}

/// A length as the wire writes it.
pub(super) fn length32(bytes: usize) -> [u8; 4] {
    i32::try_from(bytes).expect("what is sent is shorter than 2 GiB").to_be_bytes()
}
