//! Reads the host file, `wit-host.toml`, into plain data: the contract, what serves its imports,
//! grants, limits and named guests. It knows the names of limits. It does not know an engine, or
//! what grants and providers mean. It starts nothing and loads no guest. Other files in TOML are read
//! by the same piece ([`from_toml`]).
//!
//! ```
//! use wit_host_binary::limits::Limits;
//! use wit_host_config::HostFile;
//!
//! let text = "[limits]\nmemory = \"64MiB\"\n";
//! let file = HostFile::parse("wit-host.toml".as_ref(), text, &Limits::default())?;
//! assert_eq!(file.limits(None).memory, 64 << 20);
//!
//! let text = "[limits]\nmemroy = \"64MiB\"\n";
//! let error = HostFile::parse("wit-host.toml".as_ref(), text, &Limits::default()).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "wit-host.toml:2:1: there is no limit `memroy`; did you mean `memory`?"
//! );
//! # Ok::<(), wit_host_config::ConfigError>(())
//! ```

mod asks;
mod document;
mod error;
mod grants;
mod host_file;
mod located;
mod names;
mod paths;
mod provider;
pub mod reading;
mod schema;
#[cfg(test)]
mod tests;
mod toml_text;
mod trust;

pub use self::asks::{Ask, Asked};
pub use self::error::ConfigError;
pub use self::grants::{Directory, Grants};
pub use self::host_file::{ContractSource, HostFile, Import, Limit, NamedGuest};
pub use self::located::{At, Located, Place, Problem};
pub use self::names::unknown;
pub use self::provider::Provider;
pub use self::schema::schema;
pub use self::toml_text::from_toml;
pub use self::trust::{Trust, state_folder};

/// The name of the host file in its folder.
pub const FILE_NAME: &str = "wit-host.toml";
