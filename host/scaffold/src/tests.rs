//! Writes the tests of a project: a file that passes as soon as the guest is built, and a fixture
//! with an answer for each import. It does not know how tests are run.

use wit_parser::{Function, Handle, Type, TypeDefKind};

use super::{File, Language, core_modules};
use crate::stubs::exports::{Interface, World};
use crate::stubs::plain::plain;
use crate::stubs::wave::wave;
use wit_host_wit::Contract;

const TESTS: &str = "guest.test.toml";
const FIXTURE: &str = "imports.fixture.toml";

/// Returns the tests of a project for the shipped contract.
pub(super) fn shipped(name: &str, language: Language) -> Vec<File> {
    let tests = match language.is_component() {
        true => include_str!("../templates/tests/component.test.toml.in"),
        false => include_str!("../templates/tests/module.test.toml.in"),
    };
    let guest = format!("guest = {:?}", language.output(name));
    let tests = tests.replace("guest = \"guest.wasm\"", &guest);
    let mut files = vec![File::new(TESTS, tests)];
    if language.is_component() {
        files.push(File::new(FIXTURE, include_str!("../templates/tests/imports.fixture.toml.in")));
    }
    files
}

/// Returns the tests of a project for a contract of the caller's: a call of each export, with the
/// plain value that it returns until it is filled in.
pub(super) fn of_contract(name: &str, language: Language, contract: &Contract) -> Vec<File> {
    let world = World::new(contract);
    let fixture = fixture(&world);
    let mut tests = format!(
        "# Tests of the guest. `wit-host test` runs them.\n\nguest = {:?}\ncontract = \
         \"wit\"\nworld = {:?}\n",
        language.output(name),
        contract.selector().replace('%', "")
    );
    if fixture.is_some() {
        tests += &format!("imports = {FIXTURE:?}\n");
    }
    tests += &match language.is_component() {
        true => of_components(&world),
        false => of_modules(&world),
    };
    let fixture = fixture.map(|text| File::new(FIXTURE, text));
    [Some(File::new(TESTS, tests)), fixture].into_iter().flatten().collect()
}

/// Returns whether the command serves an interface itself.
fn is_served(interface: &str) -> bool {
    interface.starts_with("wasi:") || interface.starts_with("wit-host:contract/")
}

fn of_components(world: &World) -> String {
    let mut tests = String::new();
    for interface in world.exports() {
        for function in interface.all_functions() {
            if let Some(step) = step(world, &interface, function) {
                let name = named(interface.name(), &function.name);
                tests += &format!("\n[[test]]\nname = \"{name}\"\nsteps = [{step}]\n");
            }
        }
    }
    if tests.is_empty() { STARTS.into() } else { tests }
}

/// The test of a guest whose functions cannot be called with plain values.
const STARTS: &str = "\n[[test]]\nname = \"it starts\"\nsteps = []\n";

/// Returns a call with what it returns. `None` for a function of a resource, for one whose arguments
/// have no text, and for one whose result only the host makes.
fn step(world: &World, interface: &Interface<'_>, function: &Function) -> Option<String> {
    if function.kind.resource().is_some() || function.kind.is_async() {
        return None;
    }
    let params = function.params.iter().map(|param| wave(&plain(world, &param.ty)?, "text"));
    let params = params.collect::<Option<Vec<_>>>()?.join(", ");
    let name = named(interface.name(), &function.name);
    // A function without a plain result fails until it is filled in.
    let result = match &function.result {
        Some(ty) => Some(plain(world, ty)?),
        None => None,
    };
    let returns = result.and_then(|value| wave(&value, ""));
    let returns = returns.map(|value| format!(", returns = {}", literal(&value)));
    let call = literal(&format!("{name}({params})"));
    Some(format!("{{ call = {call}{} }}", returns.unwrap_or_default()))
}

fn of_modules(world: &World) -> String {
    let Some((call, has_text)) = core_modules::example(world) else { return STARTS.into() };
    let mut words = call.split(' ');
    let name = words.next().unwrap_or_default();
    let arguments: Vec<_> = words.collect();
    let call = literal(&format!("{name}({})", arguments.join(", ")));
    let abi = if has_text { "abi = \"cstring\"\n" } else { "" };
    format!("\n[[test]]\nname = \"{name}\"\n{abi}steps = [{{ call = {call} }}]\n")
}

/// Returns an answer for each import that the command does not serve itself and that has one.
fn fixture(world: &World) -> Option<String> {
    let mut calls = String::new();
    for interface in world.imports() {
        let of = interface.full_name();
        if of.as_deref().is_some_and(is_served) {
            continue;
        }
        for function in interface.all_functions().into_iter().filter(|one| !one.kind.is_async()) {
            let returns = match &function.result {
                None => String::new(),
                Some(ty) => match answer(world, ty) {
                    Some(value) => format!("returns = {}\n", literal(&value)),
                    None => continue,
                },
            };
            let name = named(of.as_deref(), &function.name);
            calls += &format!("\n[[call]]\nfunction = \"{name}\"\n{returns}times = \"0..\"\n");
        }
    }
    let about = "# What the imports of the guest return where a test says nothing else.\n";
    (!calls.is_empty()).then(|| format!("{about}{calls}"))
}

/// Returns the value that an import returns. A handle of a resource has the resource's name for a
/// label.
fn answer(world: &World, ty: &Type) -> Option<String> {
    let resource = match ty {
        Type::Id(id) => match world.resolve.types[world.dealiased(*id)].kind {
            TypeDefKind::Handle(Handle::Own(resource)) => Some(world.dealiased(resource)),
            _ => None,
        },
        _ => None,
    };
    match resource {
        Some(resource) => Some(format!("${}", world.resolve.types[resource].name.as_deref()?)),
        None => wave(&plain(world, ty)?, ""),
    }
}

fn named(interface: Option<&str>, function: &str) -> String {
    interface.map_or_else(|| function.to_owned(), |interface| format!("{interface}.{function}"))
}

/// Returns a text of TOML. A plain value has no quotes but for a character's.
fn literal(text: &str) -> String {
    match text.contains('\'') {
        true => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        false => format!("'{text}'"),
    }
}
