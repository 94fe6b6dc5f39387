//! Tests of guests that are served over HTTP: what callers get, what is refused, and what operators
//! see. Requests are written byte by byte, so that they can be as wrong as a network lets them be.

mod browser;
mod busy;
mod calls;
mod collector;
mod command;
mod hostile;
mod load;
mod modules;
mod openapi;
mod operators;
mod stdio;
mod traces;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wit_host::{Live, Runtime, Sessions};
use wit_host_server::{Access, Bounds, Server, ServerBuilder};

use crate::providers::{self, Shop};

/// A server that runs until this is dropped.
struct Running {
    address: SocketAddr,
    admin: SocketAddr,
    server: Server<Shop>,
    stop: Option<(oneshot::Sender<()>, oneshot::Sender<()>)>,
    thread: Option<std::thread::JoinHandle<bool>>,
}

/// An answer: its status, its headers in small letters, and its body.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// Returns a builder with small bounds.
fn builder(access: Access) -> ServerBuilder<Shop> {
    let mut bounds = Bounds::default();
    (bounds.sessions, bounds.queue, bounds.body) = (2, 2, 64 << 10);
    (bounds.headers, bounds.request) = (16 << 10, Duration::from_millis(500));
    bounds.drain = Duration::from_secs(20);
    Server::builder(bounds).access(access)
}

fn live(runtime: &Runtime<Shop>, guest: &[u8]) -> Live<Shop> {
    let guest = runtime.load(guest).unwrap();
    Live::builder(|guest| Sessions::new(guest, Shop::default)).serve(guest)
}

/// Serves the shop's guest, which forwards each call to the host's functions.
fn shop(builder: ServerBuilder<Shop>) -> Running {
    let guest = providers::guest();
    let live = live(&providers::runtime(), &guest);
    Running::new(builder.only(live, &guest, None))
}

/// Serves a guest in text form with a short time limit.
fn text(builder: ServerBuilder<Shop>, guest: &str) -> Running {
    let limits = wit_host::Limits::default().wall_clock(Duration::from_millis(200));
    let runtime = crate::support::hosts::builder().limits(limits).build().unwrap();
    let live = live(&runtime, guest.as_bytes());
    Running::new(builder.only(live, guest.as_bytes(), None))
}

impl Running {
    fn new(server: Server<Shop>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (stop_admin, admin_stopped) = oneshot::channel();
        let (bound, addresses) = std::sync::mpsc::channel();
        let serving = server.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
                bound.send((listener.local_addr().unwrap(), admin.local_addr().unwrap())).unwrap();
                let until = async { drop(stopped.await) };
                let admin_until = async { drop(admin_stopped.await) };
                let both = tokio::join!(
                    serving.serve(listener, until),
                    serving.serve_admin(admin, admin_until)
                );
                both.0.unwrap() && both.1.unwrap()
            })
        });
        let (address, admin) = addresses.recv().unwrap();
        let stop = Some((stop, stop_admin));
        Self { address, admin, server, stop, thread: Some(thread) }
    }

    /// Sends bytes, and returns all that comes back until the server closes the connection.
    fn raw(address: SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The server may refuse before it has read all of it.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        if ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock) {
            return format!("left open after {}", String::from_utf8_lossy(&answer));
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn answer(text: &str) -> Option<Answer> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, headers: head.to_lowercase(), body: body.to_owned() })
    }

    fn send(address: SocketAddr, request: &str, headers: &str, body: &str) -> Answer {
        let host =
            if headers.to_lowercase().contains("host:") { "" } else { "Host: localhost\r\n" };
        let bytes = format!(
            "{request} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let text = Self::raw(address, bytes.as_bytes());
        Self::answer(&text).unwrap_or_else(|| panic!("{request}: no answer but {text:?}"))
    }

    fn get(&self, path: &str) -> Answer {
        Self::send(self.address, &format!("GET {path}"), "", "")
    }

    fn call(&self, function: &str, body: &str) -> Answer {
        let headers = "Content-Type: application/json\r\n";
        Self::send(self.address, &format!("POST /call/{function}"), headers, body)
    }

    /// Ends the server, and returns whether all calls had ended.
    fn end(mut self) -> bool {
        self.stop.take();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
