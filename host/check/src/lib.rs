//! One question about a guest: does it fit what a host offers, and what is it? Contracts and
//! linkers are held against its bytes; nothing of it is run. It knows no runtime, no session,
//! and no option of a command.

pub mod deny;
pub mod engine_error;
pub mod error;
pub mod export_name;
pub mod fit;
pub mod inspect;
pub mod offer;
pub mod served;
pub mod serving;
pub mod threads;
