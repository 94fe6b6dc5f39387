//! A command that writes many lines, each by itself.

use std::io::{Result, Write as _, stdout};

fn main() -> Result<()> {
    let line = [[b'-'; 99].as_slice(), b"\n"].concat();
    let mut stdout = stdout();
    for _ in 0..100_000 {
        stdout.write_all(&line)?;
    }
    Ok(())
}
