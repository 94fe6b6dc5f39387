//! Checks whether a core module fits the contract of another host. That host serves the contract's
//! functions in `env` by the conventions of core modules, and calls exports by them. It does not
//! know the engine's linkers.

use wit_host_binary::core_type::{Import, imports_and_exports, signature};
use wit_host_binary::names::ENV;
use wit_host_text::list;
use wit_host_wit::env::{Form, Number, Shape, WorldFunction, candidates, exported, imported};
use wit_host_wit::{Contract, function as notation};

use super::Fit;
use super::mismatch::Mismatch;
use super::module::{
    CORE_OF_COMPONENT, has_component_types, imports, of_imports_and_exports, to_component,
    validate_unless_of_host_values,
};
use super::preview1::unserved_wasi;
use crate::error::Result;
use crate::offer::Offer;
use crate::served::Served;

/// Checks whether a core module fits a host that offers the contract.
pub(super) fn fit<S: 'static>(
    offer: &Offer<'_, S>,
    binary: &[u8],
    contract: &Contract,
) -> Result<Fit> {
    validate_unless_of_host_values(offer, binary)?;
    if has_component_types(binary) {
        let problem = "this is a core module, and the contract asks for a component";
        let mismatch =
            Mismatch::import("core module", problem, to_component(true, &imports(binary)));
        let notes = vec![CORE_OF_COMPONENT.to_owned()];
        return Ok(Fit { mismatches: vec![mismatch], notes, ..Fit::default() });
    }
    let served = Served::of_contract(offer.engine, contract, offer.served);
    let mut mismatches = of_imports_and_exports(&served, binary);
    explain(&mut mismatches, binary, contract);
    mismatches.extend(unserved_wasi(offer, binary));
    let mut fit = Fit { mismatches, ..Fit::default() };
    exports(&mut fit, binary, contract);
    Ok(fit)
}

/// Explains imports that the contract has, and that core modules cannot have.
fn explain(mismatches: &mut [Mismatch], binary: &[u8], contract: &Contract) {
    let (resolve, all) = (&contract.resolve, imported(&contract.resolve, contract.world));
    for import in imports(binary).iter().filter(|import| import.module == ENV) {
        let full = import.full();
        let Some(mismatch) = mismatches.iter_mut().find(|mismatch| mismatch.name == full) else {
            continue;
        };
        let found = candidates(&all, &import.name);
        let [one] = &found[..] else {
            if !found.is_empty() {
                let names: Vec<_> = found.iter().map(ToString::to_string).collect();
                mismatch.problem = format!("it may be any of {}", list(&names));
                mismatch.fix = "import it as `interface_function`, with `_` for each `-`".into();
            }
            continue;
        };
        if let Err(reason) = Shape::of_import(resolve, one.function) {
            mismatch.problem = no_convention(&reason);
            mismatch.contract = Some(notation(resolve, one.function));
            mismatch.fix = to_component(false, &[] as &[Import]);
            // The cause was guessed for an import that the contract does not have, and it has this
            // one.
            mismatch.cause = None;
        }
    }
}

fn no_convention(reason: &str) -> String {
    format!("no convention of core modules carries it: {reason}")
}

/// Compares the exports with those of the world.
fn exports(fit: &mut Fit, binary: &[u8], contract: &Contract) {
    let (_, exports) = imports_and_exports(binary).unwrap_or_default();
    let all = exported(&contract.resolve, contract.world);
    for function in &all {
        let declared = notation(&contract.resolve, function.function);
        let name = function.to_string();
        let shape = match Shape::of_export(&contract.resolve, function.function) {
            Ok(shape) => shape,
            Err(reason) => {
                let fix = to_component(false, &[] as &[Import]);
                let absent = Mismatch::export(name, no_convention(&reason), fix);
                fit.absent.push(absent.types(None, Some(declared)));
                continue;
            }
        };
        let names = names(function, &all);
        let Some(export) = exports.iter().find(|export| names.contains(&export.name)) else {
            let fix = match &names[..] {
                [] => "give it a name that no other export of the world has".into(),
                [name, ..] => format!("export it as `{name}`"),
            };
            let absent = Mismatch::export(name, "the guest does not have it", fix);
            fit.absent.push(absent.types(None, Some(declared)));
            continue;
        };
        let has = export.ty.to_string();
        let wanted = signatures(&shape);
        if export.ty.function().is_none() || !wanted.contains(&has) {
            let problem = "the guest has it with another type than the contract's";
            let fix = format!("declare it as `{}`", wanted[0]);
            let mismatch = Mismatch::export(&export.name, problem, fix);
            fit.mismatches.push(mismatch.types(Some(has), Some(declared)));
        }
    }
}

/// Returns the names by which a module can export a function. For a function of the world itself,
/// its own name is one of them.
fn names(function: &WorldFunction<'_>, all: &[WorldFunction<'_>]) -> Vec<String> {
    let mut names = function.core_names(all);
    if function.module() == "$root" {
        names.push(function.function.name.clone());
    }
    names
}

/// Returns the flat types that an exported function can have: with texts as in C, or as pointer and
/// length.
fn signatures(shape: &Shape) -> Vec<String> {
    let written = |params: &[Number], results: &[Number]| {
        let words =
            |numbers: &[Number]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        signature(&words(params), &words(results))
    };
    let result = shape.returned();
    let mut all = vec![written(&shape.given(), result.as_slice())];
    let (i32, i64) = (Number::I32, Number::I64);
    let results: &[&[Number]] = match (shape.result, &result) {
        (Some(Form::Text | Form::Bytes), _) => &[&[i32], &[i32, i32], &[i64]],
        (_, Some(number)) => &[std::slice::from_ref(number)],
        (_, None) => &[&[]],
    };
    all.extend(results.iter().map(|results| written(&shape.called_with(), results)));
    all
}
