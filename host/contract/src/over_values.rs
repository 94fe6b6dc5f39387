//! Serves the shipped contract to components over values, which can be recorded. It does not know
//! who records, and calls the functions that the typed bindings call.

use wit_host::wasmtime::Result;
use wit_host::{Call, Error, HostFailure, RuntimeBuilder, Val};

use crate::bindings::wit_host::contract::fetch::{FetchError, Host as _};
use crate::bindings::wit_host::contract::math::Host as _;
use crate::{Functions, WIT, add_to_env, contract, strings};

/// Returns a builder as [`builder`](crate::builder) does, whose functions are served to components
/// over values. Core modules get the functions with types in Rust.
///
/// # Errors
/// [`Error::Contract`] in theory: the shipped contract is valid.
pub fn builder_over_values() -> Result<RuntimeBuilder<Functions>, Error> {
    let builder = types(RuntimeBuilder::default())?;
    Ok(functions(builder.module_imports(add_to_env).contract_of_importers(WIT)))
}

/// Adds the types of the shipped contract, for a runtime with a contract of its own whose providers
/// may serve functions of the shipped one as well.
///
/// # Errors
/// [`Error::Contract`] in theory: the shipped contract is valid.
pub fn types<T: Send + 'static>(builder: RuntimeBuilder<T>) -> Result<RuntimeBuilder<T>, Error> {
    Ok(builder.contract_beside(contract()?))
}

/// A call of a function of the contract.
type Called<'a> = Call<'a, Functions>;

// In the order of the WIT.
fn functions(builder: RuntimeBuilder<Functions>) -> RuntimeBuilder<Functions> {
    builder
        .func("wit-host:contract/math.add", |mut call: Called<'_>| match *call.arguments() {
            [Val::S32(a), Val::S32(b)] => Ok(Val::S32(call.data_mut().add(a, b))),
            _ => Err(other_arguments()),
        })
        .func("wit-host:contract/strings.concat", |call: Called<'_>| match call.arguments() {
            [Val::String(a), Val::String(b)] => Ok(Val::String(strings::concat(a, b))),
            _ => Err(other_arguments()),
        })
        .func("wit-host:contract/strings.to-upper", |call: Called<'_>| -> Result<Val> {
            match call.arguments() {
                [Val::String(text)] => Ok(Val::String(strings::to_upper(text)?)),
                _ => Err(other_arguments().into()),
            }
        })
        .func("wit-host:contract/strings.split", |call: Called<'_>| -> Result<Val> {
            match call.arguments() {
                [Val::String(text), Val::String(separator)] => {
                    let parts = strings::split(text, separator)?;
                    Ok(Val::List(parts.into_iter().map(Val::String).collect()))
                }
                _ => Err(other_arguments().into()),
            }
        })
        .func("wit-host:contract/strings.from-utf8", |call: Called<'_>| match call.arguments() {
            [Val::List(bytes)] => {
                let text = strings::from_utf8(&bytes_of(bytes)?);
                Ok(result(text.map(Val::String).map_err(|error| {
                    Val::Record(vec![("valid-up-to".into(), Val::U32(error.valid_up_to))])
                })))
            }
            _ => Err(other_arguments()),
        })
        .func_async("wit-host:contract/fetch.get", |mut call: Called<'_>| {
            Box::pin(async move {
                let [Val::String(url)] = call.arguments() else { return Err(other_arguments()) };
                let document = call.data_mut().get(url.clone()).await;
                let document =
                    document.map(|bytes| Val::List(bytes.into_iter().map(Val::U8).collect()));
                Ok(result(document.map_err(of_fetch)))
            })
        })
}

fn result(result: Result<Val, Val>) -> Val {
    Val::Result(match result {
        Ok(value) => Ok(Some(Box::new(value))),
        Err(value) => Err(Some(Box::new(value))),
    })
}

fn of_fetch(error: FetchError) -> Val {
    let (case, payload) = match error {
        FetchError::Denied(host) => ("denied", Val::String(host)),
        FetchError::InvalidUrl(reason) => ("invalid-url", Val::String(reason)),
        FetchError::TooLarge(limit) => ("too-large", Val::U64(limit)),
        FetchError::TimedOut(limit) => ("timed-out", Val::U64(limit)),
        FetchError::Failed(reason) => ("failed", Val::String(reason)),
    };
    Val::Variant(case.into(), Some(Box::new(payload)))
}

fn bytes_of(items: &[Val]) -> Result<Vec<u8>, HostFailure> {
    let byte = |item: &Val| match item {
        Val::U8(byte) => Ok(*byte),
        _ => Err(other_arguments()),
    };
    items.iter().map(byte).collect()
}

/// Returns the error for arguments of other types than the contract's, which the engine does not
/// pass on.
fn other_arguments() -> HostFailure {
    HostFailure("the arguments are not those of the contract".into())
}
