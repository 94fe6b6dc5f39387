//! Reads and compares WIT: the contract of a host, and the world of a component. This crate
//! knows no engine. Whether a component fits a contract is decided by the crate
//! `wit-host-check`.

pub mod changes;
mod contract;
pub mod decode;
pub mod depth;
mod difference;
pub mod env;
mod error;
mod gates;
mod json;
mod members;
mod notation;
mod offered;
mod package;
mod size;
mod source;
mod spelled;
mod weight;

pub use contract::Contract;
pub use decode::{Decoded, Undecoded, contained, decode, has_only_types};
pub use difference::{Difference, Sides, differences};
pub use error::ContractError;
pub use gates::Features;
pub use notation::{definition_without_name, function, ty as type_name};
pub use offered::Offered;
pub use package::Package;
pub use spelled::spelled_differences;
