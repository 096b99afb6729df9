//! The two ids of a message: where it is stored, and which client made it.
//!
//! Follows `MessageDecoder.createMessageId` and `MessageClientIDSetter`. Both have 32 characters,
//! or 56 where the address is one of IPv6: their length tells nothing.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::wire::bytes::Reader;
use crate::wire::error::WireError;

/// What errors call it.
const ID: &str = "a message id";
/// Characters of an id with an IPv4 address.
const SHORT: usize = 32;

/// Where a message is stored (`offsetMsgId`): the broker's address and the position in its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetMessageId {
    /// The broker.
    pub store_host: SocketAddr,
    /// Position in its commit log.
    pub physical: i64,
}

impl OffsetMessageId {
    /// Reads an id (`decodeMessageId`).
    ///
    /// # Errors
    ///
    /// Where it is too short, not hexadecimal, or has a port beyond 65535.
    pub fn parse(text: &str) -> Result<Self, WireError> {
        let bytes = from_hex(text)?;
        let mut reader = Reader::new(&bytes, ID);
        let store_host = read_host(&mut reader, text.len() != SHORT)?;
        Ok(Self { store_host, physical: reader.i64()? })
    }
}

impl fmt::Display for OffsetMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        put_hex(f, &host_bytes(self.store_host))?;
        put_hex(f, &self.physical.to_be_bytes())
    }
}

/// Which client made a message, and as which (`UNIQ_KEY`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniqueKey {
    /// The client's address.
    pub ip: IpAddr,
    /// Its process, cut to 16 bits.
    pub pid: u16,
    /// Hash code of its class loader.
    pub loader: u32,
    /// Ms since the month began where the client is.
    pub millis: u32,
    /// Counts its messages, and begins again after 65535.
    pub counter: u16,
}

impl UniqueKey {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// Where it is too short or not hexadecimal.
    pub fn parse(text: &str) -> Result<Self, WireError> {
        let bytes = from_hex(text)?;
        let mut reader = Reader::new(&bytes, ID);
        let ip = read_ip(&mut reader, text.len() != SHORT)?;
        let (pid, loader) = (reader.u16()?, reader.u32()?);
        let (millis, counter) = (reader.u32()?, reader.u16()?);
        Ok(Self { ip, pid, loader, millis, counter })
    }
}

impl fmt::Display for UniqueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ip, pid, loader, millis, counter } = self;
        put_hex(f, &ip_bytes(*ip))?;
        write!(f, "{pid:04X}{loader:08X}{millis:08X}{counter:04X}")
    }
}

/// An address as records and ids hold it: its bytes and four of the port.
pub(super) fn host_bytes(host: SocketAddr) -> Vec<u8> {
    let mut bytes = ip_bytes(host.ip());
    bytes.extend(u32::from(host.port()).to_be_bytes());
    bytes
}

fn ip_bytes(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// Reads an address with its port.
pub(super) fn read_host(reader: &mut Reader<'_>, v6: bool) -> Result<SocketAddr, WireError> {
    let ip = read_ip(reader, v6)?;
    let port = reader.i32()?;
    let bad = WireError::BadValue { what: "a port", value: port.into() };
    Ok(SocketAddr::new(ip, u16::try_from(port).map_err(|_| bad)?))
}

fn read_ip(reader: &mut Reader<'_>, v6: bool) -> Result<IpAddr, WireError> {
    let octets = reader.take(if v6 { 16 } else { 4 })?;
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    let v6 = <[u8; 16]>::try_from(octets).map(IpAddr::from);
    Ok(v4.or(v6).expect("so many bytes were taken"))
}

fn put_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
}

fn from_hex(text: &str) -> Result<Vec<u8>, WireError> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    let byte = |pair: &[u8]| {
        let (high, low) = (digit(*pair.first()?)?, digit(*pair.get(1)?)?);
        u8::try_from(high << 4 | low).ok()
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
    bytes.ok_or(WireError::BadValue { what: ID, value: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_worked_examples() {
        let text = "C0A8000100002A9F0000000000001A85";
        let id = OffsetMessageId::parse(text).expect("an id");
        assert_eq!(id.store_host, SocketAddr::from(([192, 168, 0, 1], 10911)));
        assert_eq!((id.physical, id.to_string().as_str()), (6789, text));
        let text = "C0A80001123418B4AAC2075BCD150001";
        let key = UniqueKey::parse(text).expect("a key");
        assert_eq!((key.pid, key.loader, key.millis), (0x1234, 0x18B4_AAC2, 123_456_789));
        assert_eq!((key.counter, key.to_string().as_str()), (1, text));
    }

    #[test]
    fn addresses_of_ipv6_make_them_longer() {
        let store_host = SocketAddr::from(([1, 2, 3, 4, 5, 6, 7, 8], 65535));
        let id = OffsetMessageId { store_host, physical: i64::MAX };
        assert_eq!(id.to_string().len(), 56);
        assert_eq!(OffsetMessageId::parse(&id.to_string()), Ok(id));
        let key = UniqueKey { ip: store_host.ip(), pid: 1, loader: 2, millis: 3, counter: 4 };
        assert_eq!(UniqueKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in
            ["", "C0A8", "C0A8000100002A9F0000000000001A8", "é0A8000100002A9F00000000000085"]
        {
            assert!(OffsetMessageId::parse(text).is_err(), "{text}");
            assert!(UniqueKey::parse(text).is_err(), "{text}");
        }
        assert!(OffsetMessageId::parse("C0A80001000100000000000000001A85").is_err(), "a port");
    }
}
