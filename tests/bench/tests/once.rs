//! Every row of the benchmark can be measured. What the figures are does not matter.

use std::process::Command;

#[test]
fn every_row_can_be_measured() {
    let run = Command::new(env!("CARGO_BIN_EXE_wit-host-bench")).arg("--once").output();
    let run = run.expect("the benchmark starts");
    let [stdout, stderr] =
        [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(run.status.success(), "{stdout}{stderr}");
    assert!(stdout.ends_with("rows can be measured\n"), "{stdout}");
    assert!(
        stderr.contains("a fresh session, a call and its end: on demand, env, async"),
        "{stderr}"
    );
}
