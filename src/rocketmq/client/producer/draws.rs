//! What differs from one message of a workload to the next: topics and business keys.

use std::rc::Rc;

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::rng::Rng;
use crate::rocketmq::message::Template;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::sending::{Outgoing, Way};

/// Streams of a producer's program, one for each purpose.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    topics: Rng,
    keys: Rng,
}

impl Draws {
    pub(super) fn new(fx: &Effects<'_, Mq>) -> Self {
        Self { topics: fx.stream("topics"), keys: fx.stream("keys") }
    }

    /// The next message of an entry.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn template(&mut self, outgoing: &Outgoing, way: &Way) -> Rc<Template> {
        let mut template = Template::clone(&outgoing.template);
        if !way.topics.is_empty() {
            template.topic = way.topics[self.topics.index(way.topics.len())];
        }
        if let Some(rule) = &way.key {
            let number = rule.choice.draw(&mut self.keys);
            template.keys = Some(Name::new(&format!("{}{number}", rule.prefix)));
        }
        Rc::new(template)
    }
}

impl Digestible for Draws {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topics);
        digest.put(&self.keys);
    }
}
