//! Builds every guest in `guest/` for every target that its Cargo.toml names
//! (`package.metadata.guest.targets`), and writes their paths as constants. A
//! guest is built by a cargo of its own, with its own target directory: the
//! outer cargo holds the lock of the other one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// What the outer cargo sets for its own compilations.
const INHERITED: [&str; 5] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let manifest = root.join("guest/Cargo.toml");
    let target_dir = root.join("target/guests");
    for input in ["guest/Cargo.toml", "guest/Cargo.lock", "wit"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }

    let metadata = MetadataCommand::new().manifest_path(&manifest).no_deps().exec()?;
    let mut paths = String::new();
    let mut tested = String::new();
    for target in targets(&metadata)? {
        check_installed(&target)?;
        for package in metadata.packages.iter().filter(|package| is_for(package, &target)) {
            build(&manifest, &target, &target_dir, package)?;
            let wasm = artifact(&target_dir, &target, package)?;
            let name = format!("{}_{}", package.name, short(&target)).replace('-', "_");
            let upper = name.to_uppercase();
            writeln!(
                paths,
                "/// `{}` for {target}.\npub const {upper}: &str = {wasm:?};",
                package.name
            )?;
            writeln!(tested, "$check!({name});")?;
        }
    }
    write!(
        paths,
        "/// Calls a macro with the lower-case name of every guest.\n#[macro_export]\n\
         macro_rules! for_each_guest {{ ($check:ident) => {{ {tested} }} }}"
    )?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("paths.rs"), paths)?;
    Ok(())
}

/// Every target that any guest is built for.
fn targets(metadata: &Metadata) -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for package in &metadata.packages {
        let named = names(package);
        ensure!(!named.is_empty(), "{} has no package.metadata.guest.targets", package.name);
        targets.extend(named);
    }
    targets.sort();
    targets.dedup();
    Ok(targets)
}

fn names(package: &Package) -> Vec<String> {
    let targets = package.metadata["guest"]["targets"].as_array();
    let names = targets.into_iter().flatten().filter_map(|name| name.as_str());
    names.map(str::to_owned).collect()
}

fn is_for(package: &Package, target: &str) -> bool {
    names(package).iter().any(|name| name == target)
}

/// `wasip2` of `wasm32-wasip2`, `unknown` of `wasm32-unknown-unknown`.
fn short(target: &str) -> &str {
    target.split('-').nth(1).unwrap_or(target)
}

fn check_installed(target: &str) -> Result<()> {
    let rustc = env::var("RUSTC")?;
    let printed =
        Command::new(rustc).args(["--print=target-libdir", "--target", target]).output()?;
    let libraries = String::from_utf8(printed.stdout)?;
    if !Path::new(libraries.trim()).exists() {
        bail!("Rust's library for {target} is not installed; run `rustup target add {target}`");
    }
    Ok(())
}

/// A cargo for each package: one for all would give them the features of a dependency
/// that any of them asks for, and some are to have no standard library.
fn build(manifest: &Path, target: &str, target_dir: &Path, package: &Package) -> Result<()> {
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.args(["build", "--release", "--locked", "--target", target, "--manifest-path"]);
    cargo.arg(manifest).arg("--target-dir").arg(target_dir).args(["--package", &package.name]);
    INHERITED.iter().for_each(|name| {
        cargo.env_remove(name);
    });
    let status = cargo.status().context("failed to start cargo")?;
    ensure!(status.success(), "failed to build `{}` for {target}: see above", package.name);
    Ok(())
}

/// The guest's path, after telling cargo which sources it was built from.
fn artifact(target_dir: &Path, target: &str, package: &Package) -> Result<PathBuf> {
    let stem = target_dir.join(target).join("release").join(package.name.replace('-', "_"));
    let wasm = stem.with_extension("wasm");
    let dep_info = fs::read_to_string(stem.with_extension("d"))
        .with_context(|| format!("{} was built, but left no dep-info", wasm.display()))?;
    let (_, sources) = dep_info.split_once(": ").context("the dep-info has no sources")?;
    // A space within a path is written as `\ `.
    for source in sources.trim().replace("\\ ", "\0").split_whitespace() {
        println!("cargo::rerun-if-changed={}", source.replace('\0', " "));
    }
    Ok(wasm)
}
