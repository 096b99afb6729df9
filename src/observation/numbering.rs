//! Messages are m1, m2, … in the order in which the programs called send.

use crate::facts::MsgKey;
use crate::kernel::actor::NodeId;
use crate::kernel::columns::Columns;

/// From message keys to numbers and back.
#[derive(Clone, Debug, Default)]
pub struct Numbering {
    /// By producer's node: the numbers of its messages in its own order, so they ascend.
    by_producer: Vec<Columns>,
    last: u32,
}

impl Numbering {
    /// Gives the next number to a message that was called for.
    pub fn call(&mut self, key: MsgKey) -> u32 {
        let producer = key.producer.index();
        if self.by_producer.len() <= producer {
            self.by_producer.resize_with(producer + 1, || Columns::new(1));
        }
        let numbers = &mut self.by_producer[producer];
        assert!(
            numbers.len() == u64::from(key.seq),
            "a producer counts its messages without gaps, and {} follows {}",
            key.seq,
            numbers.len()
        );
        self.last += 1;
        numbers.push(&[u64::from(self.last)]);
        self.last
    }

    /// The number of a message.
    #[inline]
    pub fn number(&self, key: MsgKey) -> Option<u32> {
        let number = self.by_producer.get(key.producer.index())?.get(u64::from(key.seq), 0)?;
        Some(u32::try_from(number).expect("a u32 was put in"))
    }

    /// The message with a number.
    pub fn key(&self, number: u32) -> Option<MsgKey> {
        self.by_producer.iter().zip(0..).find_map(|(numbers, producer)| {
            let seq = numbers.first_from(0, u64::from(number));
            let found = numbers.get(seq, 0) == Some(u64::from(number));
            let seq = u32::try_from(seq).expect("a producer's messages are counted by a u32");
            found.then_some(MsgKey { producer: NodeId(producer), seq })
        })
    }

    /// Messages so far.
    pub fn count(&self) -> u32 {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_calls_of_all_producers() {
        let key = |producer, seq| MsgKey { producer: NodeId(producer), seq };
        let mut numbering = Numbering::default();
        let calls = [key(4, 0), key(7, 0), key(7, 1), key(4, 1)];
        let numbers = calls.map(|call| numbering.call(call));
        assert_eq!(numbers, [1, 2, 3, 4]);
        assert_eq!(calls.map(|call| numbering.number(call)), numbers.map(Some));
        assert_eq!(numbers.map(|number| numbering.key(number)), calls.map(Some));
        assert_eq!((numbering.key(0), numbering.key(5)), (None, None));
        assert_eq!(numbering.number(key(9, 0)), None);
    }
}
