//! Every reason that RocketMQ's actors can give is a sentence of the page.

use std::collections::BTreeSet;

use rocketscope::rocketmq::reasons::VOCABULARY;
use rocketscope::view::words::text;

#[test]
fn every_reason_has_its_sentence() {
    let missing: Vec<_> = VOCABULARY
        .reasons
        .iter()
        .map(|reason| format!("why.{}", reason.key))
        .filter(|key| text(key) == *key)
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn no_two_reasons_share_a_key() {
    let keys: BTreeSet<_> = VOCABULARY.reasons.iter().map(|reason| reason.key).collect();
    assert_eq!(keys.len(), VOCABULARY.reasons.len());
}
