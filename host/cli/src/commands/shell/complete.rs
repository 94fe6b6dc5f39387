//! Completes lines of the shell: the functions and commands that a word may become, and the values
//! that the next argument may have. It does not call the guest.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use wit_host::Guest;
use wit_host::inspect::Declaration;
use wit_host::values::{Form, example, wit};
use wit_host::wasmtime::component::Type;
use wit_host_contract::Functions;

use super::COMMANDS;

/// The functions of one guest, with their parameters.
pub(super) struct Completion {
    guest: Guest<Functions>,
    form: Form,
    /// The shortest name and the full name of each function.
    functions: Vec<[String; 2]>,
    /// The types of a component's functions, with the names that it has for types.
    declared: BTreeMap<String, Declaration>,
}

/// A parameter that is still to be typed.
struct Missing {
    name: String,
    ty: Type,
    /// The type as the guest calls it.
    called: String,
}

impl Completion {
    pub(super) fn new(
        guest: &Guest<Functions>,
        form: Form,
        declared: BTreeMap<String, Declaration>,
    ) -> Self {
        let names = guest.exports().into_iter();
        // A name with control characters could control the terminal, so it is left out.
        let names = names.filter(|name| !name.chars().any(char::is_control));
        let functions = names.map(|name| [short(guest, &name), name]);
        Self { guest: guest.clone(), form, functions: functions.collect(), declared }
    }

    /// Returns the commands and functions that begin with the word. A function is listed by its
    /// full name if its short name does not match.
    fn names(&self, word: &str) -> Vec<String> {
        let of = |which: usize| self.functions.iter().map(move |names| names[which].as_str());
        let commands = COMMANDS.iter().map(|(name, _)| *name);
        let short = beginning(word, of(0).chain(commands));
        if short.is_empty() { beginning(word, of(1)) } else { short }
    }

    /// The parameters of a line's function from the one on that is being typed.
    fn rest(&self, line: &str) -> Vec<Missing> {
        // In a text that has no end yet there is nothing to be completed.
        let words = shlex::split(line).unwrap_or_default();
        let Some((function, arguments)) = words.split_first() else { return Vec::new() };
        let finished = arguments.len().saturating_sub(usize::from(!line.ends_with(' ')));
        let Ok(known) = self.guest.resolve(function) else { return Vec::new() };
        let Some(signature) = self.guest.signature(&known) else { return Vec::new() };
        let declared = self.declared.get(&known);
        let missing = signature.params.into_iter().enumerate().map(|(index, (name, ty))| {
            let called = declared.and_then(|declared| Some(declared.params.get(index)?.1.clone()));
            Missing { name, called: called.unwrap_or_else(|| wit(&ty)), ty }
        });
        missing.skip(finished).collect()
    }

    /// Returns values of a type for completion: all values if there are few, or an example.
    fn values(&self, ty: &Type) -> Vec<String> {
        match (self.form, ty) {
            (_, Type::Bool) => vec!["true".into(), "false".into()],
            (_, Type::Own(_) | Type::Borrow(_)) => vec!["$1".into()],
            (Form::Json, _) => example(ty, self.form).into_iter().collect(),
            (_, Type::Enum(cases)) => cases.names().map(str::to_owned).collect(),
            (_, Type::Variant(variant)) => {
                variant.cases().map(|case| opened(case.name, case.ty.is_some())).collect()
            }
            (_, Type::Option(_)) => vec!["none".into(), "some(".into()],
            (_, Type::Result(result)) => {
                vec![opened("ok", result.ok().is_some()), opened("err", result.err().is_some())]
            }
            _ => example(ty, self.form).into_iter().collect(),
        }
    }
}

/// Returns a case, with an opening parenthesis if a payload has to follow.
fn opened(case: &str, has_payload: bool) -> String {
    format!("{case}{}", if has_payload { "(" } else { "" })
}

fn beginning<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let quoted = names.map(|name| quoted(name.to_owned()));
    quoted.filter(|name| name.starts_with(word)).collect()
}

/// Quotes the word if the shell would split it.
fn quoted(word: String) -> String {
    match shlex::split(&word) {
        Some(words) if words == [word.as_str()] => word,
        _ => shlex::try_quote(&word).map(Cow::into_owned).unwrap_or_default(),
    }
}

/// Returns the shortest name that means the function.
fn short(guest: &Guest<Functions>, name: &str) -> String {
    // The own name of a function begins at the kind of its resource, in brackets, or otherwise
    // after the last dot.
    let begins = name.rfind('[').or_else(|| name.rfind('.').map(|dot| dot + 1)).unwrap_or(0);
    let (interface, function) = name.split_at(begins);
    let bare = function.rsplit(']').next().unwrap_or_default();
    let unversioned = interface.split('@').next().unwrap_or_default().trim_end_matches('.');
    let of_package = unversioned.rsplit('/').next().unwrap_or_default();
    let shorter = [bare.into(), format!("{of_package}.{bare}"), format!("{unversioned}.{bare}")];
    let means = |short: &String| guest.resolve(short).is_ok_and(|full| full == name);
    shorter.into_iter().find(means).unwrap_or_else(|| name.to_owned())
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
        let candidates = match begins {
            0 => self.names(word),
            _ => {
                let next = self.rest(typed).into_iter().next();
                let values = next.map(|next| self.values(&next.ty)).unwrap_or_default();
                beginning(word, values.iter().map(String::as_str))
            }
        };
        Ok((begins, candidates))
    }
}

impl Hinter for Completion {
    type Hint = String;

    /// Returns the parameters that have not been typed yet: `name: string`.
    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<String> {
        if position < line.len() || !line.ends_with(' ') {
            return None;
        }
        let rest = self.rest(line);
        let written = |one: &Missing| format!("{}: {}", one.name, one.called);
        let rest: Vec<_> = rest.iter().map(written).collect();
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

#[cfg(test)]
mod tests {
    use rustyline::history::DefaultHistory;

    use super::*;

    const GUEST: &str = r#"(component
        (type $colour' (enum "red" "dark-blue"))
        (type $shape' (variant (case "dot") (case "square" u8)))
        (type $pen' (resource (rep i32)))
        (core func $new (canon resource.new $pen'))
        (core module $M
            (func (export "none"))
            (func (export "new") (result i32) (i32.const 0))
            (func (export "three") (param i32 i32 i32)))
        (core instance $m (instantiate $M))
        (export $colour "colour" (type $colour'))
        (export $shape "shape" (type $shape'))
        (export $pen "pen" (type $pen'))
        (func $none (canon lift (core func $m "none")))
        (instance $stock (export "add" (func $none)) (export "count" (func $none)))
        (instance $cart (export "add" (func $none)))
        (export "shop:prices/stock@1.0.0-rc.1" (instance $stock))
        (export "shop:prices/cart@1.0.0" (instance $cart))
        (func (export "[constructor]pen") (result (own $pen)) (canon lift (core func $m "new")))
        (func (export "[method]pen.draw") (param "self" (borrow $pen)) (param "what" $shape)
            (canon lift (core func $m "three")))
        (func (export "paint") (param "in" $colour) (param "at" (tuple bool u8))
            (canon lift (core func $m "three"))))"#;

    fn check(completion: &Completion, line: &str, candidates: &[&str], hint: &str) {
        let history = DefaultHistory::new();
        let context = Context::new(&history);
        let found = completion.complete(line, line.len(), &context).expect("candidates");
        assert_eq!(found.1, candidates, "{line}");
        let found = completion.hint(line, line.len(), &context).unwrap_or_default();
        assert_eq!(found, hint, "{line}");
    }

    fn completion(guest: &str, form: Form) -> Completion {
        let runtime =
            wit_host_contract::builder().allow_text_format(true).build().expect("a runtime");
        let inspected = runtime.inspect(guest).expect("a guest");
        let guest = runtime.load(guest).expect("a guest");
        let declared = inspected.declarations(|name| guest.signature(name));
        Completion::new(&guest, form, declared)
    }

    #[test]
    fn what_a_line_may_become() {
        let completion = completion(GUEST, Form::Wave);
        let add = "shop:prices/cart@1.0.0.add";
        let (shape, tuple) = ("variant { dot, square(u8) }", "tuple<bool, u8>");
        for (line, candidates, hint) in [
            (":e", &[":exports"][..], ""),
            ("c", &["count", "cart.add"], ""),
            ("stock", &["stock.add"], ""),
            ("shop:prices/c", &[add], ""),
            ("pe", &["pen", "pen.draw"], ""),
            ("x", &[], ""),
            ("x ", &[], ""),
            (
                "paint ",
                &["red", "dark-blue"],
                &format!("in: enum {{ red, dark-blue }}  at: {tuple}"),
            ),
            ("paint d", &["dark-blue"], ""),
            ("paint red ", &["'(true, 1)'"], &format!("at: {tuple}")),
            ("paint 'red' '(true, 1)' ", &[], ""),
            ("paint 'red ", &[], ""),
            ("[method]pen.draw ", &["$1"], &format!("self: borrow<resource>  what: {shape}")),
            ("pen.draw $1 ", &["dot", "square("], &format!("what: {shape}")),
        ] {
            check(&completion, line, candidates, hint);
        }
    }

    #[test]
    fn values_are_of_the_form_that_is_read() {
        check(&completion(GUEST, Form::Json), "paint r", &[], "");
        check(&completion(GUEST, Form::Json), "paint red t", &[], "");
        check(
            &completion(GUEST, Form::Json),
            "paint ",
            &["'\"red\"'"],
            "in: enum { red, dark-blue }  at: tuple<bool, u8>",
        );
    }

    /// An interface, whose types WIT has words for.
    const NAMED: &str = r#"(component
        (core module $M (func (export "paint") (param i32 i32 i32)))
        (core instance $m (instantiate $M))
        (type $colour (enum "red" "dark-blue"))
        (func $paint (param "in" $colour) (param "at" (tuple bool u8))
            (canon lift (core func $m "paint")))
        (component $interface
            (type $enum (enum "red" "dark-blue"))
            (import "type-colour" (type $colour (eq $enum)))
            (import "func-paint" (func $paint (param "in" $colour) (param "at" (tuple bool u8))))
            (export $exported "colour" (type $enum))
            (export "paint" (func $paint)
                (func (param "in" $exported) (param "at" (tuple bool u8)))))
        (instance $painting (instantiate $interface
            (with "type-colour" (type $colour))
            (with "func-paint" (func $paint))))
        (export "shop:prices/painting@1.0.0" (instance $painting)))"#;

    #[test]
    fn types_are_called_as_the_guest_calls_them() {
        let mut completion = completion(NAMED, Form::Wave);
        let candidates = ["red", "dark-blue"];
        check(&completion, "paint ", &candidates, "in: colour  at: tuple<bool, u8>");
        // Compiled code has no names for types.
        completion.declared.clear();
        let spelt = "in: enum { red, dark-blue }  at: tuple<bool, u8>";
        check(&completion, "paint ", &candidates, spelt);
    }

    #[test]
    fn no_name_of_a_guest_steers_the_terminal() {
        let guest =
            r#"(module (func (export "a\1b[2J")) (func (export "a b")) (func (export "ac")))"#;
        check(&completion(guest, Form::Wave), "a", &["ac"], "");
        check(&completion(guest, Form::Wave), "'a", &["'a b'"], "");
    }
}
