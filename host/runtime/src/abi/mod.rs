//! How exports of core modules take and return text, bytes and arrays: the
//! conventions, each of which is a file here. It knows the guest's memory and its
//! allocator, and nothing of sessions, clocks and limits of time.

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
use crate::state::State;
use wit_host_binary::allocator_names::AllocatorNames;

/// By which convention an export of a core module takes and returns what is no
/// number, for [`Session::call_with`](crate::session::Session::call_with).
///
/// Arguments are handed over in blocks of the guest's own allocator, which it
/// exports as `allocate(size) -> pointer` and `deallocate(pointer, size)`, or as
/// `malloc(size) -> pointer` and `free(pointer)`. Where it exports more than one pair that
/// looks like an allocator, or one of other names,
/// [`Session::set_allocator`](crate::session::Session::set_allocator) names it.
///
/// | | `CString` | `PtrLen` | `Bindgen` |
/// | --- | --- | --- | --- |
/// | a number | itself | itself | a block, by its own type |
/// | text | a pointer, NUL behind the text | a pointer and the length in bytes | a block |
/// | an array | a pointer | a pointer and the number of elements | a block |
/// | who frees arguments | the host, after the call | the host, after the call | the guest |
/// | text as a result | a pointer, up to a NUL | see below | any number of results of any type |
///
/// An array is a [`Val::List`] of numbers of one type, little-endian. By `CString`
/// it is one that the function may fill: what it holds after the call follows the
/// results, in the order of the arguments.
///
/// By `PtrLen` a result is one `i64`, the pointer in its upper half and the length
/// in its lower one; or two `i32`, pointer and length; or one `i32`, which points at
/// a pointer and a length of four bytes each. The two that it points at stay the
/// guest's, since some guests keep them in a place of their own.
///
/// A text that is returned by either is given back with `deallocate`, of `length + 1`
/// bytes where there is a NUL. It is never given to `free`: guests with a `free` also
/// return text that it did not allocate, which TinyGo's ends the guest for. Where a
/// guest refuses what it is given back, with `unreachable`, the block stays with it.
///
/// `Bindgen` is the convention of functions with the attribute `#[wasmedge_bindgen]`,
/// all of which are `(i32, i32) -> i32`. Arguments have to have the types of the Rust
/// function, since the module does not tell them. Everything that is returned is given
/// back. Where the Rust function returned an `Err`, the one result is a [`Val::Result`]
/// with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Abi {
    /// Text that ends with NUL, as in C.
    CString(Returns),
    /// Text as a pointer and a length.
    PtrLen(Returns),
    /// Values with their types, as the wasmedge-bindgen macro has them.
    Bindgen,
}

/// What an export returns, which its type does not tell from a pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Returns {
    /// A text, where its type is that of one: by `CString` one `i32`, unless an
    /// argument is an array; by `PtrLen` one `i64` or two `i32`. Otherwise numbers.
    #[default]
    Inferred,
    /// A text, which has to be UTF-8.
    Text,
    /// Bytes, as a `list<u8>`.
    Bytes,
    /// Numbers, as they are.
    Number,
}

/// A call whose arguments fit the function: what is left is the guest's part.
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
    /// Refuses what is the caller's mistake, before anything of the guest runs.
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

    /// Makes the call: hands over, calls, reads and gives back.
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
