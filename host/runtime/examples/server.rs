//! A server with a pool. Memory for its sessions is reserved when it starts, every caller has a
//! session of its own, and one too many waits for its turn.
//!
//! `cargo run --example server` serves one request and ends.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use wit_host::{Limits, Pool, Sessions, Val};
use wit_host_contract::Functions;

/// A guest of the shipped contract, in text form. It greets.
const GUEST: &str = r#"(component
    (import "wit-host:contract/strings@0.1.0" (instance $strings
        (export "concat" (func (param "a" string) (param "b" string) (result string)))))
    (core module $Memory
        (memory (export "memory") 1)
        (data (i32.const 0) "Hello, ")
        (global $free (mut i32) (i32.const 1024))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (global.get $free))
            (global.set $free (i32.add (local.get $at) (local.get 3)))
            (local.get $at)))
    (core instance $memory (instantiate $Memory))
    (core func $concat (canon lower (func $strings "concat")
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $Greet
        (import "strings" "concat" (func $concat (param i32 i32 i32 i32 i32)))
        (func (export "greet") (param i32 i32) (result i32)
            (call $concat (i32.const 0) (i32.const 7) (local.get 0) (local.get 1)
                (i32.const 512))
            (i32.const 512)))
    (core instance $greet (instantiate $Greet
        (with "strings" (instance (export "concat" (func $concat))))))
    (func (export "greet") (param "name" string) (result string)
        (canon lift (core func $greet "greet")
            (memory (core memory $memory "memory"))
            (realloc (core func $memory "realloc")))))"#;

/// Creates the sessions of the guest. Up to 100 exist at the same time.
fn sessions() -> wit_host::Result<Sessions<Functions>> {
    let runtime = wit_host_contract::builder()
        .allow_text_format(true)
        // A caller that finds all of them taken waits for a second, and then gets
        // `PoolError::Full`.
        .pool(Pool::new(100).wait(Duration::from_secs(1)))
        // Each place has room for this much memory, even if it is not used.
        .limits(Limits::default().memory(16 << 20).wall_clock(Duration::from_secs(1)))
        .build()?;
    // By default a session serves one caller only, so that it cannot tell the next one about
    // it. `Sessions::reuse` gives that up for guests that are slow to start.
    Ok(Sessions::new(runtime.load(GUEST)?, Functions::default))
}

/// Reads a name, and answers with the guest's greeting.
async fn answer(sessions: Sessions<Functions>, mut stream: TcpStream) -> std::io::Result<()> {
    let mut name = String::new();
    // What a caller may send is limited, as what a guest may do is.
    BufReader::new((&mut stream).take(1_000)).read_line(&mut name).await?;
    let args = [Val::String(name.trim_end().into())];
    let answer = match sessions.call("greet", &args).await.as_deref() {
        Ok([Val::String(text)]) => format!("200 {text}\n"),
        // What went wrong in the guest is written to the log, and not sent to the caller.
        other => {
            eprintln!("{other:?}");
            "500\n".into()
        }
    };
    stream.write_all(answer.as_bytes()).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = sessions()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut caller = TcpStream::connect(listener.local_addr()?).await?;
    caller.write_all(b"World\n").await?;

    // A server does this in a loop, with a task for each caller.
    let (stream, _) = listener.accept().await?;
    tokio::spawn(answer(sessions.clone(), stream)).await??;

    let mut answered = String::new();
    caller.read_to_string(&mut answered).await?;
    println!("{answered}");
    assert_eq!(answered, "200 Hello, World\n");
    Ok(())
}

#[test]
fn runs() {
    main().expect("it ends well");
}
