//! WIT as data: the contract of a host, and what a component says of itself.
//! Whether the two go together is for `fit` to find.

pub mod changes;
mod contract;
pub mod decode;
pub mod depth;
mod difference;
pub mod env;
mod error;
mod gates;
mod members;
mod notation;
mod offered;
mod package;
mod source;
mod weight;

pub use contract::Contract;
pub use decode::{Decoded, Undecoded, contained, decode, has_only_types};
pub use difference::{Difference, Sides, differences};
pub use error::ContractError;
pub use gates::Features;
pub use notation::{definition_without_name, function, ty as type_name};
pub use offered::Offered;
pub use package::Package;
