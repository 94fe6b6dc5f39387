//! Tests of panics in the host's tools that a guest's file causes, and of missing system resources.
//! Both become ordinary errors.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::support::hosts::shipped as builder;
use wit_host::{Error, Isolation, Limits};

use crate::runtime::session::guards::ADD_MODULE;
use crate::support::command::{Files, check, run};

/// Returns a module with more globals than one function can access, which makes the compiler panic.
pub(crate) fn many_globals() -> Vec<u8> {
    let globals = "(global funcref (ref.func 0))".repeat(65_581);
    wat::parse_str(format!("(module (func (export \"run\")) {globals})")).unwrap()
}

#[test]
fn a_panic_of_the_compiler_is_an_error() {
    let guest = many_globals();
    let limits = Limits::default().globals(100_000);
    let worker = Isolation::new(env!("CARGO_BIN_EXE_wit-host"), ["isolated-worker"]);
    for isolation in [None, Some(worker)] {
        let builder = builder().limits(limits.clone());
        let builder = match isolation {
            Some(isolation) => builder.isolate(isolation),
            None => builder,
        };
        let runtime = builder.build().unwrap();
        let error = runtime.load(&guest).err().unwrap();
        assert!(matches!(error, Error::CompilerFailed { .. }), "{error}");
        assert!(error.to_string().contains("MemFlagsSetOverflow"), "{error}");
        runtime.load(ADD_MODULE).unwrap();
    }
    let files = Files::new();
    let guest = files.file("guest.wasm", guest);
    for option in ["--no-isolate", "--isolate"] {
        let args = ["run", option, "--limit", "globals=100000", &guest];
        check(&args, 126, "", "the compiler failed on this core module: it ended with the panic");
    }
    check(&["run", &guest], 126, "", "the limit `globals`");
}

/// Returns a command that runs as a user who may have no other process and no other thread.
fn alone(program: &Path, args: &[&str]) -> Option<Command> {
    /// A user that has no processes on most systems.
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        println!("not looked at: only root can become a user that has no processes");
        return None;
    }
    let mut command = Command::new("prlimit");
    command.arg("--nproc=1").arg(program).args(args).uid(NOBODY).gid(NOBODY);
    command.env_clear().env("PATH", env::var_os("PATH")?);
    Some(command)
}

#[test]
fn a_lack_of_threads_is_the_hosts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = path("wit-host");
    fs::copy(env!("CARGO_BIN_EXE_wit-host"), &program).unwrap();
    fs::write(path("guest.wat"), ADD_MODULE).unwrap();
    let guest = path("guest.wat").to_str().unwrap().to_owned();
    let compiled = path("guest.cwasm").to_str().unwrap().to_owned();
    let made = run(&["compile", &guest, "-o", &compiled]);
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    fs::set_permissions(&compiled, fs::Permissions::from_mode(0o644)).unwrap();
    for (args, expected) in [
        (["run", "--no-cache", &guest], "the host failed to start the compiler"),
        (["run", "--no-isolate", &guest], "the host failed to start the threads that compile"),
        (["run", "--trusted-code", &compiled], "the host failed to start the thread that tells"),
    ] {
        let Some(mut command) = alone(&program, &args) else { return };
        let Ok(output) = command.output() else {
            println!("not looked at: there is no `prlimit`");
            return;
        };
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(125), "{args:?}: {said}");
        assert!(said.contains(expected) && !said.contains("panicked"), "{args:?}: {said}");
    }
}
