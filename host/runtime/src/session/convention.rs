//! Calls exports of core modules by a convention. All of such a call, from passing the
//! arguments to freeing the result, runs under the guards of one call.

use wasmtime::component::Val;

use super::{Live, Session};
use crate::error::{Error, Result};
use crate::failure::CallSite;
use crate::guest::abi::{Abi, Prepared};
use wit_host_binary::allocator_names::AllocatorNames;

impl<T: Send + 'static> Session<T> {
    /// Selects the guest's allocator for [`Session::call_with_abi`], if its name is not one of
    /// those in [`Abi`], or if the guest has several.
    pub fn set_allocator(&mut self, names: AllocatorNames) {
        self.allocator = Some(names);
    }

    /// Calls an export of a core module with text, bytes and arrays, by the convention that the
    /// module follows. Passing the arguments, the call, reading the result and freeing it are
    /// one call of the session, with one limit of time and one of fuel.
    ///
    /// ```
    /// use wit_host::{Abi, Returns, Val};
    ///
    /// // Returns the text that it was given, without its first byte.
    /// let guest = wit_host::Runtime::<()>::builder().allow_text_format(true).build()?.load(r#"(module
    ///     (memory (export "memory") 1)
    ///     (func (export "malloc") (param i32) (result i32) (i32.const 1024))
    ///     (func (export "free") (param i32))
    ///     (func (export "rest") (param i32) (result i32)
    ///         (i32.add (local.get 0) (i32.const 1))))"#)?;
    /// let mut session = guest.session(()).start_blocking()?;
    /// let text = Val::String("core".into());
    /// let results = session.call_with_abi(Abi::CString(Returns::Text), "rest", &[text])?;
    /// assert_eq!(results, [Val::String("ore".into())]);
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Session::call`]. Reasons for [`Error::InvalidCall`] include a component, which
    /// needs no convention, and a missing allocator. If the guest breaks the convention, as
    /// with a pointer outside of its memory, the error is [`Error::Trapped`]. If it passes more
    /// than [`Limits::host_call_bytes`](wit_host_binary::limits::Limits::host_call_bytes), the
    /// error is [`Error::Limit`].
    pub async fn call_with_abi(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let live = self.live()?;
        let Live::Module { instance, .. } = live else {
            let reason = "the guest is a component, which takes and returns text by the types \
                          of its functions; call it with no convention";
            return Err(Error::InvalidCall { function: name.into(), reason: reason.into() });
        };
        let func = instance.get_func(&mut self.store, name).ok_or_else(|| self.no_such(name))?;
        let allocator = self.allocator.as_ref();
        let called = (name, func);
        let prepared = Prepared::new(&mut self.store, instance, called, abi, allocator, args)?;
        let called = CallSite { function: name, arguments: args };
        self.started(live, called, async |store| prepared.call(store).await).await
    }
}
