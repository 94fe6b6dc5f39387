//! Calls of one session by name, with arguments and results as text: what the
//! commands `call` and `shell` have in common.

use clap::Args;
use wit_host::values::{BadArgument, Form, Signature, example, from_bytes, from_text, wit};
use wit_host::wasmtime::component::Type;
use wit_host::{Abi, Error, Functions, Kind, Val, blocking::Session};

use super::options::Options;
use super::results::{Results, is_given_away, number};
use super::returned::{Returned, holds_bytes};
use super::word::Word;

/// How arguments are read and results are printed.
#[derive(Args, Clone, Copy)]
pub(crate) struct Notation {
    /// Take arguments and print results as JSON
    #[arg(long, conflicts_with = "raw")]
    pub(super) json: bool,

    /// Take text as it is, without quotes, and print a text or bytes as they are
    #[arg(long)]
    pub(super) raw: bool,
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
    pub(crate) notation: Notation,
    /// By which convention a core module is called with text.
    abi: Option<Abi>,
    results: Results,
    /// What came on standard input, which is read once, for every call.
    input: Option<Vec<u8>>,
    /// The most bytes that an argument may have.
    most: usize,
    /// Whether a terminal has results as they are.
    everything: bool,
}

impl Calls {
    /// Calls of a session that the options are for.
    ///
    /// # Errors
    /// Where they do not make sense.
    pub(crate) fn new(
        session: Session<Functions>,
        notation: Notation,
        abi: Option<Abi>,
        options: &Options,
    ) -> anyhow::Result<Self> {
        let (everything, most) = (options.is_raw(), options.limits()?.memory);
        let (results, input) = (Results::default(), None);
        Ok(Self { session, notation, abi, results, input, most, everything })
    }

    /// Prints what a call returned. Says whether it was an `err`.
    pub(crate) fn print(&self, results: &[Returned]) -> anyhow::Result<bool> {
        self.notation.print(results, self.everything)
    }

    /// Calls a function, whose name may be short, and keeps what it returns.
    pub(crate) fn call(&mut self, name: &str, words: &[Word]) -> Result<Vec<Returned>, Error> {
        let function = self.session.guest().resolve(name)?;
        let returned = match self.abi {
            Some(abi) => self.call_with(abi, &function, words)?,
            None => self.call_typed(&function, name, words)?,
        };
        self.results.push(returned.first().map(|returned| returned.value.clone()));
        Ok(returned)
    }

    /// Calls a function whose type says all that there is to know.
    fn call_typed(
        &mut self,
        function: &str,
        name: &str,
        words: &[Word],
    ) -> Result<Vec<Returned>, Error> {
        let wrong = |reason| Error::WrongType { function: function.to_owned(), reason };
        let signature = self.session.guest().signature(function).ok_or_else(|| {
            wrong("it takes or returns what is no number, and has no text".into())
        })?;
        if signature.params.len() != words.len() {
            let count = words.len();
            let given = if count == 1 { "1 argument" } else { &format!("{count} arguments") };
            let usage = usage(name, &signature, self.notation);
            return Err(wrong(format!("it is `{signature}`, and was given {given}; {usage}")));
        }
        let arguments = self.arguments(&signature, words)?;
        let results = self.session.call(function, &arguments)?;
        for ((word, (_, ty)), value) in words.iter().zip(&signature.params).zip(&arguments) {
            self.results.give_away(&word.text, ty, value, name);
        }
        let returned = signature
            .results
            .iter()
            .zip(results)
            .map(|(ty, value)| Returned { is_bytes: holds_bytes(ty), value });
        Ok(returned.collect())
    }

    /// Calls a function by a convention, which its type does not tell.
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
            let earlier = self.results.get(text, &Type::String).map_err(bad)?.cloned();
            arguments.push(match (earlier, self.content(word).map_err(bad)?) {
                (Some(earlier), _) => earlier,
                (None, Some(bytes)) => text_or_bytes(bytes),
                (None, None) => abi.argument(&param, text, form)?,
            });
        }
        let results = self.session.call_with(abi, function, &arguments)?;
        let returned = results.into_iter().map(|value| Returned {
            is_bytes: matches!(&value, Val::List(items) if matches!(items[..], [Val::U8(_), ..])),
            value,
        });
        Ok(returned.collect())
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

    fn arguments(&mut self, signature: &Signature, words: &[Word]) -> Result<Vec<Val>, Error> {
        let mut arguments = Vec::new();
        // The results that are given, and whether the guest is to own them.
        let mut given: Vec<(usize, bool)> = Vec::new();
        for ((param, ty), word) in signature.params.iter().zip(words) {
            let text = &*word.text;
            let argument = self.argument(param, ty, word)?;
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

    fn argument(&mut self, param: &str, ty: &Type, word: &Word) -> Result<Val, BadArgument> {
        let (form, text) = (self.notation.form(), &*word.text);
        let bad = |reason| bad_argument(param, ty, text, form, reason);
        if let Some(result) = self.results.get(text, ty).map_err(bad)? {
            return Ok(result.clone());
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

    /// What `@FILE` or `-` stands for. Every other argument stands for itself.
    fn content(&mut self, word: &Word) -> Result<Option<Vec<u8>>, String> {
        word.content(self.most, &mut self.input)
    }

    /// The number that the last call's result is to be had by.
    pub(crate) fn last(&self) -> usize {
        self.results.last()
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

fn text_or_bytes(bytes: Vec<u8>) -> Val {
    match String::from_utf8(bytes) {
        Ok(text) => Val::String(text),
        Err(error) => Val::List(error.into_bytes().into_iter().map(Val::U8).collect()),
    }
}
