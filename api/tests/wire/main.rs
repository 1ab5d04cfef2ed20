//! The program under callers as they are: very many, very slow, cut off, talking nonsense, or behind a balancer
//! that sees instances come and go.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod balancer;
mod connections;
mod nonsense;
mod running;
