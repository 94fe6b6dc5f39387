//! Calls functions of one session by name, with arguments and results as text. The commands `call`
//! and `shell` share it.

pub(crate) mod core_values;
pub(crate) mod notation;
pub(crate) mod overdue;
mod returned;
pub(crate) mod word;

use std::path::{Path, PathBuf};

use clap::Args;
use wit_host::blocking::Session;
use wit_host::inspect::Declaration;
use wit_host::values::{
    BadArgument, Form, Results, Signature, example, from_bytes, from_text, is_given_away,
    lower_number, number_type, result_number, wit,
};
use wit_host::wasmtime::component::Type;
use wit_host::wasmtime::{self, FuncType, ValType};
use wit_host::{Abi, AllocatorNames, Error, Guest, Kind, Val};
use wit_host_contract::Functions;

use crate::options::Options;
use returned::{Returned, holds_bytes};
use word::Word;

/// How arguments are read and results are printed.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct Notation {
    /// Take arguments and print results as JSON
    #[arg(long, conflicts_with = "raw")]
    pub(crate) json: bool,

    /// Take text as it is, without quotes, and print a text or bytes as they are
    #[arg(long)]
    pub(crate) raw: bool,
}

impl Notation {
    pub(crate) fn form(self) -> Form {
        match self {
            Self { json: true, .. } => Form::Json,
            Self { raw: true, .. } => Form::Raw,
            _ => Form::Wave,
        }
    }
}

/// A session, and the results of its calls.
pub(crate) struct Calls {
    pub(crate) session: Session<Functions>,
    pub(crate) notation: Notation,
    /// The convention for calls of core modules with text.
    abi: Option<Abi>,
    results: Results,
    /// The contents of standard input, which is read once for all calls.
    input: Option<Vec<u8>>,
    /// The largest size of an argument in bytes.
    most: usize,
    /// Whether results are written to a terminal without escaping.
    everything: bool,
    /// The guest's file, if it can be read again for the names of types.
    file: Option<PathBuf>,
}

impl Calls {
    /// Creates the calls of a session.
    ///
    /// # Errors
    /// If the options are wrong.
    pub(crate) fn new(
        mut session: Session<Functions>,
        notation: Notation,
        abi: Option<(Abi, Option<AllocatorNames>)>,
        options: &Options,
        file: &Path,
    ) -> anyhow::Result<Self> {
        let abi = abi.map(|(abi, allocator)| {
            allocator.into_iter().for_each(|names| session.set_allocator(names));
            abi
        });
        let (everything, most) = (options.is_raw(), options.limits()?.memory);
        let (results, input) = (Results::default(), None);
        // Compiled code has no names of types, and a file that is not a regular one may only be
        // readable once.
        let file = (!options.trusts_code() && file.is_file()).then(|| file.to_owned());
        Ok(Self { session, notation, abi, results, input, most, everything, file })
    }

    /// Prints the results of a call. Returns whether they were an `err`.
    pub(crate) fn print(&self, results: &[Returned]) -> anyhow::Result<bool> {
        self.notation.print(results, self.everything)
    }

    /// Calls a function, whose name may be short, and keeps its results.
    pub(crate) fn call(&mut self, name: &str, words: &[Word]) -> Result<Vec<Returned>, Error> {
        let function = self.session.guest().resolve(name)?;
        let returned = match self.abi {
            Some(abi) => self.call_with(abi, &function, words)?,
            None => self.call_typed(&function, name, words)?,
        };
        self.results.push(returned.first().map(|returned| returned.value.clone()));
        Ok(returned)
    }

    /// Calls a function without a convention. Its type says all that is needed.
    fn call_typed(
        &mut self,
        function: &str,
        name: &str,
        words: &[Word],
    ) -> Result<Vec<Returned>, Error> {
        let wrong = |reason| Error::InvalidCall { function: function.to_owned(), reason };
        let guest = self.session.guest();
        let Some(signature) = guest.signature(function) else {
            let ty = guest.core_type(function);
            let ty = ty.ok_or_else(|| wrong("it has no type that is known".into()))?;
            return self.call_core(function, name, &ty, words);
        };
        if signature.params.len() != words.len() {
            let given = given(words.len());
            let usage = usage(name, &signature, self.notation);
            let ty = match self.declaration(function, &signature) {
                Some(declared) => format!("`{declared}`{}", definitions(&declared)),
                None => format!("`{signature}`"),
            };
            return Err(wrong(format!("it is {ty}, and was given {given}; {usage}")));
        }
        let arguments = match self.arguments(&signature, words) {
            Err(Error::Argument(bad)) => {
                let declared = self.declaration(function, &signature);
                return Err(declared.map_or(bad.clone(), |declared| named(bad, &declared)).into());
            }
            read => read?,
        };
        let results = match self.session.call(function, &arguments) {
            Err(Error::InvalidCall { function, reason }) => {
                let declared = self.declaration(&function, &signature);
                let reason = declared.map_or(reason.clone(), |one| one.with_names(&reason));
                return Err(Error::InvalidCall { function, reason });
            }
            results => results?,
        };
        for ((word, (_, ty)), value) in words.iter().zip(&signature.params).zip(&arguments) {
            self.results.give_away(&word.text, ty, value, name);
        }
        let returned = signature.results.iter().zip(results).map(|(ty, value)| Returned {
            is_bytes: holds_bytes(ty),
            is_plain: false,
            value,
        });
        Ok(returned.collect())
    }

    /// Returns how the guest's file declares a function, with its names for types.
    fn declaration(&self, function: &str, signature: &Signature) -> Option<Declaration> {
        let runtime = self.session.guest().runtime();
        runtime.inspect_file(self.file.as_ref()?).ok()?.declaration(function, signature)
    }

    /// Calls a function of a core module that takes or returns values other than numbers.
    fn call_core(
        &mut self,
        function: &str,
        name: &str,
        ty: &FuncType,
        words: &[Word],
    ) -> Result<Vec<Returned>, Error> {
        if ty.params().len() != words.len() {
            let (ty, count) = (core_values::signature(ty), words.len());
            let guest = self.session.guest();
            let example = core_example(guest, function).map_or(String::new(), |arguments| {
                let words = std::iter::once(name).chain(arguments);
                format!("; give for example `{}`", quoted(words).unwrap_or_default())
            });
            let reason = format!("it is `{ty}`, and was given {}{example}", given(count));
            return Err(Error::InvalidCall { function: function.into(), reason });
        }
        let mut arguments = Vec::new();
        for ((index, ty), word) in ty.params().enumerate().zip(words) {
            arguments.push(self.core_argument(&index.to_string(), &ty, word)?);
        }
        let results = self.session.call_core(function, &arguments)?;
        Ok(results.iter().map(core_values::returned).collect())
    }

    fn core_argument(
        &mut self,
        param: &str,
        ty: &ValType,
        word: &Word,
    ) -> Result<wasmtime::Val, BadArgument> {
        let bad = |given: &str, reason| BadArgument {
            param: param.into(),
            ty: ty.to_string(),
            given: given.escape_debug().to_string(),
            reason,
            example: core_values::example(ty).map(str::to_owned),
        };
        if let Some(number) = number_type(ty) {
            let value = self.argument(param, &number, word)?;
            return lower_number(ty, &value)
                .ok_or_else(|| bad(&word.text, format!("it is no `{ty}`")));
        }
        // A result of such a type was kept as its text.
        let earlier = self.results.get(&word.text, &Type::String);
        let text = match earlier.map_err(|reason| bad(&word.text, reason))? {
            Some(Val::String(text)) => text,
            _ => word.text.clone(),
        };
        core_values::other(ty, &text).map_err(|reason| bad(&text, reason))
    }

    /// Calls a function by a convention, which its type does not show.
    fn call_with(
        &mut self,
        abi: Abi,
        function: &str,
        words: &[Word],
    ) -> Result<Vec<Returned>, Error> {
        let mut arguments = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let (param, form, text) = (number.to_string(), self.notation.form(), &*word.text);
            let bad = |reason| bad_argument(&param, &Type::String, text, form, reason);
            // A convention does not show the parameter's type, and any earlier result may be meant.
            let earlier = self.results.get(text, &Type::String).map_err(bad)?;
            arguments.push(match (earlier, self.content(word).map_err(bad)?) {
                (Some(earlier), _) => earlier,
                (None, Some(bytes)) => text_or_bytes(bytes),
                (None, None) => abi.argument(&param, text, form)?,
            });
        }
        let results = self.session.call_with_abi(abi, function, &arguments)?;
        let returned = results.into_iter().map(|value| Returned {
            is_bytes: matches!(&value, Val::List(items) if matches!(items[..], [Val::U8(_), ..])),
            is_plain: false,
            value,
        });
        Ok(returned.collect())
    }

    /// Forgets the results of the calls, and drops the handles among them.
    pub(crate) fn forget(&mut self) -> Result<(), Error> {
        for handle in self.results.forget() {
            // A destructor is code of the guest, so it runs under the guards of a call.
            let drop = async |store: &mut _| handle.resource_drop_async(store).await;
            self.session.run("the drop of a handle", drop)?;
        }
        Ok(())
    }

    /// Allows standard input to be read again. A person at a terminal can go on typing after the
    /// end of the input.
    pub(crate) fn read_input_again(&mut self) {
        self.input = None;
    }

    fn arguments(&mut self, signature: &Signature, words: &[Word]) -> Result<Vec<Val>, Error> {
        let mut arguments = Vec::new();
        // The numbers of the results that are used as arguments, and whether the guest takes
        // ownership of them.
        let mut given: Vec<(usize, bool)> = Vec::new();
        for ((param, ty), word) in signature.params.iter().zip(words) {
            let text = &*word.text;
            let argument = self.argument(param, ty, word)?;
            if let Some(result) = result_number(text) {
                let owned = is_given_away(ty, &argument);
                let contests =
                    |(other, keeps): &(usize, bool)| *other == result && (owned || *keeps);
                if given.iter().any(contests) {
                    let reason = "it is given twice, and to own it there can be but one".into();
                    let form = self.notation.form();
                    return Err(bad_argument(param, ty, text, form, reason).into());
                }
                given.push((result, owned));
            }
            arguments.push(argument);
        }
        Ok(arguments)
    }

    fn argument(&mut self, param: &str, ty: &Type, word: &Word) -> Result<Val, BadArgument> {
        let form = match self.notation.form() {
            Form::Raw if word.is_wave => Form::Wave,
            form => form,
        };
        let text = &*word.text;
        let bad = |reason| bad_argument(param, ty, text, form, reason);
        if let Some(result) = self.results.get(text, ty).map_err(bad)? {
            return Ok(result);
        }
        let read = match self.content(word).map_err(bad)? {
            Some(bytes) => from_bytes(param, ty, &bytes, form),
            None => from_text(param, ty, text, form),
        };
        read.map_err(|mut bad| {
            if self.session.guest().kind() == Kind::Module {
                bad.reason += " (`--abi` hands over text)";
            }
            bad
        })
    }

    /// Returns the contents that `@FILE` or `-` stands for, or `None` for any other argument, which
    /// stands for itself.
    fn content(&mut self, word: &Word) -> Result<Option<Vec<u8>>, String> {
        word.content(self.most, &mut self.input)
    }

    /// Returns the number of the last call's result.
    pub(crate) fn last(&self) -> usize {
        self.results.last()
    }
}

/// Exports that only serve to pass values, and are not meant to be called by a person.
const PLUMBING: [&str; 9] =
    ["malloc", "calloc", "realloc", "free", "allocate", "deallocate", "alloc", "dealloc", "memory"];

/// Returns a command for copying that calls a function of the guest: `wanted`, or the first one
/// that seems to be meant for calls. Returns `None` if no such function has arguments that can be
/// typed.
pub(crate) fn command_for(
    guest: &Guest<Functions>,
    file: &Path,
    wanted: Option<&str>,
) -> Option<String> {
    let is_plumbing =
        |name: &str| name.starts_with('_') || name.starts_with("cabi_") || PLUMBING.contains(&name);
    let exports = guest.exports();
    let (plumbing, made): (Vec<_>, Vec<_>) =
        exports.iter().map(String::as_str).partition(|name| is_plumbing(name));
    let names = wanted.into_iter().chain(made).chain(plumbing);
    let form = Notation::default().form();
    names.take(if wanted.is_some() { 1 } else { usize::MAX }).find_map(|name| {
        let examples = match guest.signature(name) {
            Some(signature) => {
                let examples = signature.params.iter().map(|(_, ty)| example(ty, form));
                examples.collect::<Option<Vec<_>>>()?
            }
            None => core_example(guest, name)?.into_iter().map(str::to_owned).collect(),
        };
        let short = name
            .rsplit('.')
            .next()
            .filter(|short| guest.resolve(short).is_ok_and(|meant| meant == name));
        let file = file.to_str()?;
        let words = ["wit-host", "call", file, short.unwrap_or(name)].into_iter();
        quoted(words.chain(examples.iter().map(String::as_str)))
    })
}

/// Returns examples of the arguments of a core module's function.
fn core_example(guest: &Guest<Functions>, function: &str) -> Option<Vec<&'static str>> {
    let ty = guest.core_type(function)?;
    ty.params().map(|ty| core_values::example(&ty)).collect()
}

fn given(count: usize) -> String {
    if count == 1 { "1 argument".into() } else { format!("{count} arguments") }
}

/// Quotes words for a shell.
fn quoted<'w>(words: impl Iterator<Item = &'w str>) -> Option<String> {
    let quoted = words.map(|word| shlex::try_quote(word).ok());
    Some(quoted.collect::<Option<Vec<_>>>()?.join(" "))
}

/// Returns how a function is called, with an example of each argument. An argument that cannot be
/// written as text is the result of an earlier call.
fn usage(function: &str, signature: &Signature, notation: Notation) -> String {
    let mut words = vec![function.to_owned()];
    let mut results = 0;
    for (_, ty) in &signature.params {
        words.push(example(ty, notation.form()).unwrap_or_else(|| {
            results += 1;
            format!("${results}")
        }));
    }
    let quoted = words.iter().map(|word| shlex::try_quote(word).unwrap_or_default());
    format!("give for example `{}`", quoted.collect::<Vec<_>>().join(" "))
}

/// Returns a clause with the definitions of the names in a function's type.
fn definitions(declared: &Declaration) -> String {
    match &listed(declared, |_| true)[..] {
        [] => String::new(),
        listed => format!(", where {}", listed.join(" and ")),
    }
}

/// Returns the definitions of those names that `is_wanted` selects.
fn listed(declared: &Declaration, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let wanted = declared.definitions.iter().filter(|(name, _)| is_wanted(name));
    wanted.map(|(name, definition)| format!("`{name}` is `{definition}`")).collect()
}

/// Returns the refusal with types by their names, and with the definitions of those that it is
/// about.
fn named(mut bad: BadArgument, declared: &Declaration) -> BadArgument {
    if let Some((_, ty)) = declared.params.iter().find(|(name, _)| *name == bad.param) {
        bad.ty.clone_from(ty);
    }
    bad.reason = declared.with_names(&bad.reason);
    let is_told = |name: &str| bad.reason.contains(&format!("`{name}`"));
    for definition in listed(declared, is_told) {
        bad.reason += &format!("; {definition}");
    }
    bad
}

/// Returns the error of an argument that is wrong before it is read as a value.
fn bad_argument(param: &str, ty: &Type, text: &str, form: Form, reason: String) -> BadArgument {
    let given = text.escape_debug().to_string();
    BadArgument { param: param.into(), ty: wit(ty), given, reason, example: example(ty, form) }
}

fn text_or_bytes(bytes: Vec<u8>) -> Val {
    match String::from_utf8(bytes) {
        Ok(text) => Val::String(text),
        Err(error) => Val::List(error.into_bytes().into_iter().map(Val::U8).collect()),
    }
}
