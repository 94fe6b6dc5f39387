//! The conventions by which exports of core modules take and return text, bytes and arrays.
//! Each convention is a file here. This module knows the guest's memory and its allocator, and
//! nothing of sessions, clocks and limits of time.

mod allocator;
mod bindgen;
mod broken;
mod cstring;
mod exchange;
mod flat;
#[cfg(feature = "values-text")]
mod notation;
mod ptr_len;
mod scalar;

use wasmtime::component::Val;
use wasmtime::{Func, Instance, Store};

pub(crate) use self::broken::Broken;

use self::exchange::{Access, Exchange};
use crate::error::{Error, Result};
use crate::store::state::State;
use wit_host_binary::allocator_names::AllocatorNames;

/// The convention by which an export of a core module takes and returns values that are not
/// numbers, for [`Session::call_with_abi`](crate::session::Session::call_with_abi).
///
/// Arguments are passed in blocks of the guest's own allocator, which it exports as
/// `allocate(size) -> pointer` and `deallocate(pointer, size)`, or as `malloc(size) -> pointer`
/// and `free(pointer)`. If it exports several pairs that look like an allocator, or one with
/// other names, [`Session::set_allocator`](crate::session::Session::set_allocator) selects it.
///
/// | | `CString` | `PtrLen` | `Bindgen` |
/// | --- | --- | --- | --- |
/// | a number | itself | itself | a block, by its own type |
/// | text | a pointer, NUL after the text | a pointer and the length in bytes | a block |
/// | an array | a pointer | a pointer and the number of elements | a block |
/// | who frees arguments | the host, after the call | the host, after the call | the guest |
/// | text as a result | a pointer, up to a NUL | see below | any number of results of any type |
///
/// An array is a [`Val::List`] of numbers of one type, little-endian. By `CString`, the
/// function may fill it: the array's content after the call is added to the results, in the
/// order of the arguments.
///
/// By `PtrLen`, a result is one `i64` with the pointer in its upper half and the length in its
/// lower one; or two `i32`, pointer and length; or one `i32`, the address of a pointer and a
/// length of four bytes each. These eight bytes are not freed, since some guests keep them in a
/// static place.
///
/// A text that is returned by `CString` or `PtrLen` is freed with `deallocate`, of `length + 1`
/// bytes if there is a NUL. It is never passed to `free`: guests that have a `free` also return
/// text that it did not allocate, and TinyGo's traps on such a text. If a guest refuses to free
/// a block, with `unreachable`, the block stays allocated.
///
/// `Bindgen` is the convention of functions with the attribute `#[wasmedge_bindgen]`, all of
/// which are `(i32, i32) -> i32`. Arguments must have the types of the Rust function, which the
/// module does not declare. Everything that is returned is freed. If the Rust function returned
/// an `Err`, the only result is a [`Val::Result`] with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Abi {
    /// Text that ends with NUL, as in C.
    CString(Returns),
    /// Text as a pointer and a length.
    PtrLen(Returns),
    /// Values with their types, as the wasmedge-bindgen macro passes them.
    Bindgen,
}

/// What an export returns. Its type does not show whether a number is a pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Returns {
    /// A text, if the type is that of one: by `CString` one `i32`, unless an argument is an
    /// array; by `PtrLen` one `i64` or two `i32`. Otherwise numbers.
    #[default]
    Inferred,
    /// A text in UTF-8.
    Text,
    /// Bytes, as a `list<u8>`.
    Bytes,
    /// Numbers, unchanged.
    Number,
}

/// A call whose arguments fit the function. From here on, failures are the guest's.
pub(crate) struct Prepared {
    func: Func,
    access: Access,
    steps: Steps,
}

enum Steps {
    Flat(flat::Call),
    Bindgen(bindgen::Call),
}

impl Prepared {
    /// Checks a call, and reports mistakes of the caller before any code of the guest runs.
    pub(crate) fn new<T: Send + 'static>(
        store: &mut Store<State<T>>,
        instance: Instance,
        (name, func): (&str, Func),
        abi: Abi,
        allocator: Option<&AllocatorNames>,
        args: &[Val],
    ) -> Result<Self> {
        let wrong = |reason| Error::InvalidCall { function: name.into(), reason };
        let ty = func.ty(&*store);
        let steps = match abi {
            Abi::CString(returns) => cstring::prepare(&ty, returns, args).map(Steps::Flat),
            Abi::PtrLen(returns) => ptr_len::prepare(&ty, returns, args).map(Steps::Flat),
            Abi::Bindgen => bindgen::prepare(&ty, args).map(Steps::Bindgen),
        };
        let steps = steps.map_err(wrong)?;
        let allocates = match &steps {
            Steps::Flat(call) => call.allocates(),
            Steps::Bindgen(_) => true,
        };
        let access = Access::find(store, instance, allocates, allocator, abi == Abi::Bindgen)
            .map_err(wrong)?;
        Ok(Self { func, access, steps })
    }

    /// Makes the call: passes the arguments, calls, reads and frees.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        store: &mut Store<State<T>>,
    ) -> wasmtime::Result<Vec<Val>> {
        let mut exchange = Exchange::new(store, &self.access);
        match &self.steps {
            Steps::Flat(call) => call.make(&mut exchange, self.func).await,
            Steps::Bindgen(call) => call.make(&mut exchange, self.func).await,
        }
    }
}
