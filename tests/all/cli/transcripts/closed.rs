//! Tests that a call and a shell end without a message when the reader of their output closes it.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use super::{command, folder};

#[test]
fn a_closed_output_ends_calls_quietly() {
    let folder = folder();
    for (arguments, input) in [
        (&["call", "--repeat", "4000000000", "module.wat", "count"][..], ""),
        (&["call", "module.wat", "flood"], ""),
        (&["shell", "module.wat"], "print\nflood\n"),
    ] {
        let mut child = command(folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        // The first byte shows that the call has started. The output is closed from here on.
        child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*told), (Some(141), ""), "{arguments:?}");
    }
}
