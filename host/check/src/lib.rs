//! Checks and describes guests: whether one fits what a host offers, and what it consists of. The
//! guest's bytes are compared with contracts and linkers, and none of its code runs. It knows no
//! runtime, no session, and no option of a command.

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
