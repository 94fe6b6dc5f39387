//! The options for how text is passed to and from a core module.

use anyhow::Result;
use clap::{Args, ValueEnum};
use wit_host::{Abi, AllocatorNames, Guest, Kind, Returns};
use wit_host_contract::Functions;

use super::Usage;

/// By which convention functions are called.
#[derive(Args, Default)]
pub(crate) struct Convention {
    /// Hand text and arrays to a core module, and take them from it, by the convention
    /// that it keeps
    #[arg(long, value_enum, value_name = "NAME")]
    abi: Option<Name>,

    /// The module's functions that give out and take back blocks of memory, where they are
    /// not `allocate,deallocate` or `malloc,free`, or where it has both
    #[arg(long, value_name = "NAME[,NAME]", requires = "abi")]
    allocator: Option<AllocatorNames>,

    /// What functions return, where it is not what their type makes likely: a text,
    /// or a number where an argument is an array
    #[arg(long, value_enum, value_name = "KIND", requires = "abi")]
    returns: Option<Kinds>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Text is an address, with a NUL behind it, as in C
    Cstring,
    /// Text is a pointer and a length
    PtrLen,
    /// Functions have the attribute `#[wasmedge_bindgen]`
    Bindgen,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kinds {
    /// A text in UTF-8
    Text,
    /// A list of bytes
    Bytes,
    /// Numbers, as they are
    Number,
}

impl Convention {
    /// Returns the module's allocator, if an option names it.
    pub(crate) fn allocator(&self) -> Option<AllocatorNames> {
        self.allocator.clone()
    }

    /// Returns the convention for functions of the guest, if an option asks for one.
    pub(crate) fn of(&self, guest: &Guest<Functions>) -> Result<Option<Abi>> {
        if self.abi.is_some() && guest.kind() == Kind::Component {
            let reason = "`--abi` is for core modules, and the guest is a component, which takes \
                          and returns text by itself; leave the option out";
            return Err(Usage::new(reason.into()).into());
        }
        self.of_modules()
    }

    /// Returns the convention for functions of core modules, if an option asks for one.
    pub(crate) fn of_modules(&self) -> Result<Option<Abi>> {
        let Some(name) = self.abi else { return Ok(None) };
        let returns = self.returns.map_or(Returns::Inferred, |kind| match kind {
            Kinds::Text => Returns::Text,
            Kinds::Bytes => Returns::Bytes,
            Kinds::Number => Returns::Number,
        });
        match (name, self.returns) {
            (Name::Cstring, _) => Ok(Some(Abi::CString(returns))),
            (Name::PtrLen, _) => Ok(Some(Abi::PtrLen(returns))),
            (Name::Bindgen, None) => Ok(Some(Abi::Bindgen)),
            (Name::Bindgen, Some(_)) => {
                let reason = "what is returned by `--abi bindgen` says its type itself; leave \
                              `--returns` out";
                Err(Usage::new(reason.into()).into())
            }
        }
    }
}
