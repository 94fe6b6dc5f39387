//! Calls of one session by name, with arguments and results as text: what the
//! commands `call` and `shell` have in common.

use std::fs;
use std::io::{self, Read as _, Write as _};

use anyhow::{Context as _, Result};
use clap::Args;
use wit_host::values::{
    BadArgument, Form, Signature, example, from_bytes, from_text, to_json_text, to_wave, wit,
};
use wit_host::wasmtime::component::Type;
use wit_host::{Error, Functions, Val, blocking::Session};

use super::results::{Results, is_given_away, number};

/// How arguments are read and results are printed.
#[derive(Args, Clone, Copy)]
pub(crate) struct Notation {
    /// Take arguments and print results as JSON
    #[arg(long, conflicts_with = "raw")]
    json: bool,

    /// Take text as it is, without quotes, and print a text or bytes as they are
    #[arg(long)]
    raw: bool,
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

/// A session and what its calls have returned.
pub(crate) struct Calls {
    pub(crate) session: Session<Functions>,
    notation: Notation,
    results: Results,
    /// What came on standard input, which is read once, for every call.
    input: Option<Vec<u8>>,
}

impl Calls {
    pub(crate) fn new(session: Session<Functions>, notation: Notation) -> Self {
        Self { session, notation, results: Results::default(), input: None }
    }

    /// Calls a function, whose name may be short, and keeps what it returns.
    pub(crate) fn call(&mut self, name: &str, texts: &[String]) -> Result<Vec<(Type, Val)>, Error> {
        let function = self.session.guest().resolve(name)?;
        let wrong = |reason| Error::WrongType { function: function.clone(), reason };
        let signature = self.session.guest().signature(&function).ok_or_else(|| {
            wrong("it takes or returns what is no number, and has no text".into())
        })?;
        if signature.params.len() != texts.len() {
            let count = texts.len();
            let given = if count == 1 { "1 argument" } else { &format!("{count} arguments") };
            let usage = usage(name, &signature, self.notation);
            return Err(wrong(format!("it is `{signature}`, and was given {given}; {usage}")));
        }
        let arguments = self.arguments(&signature, texts)?;
        let results = self.session.call(&function, &arguments)?;
        for ((text, (_, ty)), value) in texts.iter().zip(&signature.params).zip(&arguments) {
            self.results.give_away(text, ty, value, name);
        }
        self.results.push(results.first().cloned());
        Ok(signature.results.into_iter().zip(results).collect())
    }

    /// Forgets what the calls have returned, and drops the handles among it.
    pub(crate) fn forget(&mut self) -> Result<(), Error> {
        for handle in self.results.forget() {
            let drop = async |store: &mut _| handle.resource_drop_async(store).await;
            self.session.typed("the drop of a handle", drop)?;
        }
        Ok(())
    }

    /// An end of the input is not the last of it, where a person types it in.
    pub(crate) fn read_input_again(&mut self) {
        self.input = None;
    }

    fn arguments(&mut self, signature: &Signature, texts: &[String]) -> Result<Vec<Val>, Error> {
        let mut arguments = Vec::new();
        // The results that are given, and whether the guest is to own them.
        let mut given: Vec<(usize, bool)> = Vec::new();
        for ((param, ty), text) in signature.params.iter().zip(texts) {
            let argument = self.argument(param, ty, text)?;
            if let Some(result) = number(text) {
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

    fn argument(&mut self, param: &str, ty: &Type, text: &str) -> Result<Val, BadArgument> {
        let form = self.notation.form();
        let bad = |reason| bad_argument(param, ty, text, form, reason);
        if let Some(result) = self.results.get(text, ty).map_err(bad)? {
            return Ok(result.clone());
        }
        match text.strip_prefix('@') {
            Some(path) => {
                let failed = |error| bad(format!("failed to read the file: {error}"));
                from_bytes(param, ty, &fs::read(path).map_err(failed)?, form)
            }
            None if text == "-" => {
                let failed = |error| bad(format!("failed to read standard input: {error}"));
                let input = self.input.take().map_or_else(input, Ok).map_err(failed)?;
                from_bytes(param, ty, self.input.insert(input), form)
            }
            None => from_text(param, ty, text, form),
        }
    }

    /// The number that the last call's result is to be had by.
    pub(crate) fn last(&self) -> usize {
        self.results.last()
    }

    /// Prints what a call returned, an `err` on standard error. Says whether it
    /// was one.
    pub(crate) fn print(&self, results: &[(Type, Val)]) -> Result<bool> {
        let mut failed = false;
        for (ty, result) in results {
            if let Val::Result(Err(_)) = result {
                failed = true;
                let _ = writeln!(io::stderr(), "{}", self.text(result));
                continue;
            }
            let mut stdout = io::stdout().lock();
            let written = match (self.notation.raw, bytes(ty, result)) {
                (true, Some(bytes)) => stdout.write_all(&bytes),
                _ => writeln!(stdout, "{}", self.text(result)),
            };
            written.and_then(|()| stdout.flush()).context("failed to write to standard output")?;
        }
        Ok(failed)
    }

    fn text(&self, value: &Val) -> String {
        match value {
            Val::String(text) if self.notation.raw => text.clone(),
            Val::Result(Ok(Some(value)) | Err(Some(value))) if self.notation.raw => {
                self.text(value)
            }
            _ if self.notation.json => to_json_text(value),
            _ => to_wave(value),
        }
    }
}

/// How a function is called, with an example of each argument. What has no text
/// is what an earlier call returned.
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

/// An argument that is wrong before it is read as a value.
fn bad_argument(param: &str, ty: &Type, text: &str, form: Form, reason: String) -> BadArgument {
    let given = text.escape_debug().to_string();
    BadArgument { param: param.into(), ty: wit(ty), given, reason, example: example(ty, form) }
}

/// The bytes of a list of them, or of an `ok` with one.
fn bytes(ty: &Type, value: &Val) -> Option<Vec<u8>> {
    let byte = |item: &Val| match item {
        Val::U8(byte) => Some(*byte),
        _ => None,
    };
    match (ty, value) {
        (Type::List(list), Val::List(items)) if list.ty() == Type::U8 => {
            items.iter().map(byte).collect()
        }
        (Type::Result(result), Val::Result(Ok(Some(value)))) => bytes(&result.ok()?, value),
        _ => None,
    }
}

fn input() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
