//! Tests of the OpenAPI document with the tools that its readers have: a validator, a generator of
//! clients, and a program that looks for what does not keep to it. `make http-tools` installs them;
//! where they are missing, their tests are passed over, but not where a change is judged.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wit_host_server::Access;

use super::{Running, builder, shop};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/http/bin");
const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/http/tools/client.py");

const SETTINGS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/http/tools/schemathesis.toml");

/// Returns a tool, if it is installed.
fn tool(name: &str) -> Option<Command> {
    let path = Path::new(FOLDER).join(name);
    if !path.exists() {
        let path = path.display();
        assert!(env::var_os("CI").is_none(), "{path} is not there: type `make http-tools`");
        return None;
    }
    let mut command = Command::new(path);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("NO_COLOR", "1");
    Some(command)
}

/// Runs a tool, which has to find nothing.
fn check(command: &mut Command) {
    let ran = command.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{command:?}\n{said}\n{errors}");
}

/// Writes the document of the server to a file.
fn document(running: &Running, folder: &Path) -> PathBuf {
    let path = folder.join("openapi.json");
    fs::write(&path, running.get("/openapi.json").body).unwrap();
    path
}

#[test]
fn the_document_is_valid() {
    let Some(mut validator) = tool("openapi-spec-validator") else { return };
    let (running, folder) = (shop(builder(Access::default())), tempfile::tempdir().unwrap());
    check(validator.args(["--schema", "3.1"]).arg(document(&running, folder.path())));
}

#[test]
fn a_generated_client_calls_the_server() {
    let (Some(mut generator), Some(mut python)) = (tool("openapi-python-client"), tool("python"))
    else {
        return;
    };
    let (running, folder) = (shop(builder(Access::default())), tempfile::tempdir().unwrap());
    let config = folder.path().join("config.yml");
    fs::write(&config, "post_hooks: []\n").unwrap();
    check(
        generator
            .args(["generate", "--meta", "none", "--fail-on-warning", "--path"])
            .arg(document(&running, folder.path()))
            .arg("--config")
            .arg(&config)
            .arg("--output-path")
            .arg(folder.path().join("client")),
    );
    let url = format!("http://{}", running.address);
    check(python.args([CLIENT]).arg(folder.path()).arg(url));
}

#[test]
fn nothing_is_found_that_does_not_keep_to_the_document() {
    let Some(mut schemathesis) = tool("schemathesis") else { return };
    let (running, folder) = (shop(builder(Access::default())), tempfile::tempdir().unwrap());
    let url = format!("http://{}/openapi.json", running.address);
    check(
        schemathesis
            .current_dir(folder.path())
            .args(["--config-file", SETTINGS, "run", &url])
            .args(["--phases", "examples,coverage,fuzzing"])
            // It reads the tuple of an answer as an older draft of JSON Schema had them.
            .args(["--exclude-operation-id", "shop_prices_prices_1_0_0_pick"])
            .args(["--max-examples", "20", "--generation-deterministic"]),
    );
}
