//! A command that reads every file of the folder that it was granted.

use std::fs;
use std::io::Result;

fn main() -> Result<()> {
    let mut bytes = 0;
    for entry in fs::read_dir("/files")? {
        bytes += fs::read(entry?.path())?.len();
    }
    println!("{bytes}");
    Ok(())
}
