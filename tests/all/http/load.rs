//! Load on a server: more calls than it has slots for, and replacements under callers. The tests
//! run it for a moment, and `make soak` for minutes. It does not know what is a goal.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wit_host::{Live, Runtime, Sessions};
use wit_host_server::{Access, Bounds, Server};

use crate::support::hosts;

/// A server that runs until this is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    server: Server<()>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<bool>>,
}

/// An answer to a call.
struct Answer {
    status: u16,
    has_retry_after: bool,
    body: String,
}

/// The answers to calls in some time.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) returned: u64,
    /// Those of 503 with a time after which to try again.
    pub(crate) refused: u64,
    /// Those that should not have come.
    pub(crate) wrong: Vec<String>,
}

/// What came of replacements.
#[derive(Debug, Default)]
pub(crate) struct Reloads {
    pub(crate) answers: Answers,
    pub(crate) replaced: u64,
    pub(crate) refused: u64,
    /// The time of each replacement beyond that of loading its guest.
    pub(crate) swaps: Vec<Duration>,
}

impl Served {
    /// Serves a guest in text or binary form, which has to pass a probe if it is replaced.
    pub(crate) fn new(guest: &[u8], sessions: usize, queue: usize) -> Self {
        let runtime = runtime();
        let mut bounds = Bounds::default();
        (bounds.sessions, bounds.queue) = (sessions, queue);
        let loaded = runtime.load(guest).unwrap();
        let live = Live::builder(|guest| Sessions::new(guest, || ()))
            .probe(|session| session.call("answer", &[]).map(drop))
            .serve(loaded);
        let server = Server::builder(bounds).access(Access::default()).only(live, guest, None);
        let (stop, stopped) = oneshot::channel::<()>();
        let (bound, address) = std::sync::mpsc::channel();
        let serving = server.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                bound.send(listener.local_addr().unwrap()).unwrap();
                serving.serve(listener, async { drop(stopped.await) }).await.unwrap()
            })
        });
        let address = address.recv().unwrap();
        Self { address, server, stop: Some(stop), thread: Some(thread) }
    }

    /// Calls `answer` on this number of connections for as long as `goes_on` says, which gets the
    /// number of the caller.
    pub(crate) fn call(&self, callers: usize, goes_on: impl Fn(usize) -> bool + Sync) -> Answers {
        let mut all = Answers::default();
        std::thread::scope(|scope| {
            let call = |caller| self.caller(|| goes_on(caller), |_| true);
            let callers: Vec<_> =
                (0..callers).map(|caller| scope.spawn(move || call(caller))).collect();
            callers.into_iter().for_each(|caller| all.add(caller.join().unwrap()));
        });
        all
    }

    fn caller(&self, goes_on: impl Fn() -> bool, is_right: impl Fn(&str) -> bool) -> Answers {
        let mut answers = Answers::default();
        let mut connection = BufReader::new(TcpStream::connect(self.address).unwrap());
        while goes_on() {
            let answer = call(&mut connection);
            match answer.status {
                200 if is_right(&answer.body) => answers.returned += 1,
                503 if answer.has_retry_after => answers.refused += 1,
                status => answers.wrong.push(format!("{status} {}", answer.body)),
            }
        }
        answers
    }

    /// Replaces the guest again and again under callers: by guests that are fit, that do not fit,
    /// that trap, that are cut off, and that are half written.
    pub(crate) fn reload(&self, count: i32, callers: usize) -> Reloads {
        // The numbers of the guest that serves at least, and at most.
        let (serves, comes) = (AtomicI32::new(0), AtomicI32::new(0));
        let has_ended = AtomicBool::new(false);
        let mut all = Reloads::default();
        std::thread::scope(|scope| {
            let call = || {
                let least = AtomicI32::new(0);
                self.caller(
                    || {
                        least.store(serves.load(Ordering::SeqCst), Ordering::SeqCst);
                        !has_ended.load(Ordering::SeqCst)
                    },
                    |body| {
                        let most = comes.load(Ordering::SeqCst);
                        let number = body.parse::<i32>();
                        number.is_ok_and(|it| it >= least.load(Ordering::SeqCst) && it <= most)
                    },
                )
            };
            let callers: Vec<_> = (0..callers).map(|_| scope.spawn(call)).collect();
            let runtime = runtime();
            for number in 1..=count {
                let good = answering(number);
                if number % 5 == 1 {
                    comes.store(number, Ordering::SeqCst);
                    let loads = time(|| runtime.load(&good).unwrap());
                    let replaces = time(|| self.server.reload("guest", &good).unwrap().unwrap());
                    serves.store(number, Ordering::SeqCst);
                    all.swaps.push(replaces.saturating_sub(loads));
                    all.replaced += 1;
                } else {
                    let bad = unfit(number, &good);
                    assert!(self.server.reload("guest", &bad).unwrap().is_err(), "{number}");
                    all.refused += 1;
                }
            }
            has_ended.store(true, Ordering::SeqCst);
            callers.into_iter().for_each(|caller| all.answers.add(caller.join().unwrap()));
        });
        all
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Answers {
    fn add(&mut self, other: Self) {
        self.returned += other.returned;
        self.refused += other.refused;
        self.wrong.extend(other.wrong);
    }
}

fn runtime() -> Runtime<()> {
    hosts::builder().build().unwrap()
}

fn time<R>(work: impl FnOnce() -> R) -> Duration {
    let began = Instant::now();
    let _ = work();
    began.elapsed()
}

/// Returns a guest that answers with a number.
pub(crate) fn answering(number: i32) -> Vec<u8> {
    let text = format!("(module (func (export \"answer\") (result i32) i32.const {number}))");
    wat::parse_str(text).unwrap()
}

/// Returns a guest that counts to a number before it answers.
pub(crate) fn counting(number: i32) -> Vec<u8> {
    let text = format!(
        "(module (func (export \"answer\") (result i32) (local $i i32)
            (loop $on
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $on (i32.lt_u (local.get $i) (i32.const {number}))))
            (local.get $i)))"
    );
    wat::parse_str(text).unwrap()
}

/// Returns what may not take a guest's place, of another kind for each number.
fn unfit(number: i32, good: &[u8]) -> Vec<u8> {
    let half = good.len() / 2;
    match number % 5 {
        2 => b"(module)".to_vec(),
        3 => b"(module (func (export \"answer\") (result i32) unreachable))".to_vec(),
        4 => good[..half].to_vec(),
        _ => good[..half].iter().copied().chain(vec![0; good.len() - half]).collect(),
    }
}

/// Makes a call on a connection that is kept.
fn call(connection: &mut BufReader<TcpStream>) -> Answer {
    const REQUEST: &[u8] = b"POST /call/answer HTTP/1.1\r\nHost: localhost\r\n\
        Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    connection.get_mut().write_all(REQUEST).unwrap();
    let mut answer = Answer { status: 0, has_retry_after: false, body: String::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).unwrap();
        let line = line.trim_end().to_lowercase();
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            answer.status = rest[..3].parse().unwrap();
        } else if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        } else if line.starts_with("retry-after: ") {
            answer.has_retry_after = true;
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    answer.body = String::from_utf8(body).unwrap();
    answer
}
