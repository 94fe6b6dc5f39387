//! Calls of a core module's exports by a convention for what is no number: the
//! whole of one, from handing over to giving back, under the guards of one call.

use wasmtime::component::Val;

use super::{Live, Session};
use crate::abi::{Abi, Prepared};
use crate::error::{Error, Result};
use crate::failure::CallSite;
use wit_host_binary::allocator_names::AllocatorNames;

impl<T: Send + 'static> Session<T> {
    /// Names the guest's allocator for [`Session::call_with_abi`], where it has another name than
    /// those of [`Abi`], or where the guest has several.
    pub fn set_allocator(&mut self, names: AllocatorNames) {
        self.allocator = Some(names);
    }

    /// Calls an export of a core module with text, bytes and arrays, by the
    /// convention that the module keeps. Handing the arguments over, the call itself,
    /// reading and giving back are one call of the session: its time and its fuel are
    /// for all of it.
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
    /// Those of [`Session::call`]. Among the reasons for [`Error::InvalidCall`] are a
    /// component, which needs no convention, and an allocator that is missing. Where
    /// the guest does not keep to the convention, as with a pointer outside of its
    /// memory, it is [`Error::Trapped`]; where it hands over more than
    /// [`Limits::host_call_bytes`](wit_host_binary::limits::Limits::host_call_bytes), it is
    /// [`Error::Limit`].
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
