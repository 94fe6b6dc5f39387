//! Calls exports of core modules with the engine's own values. They include vectors and
//! references, which the component model does not have.

use super::{Live, Session};
use crate::error::{Error, Result};
use crate::failure::CallSite;

impl<T: Send + 'static> Session<T> {
    /// Calls an export of a core module with the engine's own values.
    /// [`Guest::core_type`](crate::guest::Guest::core_type) returns its type. A `v128` is a
    /// [`V128`](wasmtime::Val::V128).
    ///
    /// ```
    /// use wit_host::wasmtime::Val;
    ///
    /// let guest = wit_host::Runtime::<()>::builder().allow_text_format(true).build()?.load(
    ///     r#"(module (func (export "low") (param v128) (result i64)
    ///         (i64x2.extract_lane 0 (local.get 0))))"#)?;
    /// let low = guest.session(()).start_blocking()?.call_core("low", &[Val::V128(7u128.into())])?;
    /// assert!(matches!(low[..], [Val::I64(7)]));
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Session::call`]; [`Error::InvalidCall`] for a component.
    pub async fn call_core(
        &mut self,
        name: &str,
        args: &[wasmtime::Val],
    ) -> Result<Vec<wasmtime::Val>> {
        let live = self.live()?;
        let wrong = |reason: String| Error::InvalidCall { function: name.into(), reason };
        let Live::Module { instance, .. } = live else {
            return Err(wrong("the guest is a component, whose values are those of WIT".into()));
        };
        let func = instance.get_func(&mut self.store, name).ok_or_else(|| self.no_such(name))?;
        let ty = func.ty(&self.store);
        let fits = |(ty, value): (wasmtime::ValType, &wasmtime::Val)| {
            value.matches_ty(&self.store, &ty).unwrap_or(false)
        };
        if ty.params().len() != args.len() || !ty.params().zip(args).all(fits) {
            let params: Vec<_> = ty.params().map(|param| param.to_string()).collect();
            let given = args.len();
            let params = params.join(", ");
            return Err(wrong(format!("it takes ({params}), and was given {given} other values")));
        }
        let mut results = vec![wasmtime::Val::I32(0); ty.results().len()];
        let called = CallSite { function: name, arguments: &[] };
        self.started(live, called, async |store| func.call_async(store, args, &mut results).await)
            .await?;
        Ok(results)
    }
}
