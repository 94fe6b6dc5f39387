//! Builds the commands that are loaded and run as a whole, one of them also with its debug
//! information, and notes which compiler this is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, ensure};

/// A command that does next to nothing, and those that write and read much.
const HELLO: &str = "guests/hello.rs";
const OTHERS: [&str; 2] = ["lines", "files"];

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=guests");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let stripped = ["-Copt-level=s", "-Clto=fat", "-Ccodegen-units=1", "-Cstrip=symbols"];
    build(HELLO, &out.join("small.wasm"), &stripped)?;
    build(HELLO, &out.join("large.wasm"), &["-Copt-level=3", "-Cdebuginfo=full"])?;
    for name in OTHERS {
        build(&format!("guests/{name}.rs"), &out.join(format!("{name}.wasm")), &stripped)?;
    }

    let version = Command::new(env::var("RUSTC")?).arg("--version").output()?;
    println!("cargo::rustc-env=COMPILER={}", String::from_utf8(version.stdout)?.trim());
    println!("cargo::rustc-env=WASMTIME={}", locked_version("wasmtime")?);
    Ok(())
}

/// The version of a dependency in the workspace's lock file.
fn locked_version(name: &str) -> Result<String> {
    const LOCK: &str = "../../Cargo.lock";
    println!("cargo::rerun-if-changed={LOCK}");
    let lock = fs::read_to_string(LOCK).with_context(|| format!("failed to read `{LOCK}`"))?;
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{name}\""));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    Ok(version.with_context(|| format!("`{LOCK}` has no {name}"))?.trim_matches('"').to_owned())
}

fn build(source: &str, to: &Path, flags: &[&str]) -> Result<()> {
    let mut rustc = Command::new(env::var("RUSTC")?);
    rustc.args(["--edition=2024", "--target=wasm32-wasip2", source, "-o"]).arg(to).args(flags);
    let status = rustc.status().context("failed to start rustc")?;
    ensure!(
        status.success(),
        "failed to build `{source}`; where Rust's library is missing, `rustup target add wasm32-wasip2` adds it"
    );
    Ok(())
}
