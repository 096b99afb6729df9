//! Whom an answer goes to.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{Packet, Reply};

/// A request that is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) conn: ConnId,
    pub(super) opaque: u32,
    /// Code of the request.
    pub(super) code: u32,
    pub(super) oneway: bool,
}

impl Call {
    /// Sends the answer; false where nobody is there any more or nobody wants one.
    pub(super) fn answer(self, reply: Reply, fx: &mut Effects<'_, Mq>) -> bool {
        let packet = Packet::Reply { opaque: self.opaque, to: self.code, reply };
        !self.oneway && fx.send(self.conn, packet)
    }
}

impl Digestible for Call {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.conn);
        digest.word(u64::from(self.opaque) << 32 | u64::from(self.code));
    }
}
