//! Requests over HTTP: a server on a thread of its own, and a client on the measuring one, whose
//! time does not count. What the server is made of is not known here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, Result, ensure};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::call::text;
use crate::clock::Clock;
use crate::executor::executor;
use crate::row::Probe;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// `sum` of two numbers, by way of the host's `add`.
    Add,
    /// `reply` with a text of this number of bytes.
    Reply(usize),
}

/// The number of slots, of the bytes of a body, and of the calls that wait.
pub(crate) const SESSIONS: usize = 64;
pub(crate) const BODY: usize = 1 << 20;
pub(crate) const QUEUE: usize = 256;

impl Request {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Add => "/call/sum",
            Self::Reply(_) => "/call/reply",
        }
    }

    fn body(self) -> String {
        match self {
            // By position, since the parameters of a core module have no names.
            Self::Add => "[1,2]".into(),
            Self::Reply(length) => format!(r#"{{"text":"{}"}}"#, text(length)),
        }
    }

    fn answer(self) -> String {
        match self {
            Self::Add => "3".into(),
            Self::Reply(length) => format!("\"{}\"", text(length)),
        }
    }
}

/// Measures requests to what `serve` serves, in the CPU time of all threads but the client's. It is
/// called on a thread with an executor of its own.
pub(crate) fn requests(
    request: Request,
    serve: impl FnOnce(&tokio::runtime::Runtime, TcpListener, oneshot::Receiver<()>) -> Result<()>
    + Send
    + 'static,
) -> Result<Probe> {
    let (bound, address) = sync_channel::<SocketAddr>(1);
    let (stop, stopped) = oneshot::channel();
    std::thread::spawn(move || -> Result<()> {
        let executor = executor()?;
        let listener = executor.block_on(TcpListener::bind("127.0.0.1:0"))?;
        bound.send(listener.local_addr()?)?;
        serve(&executor, listener, stopped)
    });
    let stream = TcpStream::connect(address.recv().context("the server listens")?)?;
    stream.set_nodelay(true)?;
    let mut client = BufReader::with_capacity(1 << 17, stream);
    let (body, answer) = (request.body(), request.answer());
    let message = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        request.path(),
        body.len()
    );
    Ok(Box::new(move |times| {
        // It is dropped with the probe, which ends the server.
        let _ = &stop;
        let began = Clock::Process.now()? - Clock::Thread.now()?;
        for _ in 0..times {
            client.get_mut().write_all(message.as_bytes())?;
            ensure!(receive(&mut client)? == answer.as_bytes(), "the answer is another one");
        }
        // Clocks are read one after the other, so that it may be less than nothing.
        Ok((Clock::Process.now()? - Clock::Thread.now()? - began).max(0.0))
    }))
}

fn receive(client: &mut BufReader<TcpStream>) -> Result<Vec<u8>> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        client.read_line(&mut line)?;
        let header = line.trim_end().to_ascii_lowercase();
        ensure!(!line.is_empty(), "the server has ended");
        ensure!(!header.starts_with("http/") || header.contains(" 200 "), "{header}");
        if let Some(value) = header.strip_prefix("content-length: ") {
            length = value.parse()?;
        }
        if header.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    Ok(body)
}
