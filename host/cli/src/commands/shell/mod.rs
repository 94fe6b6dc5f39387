//! `wit-host shell`: calls of one session, typed in one after another.

mod complete;
mod history;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result};
use clap::Args;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use wit_host::blocking::Interrupt;
use wit_host::inspect::{Declaration, Import};
use wit_host::values::{has_handle, split_call};
use wit_host::{Abi, AllocatorNames, Error, Grants, Guest, Runtime};
use wit_host_contract::Functions;

use crate::calls::core_values;
use crate::calls::word::Word;
use crate::calls::{Calls, Notation};
use crate::diagnostics::{Diagnostics, Observer};
use crate::options::Options;
use crate::options::convention::Convention;
use crate::options::imports::tell_defaults;
use crate::output::{print, print_report};
use crate::status::{Status, interrupting, notice, report};
use complete::Completion;

/// Call functions of a guest as they are typed in
///
/// A line is a function and its arguments, as `wit-host call` takes them. The
/// guest keeps its state from line to line; when a call fails, it starts anew.
#[derive(Args)]
#[command(after_help = "Example: wit-host shell guest.wasm\n  > greet Ann\n  > :help")]
pub(crate) struct Shell {
    /// A component or a core module, in binary or in text form
    guest: PathBuf,

    #[command(flatten)]
    notation: Notation,

    #[command(flatten)]
    convention: Convention,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    diagnostics: Diagnostics,
}

/// What the shell does besides calling functions.
pub(super) const COMMANDS: [(&str, &str); 6] = [
    (":exports", "list the functions that can be called"),
    (":imports", "list what the guest calls of the host"),
    (":spent", "tell what the calls have cost so far"),
    (":reset", "start the guest anew, from its file as it is now"),
    (":help", "list these commands"),
    (":quit", "leave"),
];

const NO_SESSION: &str = "there is no session; `:reset` starts one";

impl Shell {
    pub(crate) fn execute(mut self) -> Result<Status> {
        self.options.resolve_path(&mut self.guest)?;
        // While it is set, an interrupt ends the shell; while it is not, the call.
        let interrupt = Interrupt::new(true.into());
        interrupting(&interrupt)?;
        let observer = self.diagnostics.begin(&self.guest, &self.options)?;
        let runtime = self.options.builder(&observer)?.build()?;
        let guest = self.options.load(&runtime, &observer)?;
        let abi = self.convention.of(&guest)?.map(|abi| (abi, self.convention.allocator()));
        let grants = observer.recorded(self.options.grants()?);
        let mut editor = editor()?;
        let mut prompt = Prompt {
            shell: &self,
            runtime,
            guest,
            is_new: true,
            grants,
            abi,
            imports: Vec::new(),
            declared: BTreeMap::new(),
            observer,
            interrupt,
            calls: None,
        };
        prompt.inspect()?;
        prompt.start()?;
        let ended = prompt.lines(&mut editor);
        history::save(&mut editor);
        ended.map(|()| Status::Guest(0))
    }
}

struct Prompt<'a> {
    shell: &'a Shell,
    runtime: Runtime<Functions>,
    guest: Guest<Functions>,
    /// Whether the editor knows another build of the guest, or none.
    is_new: bool,
    grants: Grants,
    abi: Option<(Abi, Option<AllocatorNames>)>,
    imports: Vec<Import>,
    /// The types of a component's functions, with the names that it has for types.
    declared: BTreeMap<String, Declaration>,
    observer: Observer<'a>,
    interrupt: Interrupt,
    calls: Option<Calls>,
}

impl Prompt<'_> {
    /// Looks into the guest for what only its file tells.
    fn inspect(&mut self) -> Result<()> {
        // Compiled code can be called, and not looked into.
        if self.shell.options.trusts_code() {
            return Ok(());
        }
        let inspected = self.runtime.inspect_file(&self.shell.guest);
        let inspected = inspected.map_err(|error| self.observer.explain(error))?;
        self.declared = inspected.declarations(|name| self.guest.signature(name));
        self.imports = inspected.imports;
        Ok(())
    }

    /// Loads the guest's file again and starts the guest. If the file does not load, that is
    /// reported, and the guest that was loaded before is started again.
    fn reset(&mut self) -> Result<()> {
        // A guest that is not a regular file, such as a pipe, can only be read once.
        if self.shell.guest.is_file() || !self.shell.guest.exists() {
            match self.shell.options.load(&self.runtime, &self.observer) {
                Ok(guest) => {
                    self.guest = guest;
                    self.is_new = true;
                    self.inspect()?;
                }
                Err(error) => {
                    report(&error);
                    notice("this build is not used; the one before it is started anew");
                }
            }
        }
        self.start()
    }

    /// Starts a session, which may run code of the guest.
    fn start(&mut self) -> Result<()> {
        self.calls = None;
        let functions = Functions::new(&self.grants);
        self.interrupt.store(false, Ordering::Relaxed);
        let started = self
            .guest
            .session(functions)
            .grants(self.grants.clone())
            .interrupt(&self.interrupt)
            .start_blocking();
        self.interrupt.store(true, Ordering::Relaxed);
        match started {
            Ok(session) => {
                let Shell { notation, options, guest, .. } = self.shell;
                let abi = self.abi.clone();
                self.calls = Some(Calls::new(session, *notation, abi, options, guest)?);
            }
            Err(error) => return Err(self.observer.explain(error)),
        }
        Ok(())
    }

    /// Does what each line says, up to the last.
    fn lines(&mut self, editor: &mut Editor<Completion, FileHistory>) -> Result<()> {
        loop {
            if std::mem::take(&mut self.is_new) {
                let form = self.shell.notation.form();
                let declared = self.declared.clone();
                editor.set_helper(Some(Completion::new(&self.guest, form, declared)));
            }
            // Behind what the guest has left on the line.
            print("")?;
            match editor.readline("> ") {
                Ok(line) => {
                    // What is not kept in the history is not missed.
                    let _ = editor.add_history_entry(&line);
                    if !self.line(&line)? {
                        return Ok(());
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(()),
                Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                    notice("the line is not UTF-8 text, and was left out");
                }
                Err(error) => return Err(error).context("failed to read a line"),
            }
        }
    }

    /// Does what a line says. Says whether to go on.
    fn line(&mut self, line: &str) -> Result<bool> {
        match line.trim() {
            "" => {}
            ":quit" | ":q" | ":exit" => return Ok(false),
            ":help" => print(&COMMANDS.map(|(name, what)| format!("{name:<9} {what}\n")).concat())?,
            ":exports" => print(&self.exports())?,
            ":imports" => print_report(&self.imports())?,
            ":reset" => self.reset()?,
            ":spent" => match &self.calls {
                Some(calls) => {
                    print(&format!("{}\n", calls.session.spent()))?;
                    tell_defaults(calls.session.defaults());
                }
                None => notice(NO_SESSION),
            },
            other if other.starts_with(':') => {
                let other = other.escape_debug();
                notice(&format!("there is no command `{other}`; `:help` lists them"));
            }
            call => self.call(call)?,
        }
        Ok(true)
    }

    fn exports(&self) -> String {
        let core = |name: &String| self.guest.core_type(name).map(|ty| core_values::signature(&ty));
        let described = |name: &String| {
            let named = self.declared.get(name).map(ToString::to_string);
            let spelt = || self.guest.signature(name).map(|signature| signature.to_string());
            match named.or_else(spelt).or_else(|| core(name)) {
                Some(signature) => format!("{}: {signature}\n", name.escape_debug()),
                None => format!("{}\n", name.escape_debug()),
            }
        };
        self.guest.exports().iter().map(described).collect()
    }

    fn imports(&self) -> String {
        match &self.imports[..] {
            [] => "the guest calls nothing of the host\n".into(),
            imports => imports.iter().map(ToString::to_string).collect(),
        }
    }

    fn call(&mut self, line: &str) -> Result<()> {
        let Some((function, arguments)) = self.words(line) else { return Ok(()) };
        let Some(calls) = &mut self.calls else {
            notice(NO_SESSION);
            return Ok(());
        };
        self.interrupt.store(false, Ordering::Relaxed);
        let called = calls.call(&function, &arguments);
        self.interrupt.store(true, Ordering::Relaxed);
        calls.read_input_again();
        match called {
            Ok(results) => {
                let failed = calls.print(&results)?;
                self.observer.tell_refused(calls.session.refused(), failed);
                if results.iter().any(|returned| has_handle(&returned.value)) {
                    notice(&format!("it is `${}` from now on", calls.last()));
                }
                Ok(())
            }
            Err(error) => self.failed(error),
        }
    }

    /// A line's function and arguments. A comment has none.
    fn words(&self, line: &str) -> Option<(String, Vec<Word>)> {
        let whole = split_call(line).filter(|(function, _)| {
            !function.contains(char::is_whitespace) && self.guest.resolve(function).is_ok()
        });
        if let Some((function, arguments)) = whole {
            return Some((function.into(), arguments.into_iter().map(Word::of_call).collect()));
        }
        let Some(words) = shlex::split(line) else {
            notice("a quote is missing its end");
            return None;
        };
        let (function, arguments) = words.split_first()?;
        Some((function.clone(), arguments.iter().map(|word| Word::of_text(word)).collect()))
    }

    /// After a failure of the guest there has to be a new session.
    fn failed(&mut self, error: Error) -> Result<()> {
        let goes_on = matches!(
            error,
            Error::InvalidCall { .. }
                | Error::NoSuchFunction { .. }
                | Error::AmbiguousFunction { .. }
                | Error::Argument(_)
        );
        if matches!(error, Error::OutputClosed { .. }) {
            return Err(error.into());
        }
        report(&self.observer.explain(error));
        if !goes_on {
            self.start()?;
            notice("the guest was started anew");
        }
        Ok(())
    }
}

fn editor() -> Result<Editor<Completion, FileHistory>> {
    let config = Config::builder().completion_type(CompletionType::List).build();
    let mut editor = Editor::with_config(config).context("failed to read from the terminal")?;
    history::load(&mut editor);
    Ok(editor)
}
