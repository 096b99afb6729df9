//! Discrete-event simulation. It has never heard of RocketMQ.
//!
//! A [`world::World`] is generic over a [`actor::Protocol`]: actors take one event at a time and
//! state effects. One seed and one list of interventions give one history, to the last bit, on
//! every target. Invariants of absence: no clock, no ambient randomness, no hash order; floats only
//! inside [`spread`] and [`choice`].

pub mod actor;
pub mod agenda;
pub mod choice;
pub mod chunks;
pub mod columns;
pub mod curve;
pub mod digest;
pub mod disk;
pub mod effects;
pub mod intervention;
pub mod life;
pub mod name;
pub mod network;
pub mod observer;
pub mod order;
pub mod ordered_map;
pub mod ping_pong;
pub mod rng;
pub mod spine;
pub mod spread;
pub mod station;
pub mod time;
pub mod usage;
pub mod world;

mod core;
mod due;
mod happen;
mod inspect;
mod pause;
mod sharing;
