//! Stories, properties and the shape of the source, one file for each area, in one binary.

mod broker_groups;
mod broker_kit;
mod broker_life;
mod broker_pull;
mod broker_send;
mod cli;
mod client_broker_down;
mod client_first_program;
mod client_kit;
mod client_pull_loop;
mod client_rebalance;
mod client_repeats;
mod client_send;
mod determinism;
mod kernel;
mod kernel_agenda;
mod kernel_queue;
mod namesrv;
mod ping_pong;
mod puppet;
mod reasons;
mod scenario;
mod session;
mod session_kit;
mod tidy;
mod words;
