//! Calls of one session by name, with arguments and results as text: what the
//! commands `call` and `shell` have in common.

use std::fs;
use std::io::{self, Read as _, Write as _};

use anyhow::{Context as _, Result};
use clap::Args;
use wit_host::values::{
    Form, Signature, example, from_bytes, from_text, to_json_text, to_wave, wit,
};
use wit_host::wasmtime::component::Type;
use wit_host::{Error, Functions, Guest, Val, blocking::Session};

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
    fn form(self) -> Form {
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
    /// The first call's result is `$1`.
    results: Vec<Option<Val>>,
}

impl Calls {
    pub(crate) fn new(session: Session<Functions>, notation: Notation) -> Self {
        Self { session, notation, results: Vec::new() }
    }

    /// Calls a function, whose name may be short, and keeps what it returns.
    pub(crate) fn call(
        &mut self,
        function: &str,
        arguments: &[String],
    ) -> Result<Vec<(Type, Val)>, Error> {
        let function = self.session.guest().resolve(function)?;
        let wrong = |reason: &str| Error::WrongType {
            function: function.clone(),
            reason: reason.to_owned(),
        };
        let signature = self.session.guest().signature(&function);
        let signature = signature
            .ok_or_else(|| wrong("it takes or returns what is no number, and has no text"))?;
        let arguments = self.arguments(&function, &signature, arguments)?;
        let results = self.session.call(&function, &arguments)?;
        self.results.push(results.first().cloned());
        Ok(signature.results.into_iter().zip(results).collect())
    }

    fn arguments(
        &self,
        function: &str,
        signature: &Signature,
        texts: &[String],
    ) -> Result<Vec<Val>, Error> {
        if signature.params.len() != texts.len() {
            let count = texts.len();
            let given = if count == 1 { "1 argument" } else { &format!("{count} arguments") };
            let usage = usage(self.session.guest(), function, self.notation);
            let reason = format!("it is `{signature}`, and was given {given}; {usage}");
            return Err(Error::WrongType { function: function.into(), reason });
        }
        let arguments = signature.params.iter().zip(texts);
        arguments.map(|((param, ty), text)| self.argument(param, ty, text)).collect()
    }

    fn argument(&self, param: &str, ty: &Type, text: &str) -> Result<Val, Error> {
        if let Some(result) = self.earlier(text) {
            return Ok(result.clone());
        }
        let form = self.notation.form();
        let read = |bytes: io::Result<Vec<u8>>, path: &str| {
            let failed = |source| Error::Read { path: path.into(), source };
            Ok(from_bytes(param, ty, &bytes.map_err(failed)?, form)?)
        };
        match text.strip_prefix('@') {
            Some(path) => read(fs::read(path), path),
            None if text == "-" => read(input(), "-"),
            None => Ok(from_text(param, ty, text, form)?),
        }
    }

    /// `$2` is what the second call returned.
    fn earlier(&self, text: &str) -> Option<&Val> {
        let number: usize = text.strip_prefix('$')?.parse().ok()?;
        self.results.get(number.checked_sub(1)?)?.as_ref()
    }

    /// The number that the last call's result is to be had by.
    pub(crate) fn last(&self) -> usize {
        self.results.len()
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

/// How a function is called, with an example of each argument.
pub(crate) fn usage(guest: &Guest<Functions>, function: &str, notation: Notation) -> String {
    let params = guest.signature(function).map(|signature| signature.params).unwrap_or_default();
    let example = |ty: &Type| example(ty, notation.form()).unwrap_or_else(|| wit(ty));
    let words: Vec<_> = std::iter::once(function.to_owned())
        .chain(params.iter().map(|(_, ty)| example(ty)))
        .map(|word| shlex::try_quote(&word).map(|word| word.into_owned()).unwrap_or_default())
        .collect();
    format!("give for example `{}`", words.join(" "))
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
