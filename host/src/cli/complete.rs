//! What the shell knows of a line that is not finished: the functions and
//! commands that it may become, and what the next argument has to be.

use std::borrow::Cow;

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use wit_host::values::{Form, Signature, example, wit};
use wit_host::wasmtime::component::Type;
use wit_host::{Functions, Guest};

use super::shell::COMMANDS;

/// The functions of one guest, with what they take.
pub(super) struct Completion {
    functions: Vec<(String, Option<Signature>)>,
}

impl Completion {
    pub(super) fn new(guest: &Guest<Functions>) -> Self {
        let names = guest.exports().into_iter();
        let functions = names.map(|name| {
            let signature = guest.signature(&name);
            (short(guest, &name), signature)
        });
        Self { functions: functions.collect() }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let commands = COMMANDS.iter().map(|(name, _)| *name);
        self.functions.iter().map(|(name, _)| name.as_str()).chain(commands)
    }

    /// The parameters of a function from the one on that is being typed.
    fn rest(&self, line: &str) -> &[(String, Type)] {
        let mut words = line.split_whitespace();
        let function = words.next().unwrap_or_default();
        let finished = words.count().saturating_sub(usize::from(!line.ends_with(' ')));
        let known = self.functions.iter().find(|(name, _)| name == function);
        let params = known.and_then(|(_, signature)| Some(&signature.as_ref()?.params));
        params.and_then(|params| params.get(finished..)).unwrap_or_default()
    }
}

/// The shortest name that means the function.
fn short(guest: &Guest<Functions>, name: &str) -> String {
    let function = name.rfind('/').and_then(|slash| {
        let dot = name[slash..].find('@').map_or(slash, |at| slash + at);
        let versionless = name[dot..].match_indices('.');
        versionless.map(|(at, _)| &name[dot + at + 1..]).find(|function| !is_number(function))
    });
    let shorter =
        function.filter(|function| guest.resolve(function).is_ok_and(|full| full == name));
    shorter.unwrap_or(name).to_owned()
}

fn is_number(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_digit())
}

impl Completer for Completion {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..position];
        let begins = typed.rfind(' ').map_or(0, |space| space + 1);
        let word = &typed[begins..];
        let candidates: Vec<_> = match begins {
            0 => self.names().map(str::to_owned).collect(),
            _ => self.rest(typed).first().map(|(_, ty)| values(ty)).unwrap_or_default(),
        };
        let fitting = candidates.into_iter().filter(|candidate| candidate.starts_with(word));
        Ok((begins, fitting.collect()))
    }
}

/// Values of a type to begin with: all where they are few, or an example.
fn values(ty: &Type) -> Vec<String> {
    match ty {
        Type::Bool => vec!["true".into(), "false".into()],
        Type::Enum(cases) => cases.names().map(str::to_owned).collect(),
        Type::Variant(variant) => variant.cases().map(|case| case.name.to_owned()).collect(),
        Type::Option(_) => vec!["none".into(), "some(".into()],
        Type::Result(_) => vec!["ok".into(), "err".into()],
        _ => example(ty, Form::Wave).into_iter().collect(),
    }
}

impl Hinter for Completion {
    type Hint = String;

    /// What is still to be typed: `name: string`.
    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<String> {
        if position < line.len() || !line.ends_with(' ') {
            return None;
        }
        let rest = self.rest(line).iter().map(|(name, ty)| format!("{name}: {}", wit(ty)));
        let rest: Vec<_> = rest.collect();
        (!rest.is_empty()).then(|| rest.join("  "))
    }
}

impl Highlighter for Completion {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        match std::env::var_os("NO_COLOR").unwrap_or_default().is_empty() {
            true => Cow::Owned(format!("\x1b[2m{hint}\x1b[0m")),
            false => Cow::Borrowed(hint),
        }
    }
}

impl Validator for Completion {}

impl Helper for Completion {}
