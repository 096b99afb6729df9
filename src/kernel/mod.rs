//! Discrete-event simulation. It has never heard of RocketMQ.
