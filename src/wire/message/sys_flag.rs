//! The bits of a message's system flag.
//!
//! Follows `MessageSysFlag` and `CompressionType`. Those of pulls stand with the typed requests.

/// The body is compressed.
pub const COMPRESSED: i32 = 0x1;
/// Several tags.
pub const MULTI_TAGS: i32 = 0x2;
/// The two bits that say what the message has to do with transactions.
pub const TRANSACTION: i32 = 0xC;
/// `bornHost` is an IPv6 address.
pub const BORN_HOST_V6: i32 = 0x10;
/// `storeHost` is an IPv6 address.
pub const STORE_HOST_V6: i32 = 0x20;
/// A batch that a consumer takes apart.
pub const NEED_UNWRAP: i32 = 0x40;
/// Part of a batch that is stored as one record.
pub const INNER_BATCH: i32 = 0x80;
/// The three bits that say how the body is compressed.
const COMPRESSION: i32 = 0x700;

/// What a message has to do with transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// Nothing.
    None,
    /// A half message.
    Prepared,
    /// Committed.
    Commit,
    /// Rolled back.
    Rollback,
}

impl Transaction {
    /// What a flag says.
    pub fn of(sys_flag: i32) -> Self {
        match sys_flag & TRANSACTION {
            0 => Self::None,
            0x4 => Self::Prepared,
            0x8 => Self::Commit,
            _ => Self::Rollback,
        }
    }

    /// The flag that says this instead (`resetTransactionValue`).
    pub fn put_into(self, sys_flag: i32) -> i32 {
        let bits = match self {
            Self::None => 0,
            Self::Prepared => 0x4,
            Self::Commit => 0x8,
            Self::Rollback => 0xC,
        };
        sys_flag & !TRANSACTION | bits
    }
}

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Lz4,
    Zstd,
    /// Also what old clients mean, who say nothing.
    Zlib,
}

impl Compression {
    /// How the body of a message with this flag is compressed; `None` where it is not, or in a way
    /// that RocketMQ does not know.
    pub fn of(sys_flag: i32) -> Option<Self> {
        if sys_flag & COMPRESSED == 0 {
            return None;
        }
        match (sys_flag & COMPRESSION) >> 8 {
            1 => Some(Self::Lz4),
            2 => Some(Self::Zstd),
            0 | 3 => Some(Self::Zlib),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_say_what_they_were_told() {
        let kinds =
            [Transaction::None, Transaction::Prepared, Transaction::Commit, Transaction::Rollback];
        for kind in kinds {
            assert_eq!(Transaction::of(kind.put_into(0x3F3)), kind);
        }
        assert_eq!(Compression::of(0x300), None, "not compressed");
        let told = [0x1, 0x101, 0x201, 0x301, 0x401].map(Compression::of);
        let zlib = Some(Compression::Zlib);
        assert_eq!(told, [zlib, Some(Compression::Lz4), Some(Compression::Zstd), zlib, None]);
    }
}
