//! Writes the README of a project, and the call that it shows as an example.

use super::{Commands, File, Language, host_file};
use crate::stubs::exports::World;
use crate::stubs::plain::{Plain, plain};
use crate::stubs::wave::wave;
use wit_host_wit::Contract;

/// Returns the README of a project for the shipped contract.
pub(super) fn shipped(name: &str, language: Language, commands: &Commands) -> File {
    let (what, commands) = (language.summary(), console(commands));
    File::new(
        "README.md",
        format!(
            "# {name}\n\nA guest of wit-host: {what}.\n\n{commands}\n`wit/` has the contract.\n{}",
            of_language(language)
        ),
    )
}

fn console(Commands { build, check, run, .. }: &Commands) -> String {
    format!("```console\n$ {build}\n$ {check}\n$ {run}\n```\n")
}

/// Returns the README of a project for a contract of the caller. It says what has to be filled in.
pub(super) fn of_contract(
    name: &str,
    language: Language,
    contract: &Contract,
    commands: &Commands,
) -> File {
    let world = World::new(contract);
    let mut exports = String::new();
    for interface in world.exports() {
        let of = interface.full_name().map_or(String::new(), |name| format!("of `{name}`"));
        exports += &format!("- {}\n", if of.is_empty() { "of the world itself" } else { &of });
        for function in interface.all_functions() {
            let resource = function.kind.resource().map(|id| &world.resolve.types[id]);
            let resource = resource.and_then(|definition| definition.name.as_deref());
            let of = resource.map_or(String::new(), |name| format!("{name}."));
            exports += &format!("  - `{of}{}`\n", wit_host_wit::function(&world.resolve, function));
        }
    }
    File::new(
        "README.md",
        format!(
            "# {name}\n\nA guest of `{}`: {}.\n\n{}\n`wit/` has the contract. Each of these returns a plain value until it is filled \
             in:\n\n{exports}{}{}",
            contract.name(),
            language.summary(),
            console(commands),
            match (runs_here(contract), host_file::of(contract).is_some()) {
                (true, _) => "",
                (false, true) => WITH_DEFAULTS,
                (false, false) => ELSEWHERE,
            },
            of_language(language),
        ),
    )
}

/// Returns what an author has to know about the language. It is the part of the language's own
/// guest page after the commands.
fn of_language(language: Language) -> String {
    let page = match language {
        Language::Rust => Some(include_str!("languages/rust/page.md")),
        _ => language.file("README.md").and_then(|page| Some(page.split_once("```\n\n")?.1)),
    };
    let own = match language {
        Language::Rust => "",
        _ => {
            "What `make` installs is in `~/.cache/wit-host-tools`, or in the folder that \
             `WIT_HOST_TOOLS` names, once for all projects. What is shown here is of a guest of \
             wit-host's own contract.\n\n"
        }
    };
    page.map_or(String::new(), |page| format!("\n## The language\n\n{own}{page}"))
}

/// What is said of a contract that is not this command's, and whose imports have default values.
const WITH_DEFAULTS: &str = "\n`wit-host.toml` has the command serve what the contract imports, \
                             with default values at first: it says how something else does.\n";

/// What is said of one whose imports have none.
const ELSEWHERE: &str = "\nThe command `wit-host` has the functions of its own contract only: \
                         the guest runs in the host that has this one.\n";

/// Returns whether this command serves everything that the world imports.
pub(super) fn runs_here(contract: &Contract) -> bool {
    let (resolve, world) = (&contract.resolve, contract.world);
    resolve.worlds[world].imports.keys().all(|key| {
        let name = resolve.name_world_key(key);
        name.starts_with("wasi:") || name.starts_with("wit-host:contract/")
    })
}

/// Returns a function of the guest with arguments, as words for `wit-host call`. Returns `None` if
/// every function takes a handle.
pub(super) fn example(contract: &Contract) -> Option<String> {
    let world = World::new(contract);
    let exports = world.exports();
    let functions = exports.iter().flat_map(|interface| {
        interface.all_functions().into_iter().map(move |function| (interface, function))
    });
    functions.into_iter().find_map(|(interface, function)| {
        let item = match function.kind.resource() {
            Some(id) => {
                let resource = world.resolve.types[id].name.as_deref().unwrap_or_default();
                match function.kind {
                    wit_parser::FunctionKind::Constructor(_) => resource.to_owned(),
                    _ => format!("{resource}.{}", function.item_name()),
                }
            }
            None => function.name.clone(),
        };
        let mut words = vec![match interface.name() {
            Some(interface) => format!("{interface}.{item}"),
            None => item,
        }];
        for param in &function.params {
            let value = argument(&plain(&world, &param.ty)?)?;
            words.push(shlex::try_quote(&value).ok()?.into_owned());
        }
        Some(words.join(" "))
    })
}

/// Returns a plain value as an argument. A text needs no quotes, unless it is inside of another
/// value.
fn argument(value: &Plain<'_>) -> Option<String> {
    match value {
        Plain::EmptyText => Some("text".into()),
        other => wave(other, "text"),
    }
}
