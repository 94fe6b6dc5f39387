//! A provider that is the program at this one's standard input and output, or at other streams. The
//! messages go both ways: the client asks for calls of guests, and is asked for what these import.
//! How the client's calls are made is not known here.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use wit_host::{BoxFuture, ImportCall, ImportedFunction, Provider, ProviderFailure, Unserved, Val};

use crate::message::{self, HELLO, Message, NO_REQUEST};
use crate::peer::{self, ENDED, Peer};
use crate::remote::{self, Wanted};

/// The number of requests that were read and not yet taken by [`Requests::next`].
const MOST_READ: usize = 8;

/// A program in any language that has functions called, and serves what guests import: by JSON-RPC
/// 2.0, with one message a line. It is added to a runtime as a provider, and connected once guests
/// can be called.
///
/// ```no_run
/// use std::sync::Arc;
/// use wit_host::Runtime;
/// use wit_host_providers::Client;
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Arc::new(Client::new());
/// let runtime = Runtime::<()>::builder().provide("shop:prices", Arc::clone(&client)).build()?;
/// let mut requests = client.connect(std::io::stdin(), std::io::stdout())?;
/// while let Some(request) = requests.next().await {
///     let called = format!("`{}` would be called", request.method());
///     request.answer(Ok(called.into())).await;
/// }
/// requests.finish().await;
/// # Ok(())
/// # }
/// ```
pub struct Client {
    peer: Peer,
    wanted: Wanted,
    /// What the client said to the functions that guests import, and how often these had changed.
    greeted: AsyncMutex<Option<(u64, Result<(), String>)>>,
    calls: Mutex<Calls>,
}

/// The client's requests that have no answer yet, by their ids. A request is wanted no more when its
/// sender is gone.
#[derive(Default)]
struct Calls {
    under_way: HashMap<String, (u64, watch::Sender<()>)>,
    next: u64,
}

/// The requests of a client, as they come.
pub struct Requests {
    client: Arc<Client>,
    coming: mpsc::Receiver<Request>,
    ended: Arc<Mutex<Option<String>>>,
    written: oneshot::Receiver<()>,
}

/// A request of a client, which waits for its answer.
pub struct Request {
    client: Arc<Client>,
    id: Value,
    key: String,
    number: u64,
    method: String,
    line: Vec<u8>,
    lines: mpsc::Sender<String>,
    cancelled: watch::Receiver<()>,
}

/// Why a request of a client failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct RequestError {
    /// The code, as JSON-RPC has it: -32601 for a method that there is not, -32602 for wrong
    /// parameters, and positive numbers for what else has failed.
    pub code: i64,
    /// What has failed.
    pub message: String,
    /// What there is to say of it to a program. Null for nothing.
    pub data: Value,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// Returns a client that is not connected yet. Calls that it is to serve fail until it is.
    pub fn new() -> Self {
        Self {
            peer: Peer::unconnected("no client is connected"),
            wanted: Wanted::default(),
            greeted: AsyncMutex::default(),
            calls: Mutex::default(),
        }
    }

    /// Begins the exchange of messages. The end of the input ends the requests, and those that were
    /// read before it get their answers. If the output is closed, all requests are cancelled.
    ///
    /// # Errors
    /// If the system has no thread or no descriptor left.
    pub fn connect(
        self: &Arc<Self>,
        input: impl Read + Send + 'static,
        output: impl Write + AsFd + Send + 'static,
    ) -> io::Result<Requests> {
        let (read, coming) = mpsc::channel(MOST_READ);
        let (is_written, written) = oneshot::channel();
        let (end, ends) = UnixStream::pair()?;
        let watched = output.as_fd().try_clone_to_owned()?;
        let ended = Arc::new(Mutex::new(None));
        let to_write = self.peer.connect();
        let named = |what: &str| thread::Builder::new().name(format!("client-{what}"));
        let client = Arc::clone(self);
        named("out").spawn(move || {
            if !peer::write(output, to_write) {
                client.is_gone();
            }
            drop(end);
            let _ = is_written.send(());
        })?;
        let client = Arc::clone(self);
        named("end").spawn(move || {
            if hangs_up(&watched, &ends) {
                client.is_gone();
            }
        })?;
        let (client, reason) = (Arc::clone(self), Arc::clone(&ended));
        named("in").spawn(move || {
            let why = client.read(input, &read);
            if why != ENDED {
                *reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
            }
            client.peer.end(why);
        })?;
        Ok(Requests { client: Arc::clone(self), coming, ended, written })
    }

    /// Asks the client whether it serves what guests import, once for all that they do now.
    ///
    /// # Errors
    /// The reason why it does not.
    pub async fn greet(&self) -> Result<(), String> {
        let changes = self.wanted.changes();
        if changes == 0 {
            return Ok(());
        }
        let mut greeted = self.greeted.lock().await;
        if let Some((known, outcome)) = &*greeted
            && *known == changes
        {
            return outcome.clone();
        }
        let outcome = remote::greet(&self.peer, &self.wanted.all()).await;
        *greeted = Some((changes, outcome.clone()));
        outcome
    }

    /// Reads messages until the input ends or has a line that is no message, and returns the reason.
    fn read(self: &Arc<Self>, input: impl Read, requests: &mpsc::Sender<Request>) -> String {
        let reason = self.peer.read(&mut BufReader::new(input), |message, line| {
            let Some(lines) = self.peer.lines() else { return };
            let refuse = |id: &Value, reason: String| {
                let error = (NO_REQUEST, reason, Value::Null);
                let _ = lines.blocking_send(message::answered(id, Err(error)));
            };
            match message {
                Message::Request { id, method } => match self.begin(id, method, line, &lines) {
                    Ok(request) => {
                        // The receiver is gone when no more are taken on.
                        if let Err(mpsc::error::SendError(request)) =
                            requests.blocking_send(request)
                        {
                            refuse(&request.id, "no more calls are taken on".into());
                        }
                    }
                    Err(id) => refuse(&id, "a request with this id is under way".into()),
                },
                Message::Cancel(id) => drop(self.forget(&id)),
                Message::Wrong { id, reason } => refuse(&id, reason),
                Message::Answer(..) | Message::Other => {}
            }
        });
        if let Some(lines) = self.peer.lines().filter(|_| reason != ENDED) {
            let _ = lines.blocking_send(message::rubbish(&reason));
        }
        reason
    }

    /// Notes a request, or returns its id if that is in use.
    fn begin(
        self: &Arc<Self>,
        id: Value,
        method: String,
        line: Vec<u8>,
        lines: &mpsc::Sender<String>,
    ) -> Result<Request, Value> {
        let key = message::key(&id).unwrap_or_default();
        let mut calls = self.calls();
        calls.next = calls.next.wrapping_add(1);
        let number = calls.next;
        let Entry::Vacant(place) = calls.under_way.entry(key.clone()) else { return Err(id) };
        let (wanted, cancelled) = watch::channel(());
        place.insert((number, wanted));
        let (client, lines) = (Arc::clone(self), lines.clone());
        Ok(Request { client, id, key, number, method, line, lines, cancelled })
    }

    /// Forgets a request by its id.
    fn forget(&self, id: &Value) -> Option<watch::Sender<()>> {
        let key = message::key(id)?;
        self.calls().under_way.remove(&key).map(|(_, wanted)| wanted)
    }

    /// Cancels everything, since nobody is there any more.
    fn is_gone(&self) {
        self.peer.end("it is gone".into());
        self.calls().under_way.clear();
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Requests {
    /// Waits for the next request. `None` if there are no more.
    pub async fn next(&mut self) -> Option<Request> {
        self.coming.recv().await
    }

    /// Returns why no more requests are read, if the client broke the rules of the exchange.
    pub fn broken(&self) -> Option<String> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the exchange, and waits until all answers are written.
    pub async fn finish(self) {
        let Self { client, coming, written, .. } = self;
        client.peer.end("the host has ended".into());
        drop(coming);
        let _ = written.await;
    }
}

impl Request {
    /// Returns the method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the length in bytes of the line that the request came in.
    pub fn length(&self) -> usize {
        self.line.len()
    }

    /// Reads the parameters, for example as [`Json`](wit_host::values::Json). `None` if there are
    /// none.
    ///
    /// # Errors
    /// The description of what is wrong with them.
    pub fn params<P: DeserializeOwned>(&self) -> Result<Option<P>, String> {
        message::params(&self.line)
    }

    /// Returns the answer to the client's first request, if this is one: the functions that are
    /// served, with their types.
    ///
    /// # Errors
    /// The reason why they are not what the client wants.
    pub fn greeting(
        &self,
        functions: impl FnOnce() -> Vec<(String, String)>,
    ) -> Option<Result<Value, String>> {
        if self.method != HELLO {
            return None;
        }
        let functions = functions();
        let functions = functions.iter().map(|(name, ty)| (name.as_str(), ty.as_str()));
        let functions = message::typed(functions);
        let params = self.params().map(Option::unwrap_or_default);
        Some(params.and_then(|params| message::greeted(&params, functions)))
    }

    /// Waits until the answer is wanted no more, because the client has cancelled the request or is
    /// gone.
    pub async fn cancelled(&self) {
        // Nothing is ever sent: the sender is dropped.
        let _ = self.cancelled.clone().changed().await;
    }

    /// Sends the answer. It waits while the client does not read.
    pub async fn answer(mut self, answer: Result<Value, RequestError>) {
        // It may be megabytes, which are of no use while the client does not read.
        self.line = Vec::new();
        let answer = answer.map_err(|RequestError { code, message, data }| (code, message, data));
        // Who has the answer may use the id again.
        self.forget();
        // A client that is gone gets no answer.
        let _ = self.lines.send(message::answered(&self.id, answer)).await;
    }
}

impl Request {
    /// Takes the request from those that are under way.
    fn forget(&self) {
        let mut calls = self.client.calls();
        // The client may have cancelled it, and used the id again.
        if calls.under_way.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            calls.under_way.remove(&self.key);
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Provider for Client {
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
        self.wanted.add(function, "a client")
    }

    fn call<'a>(
        &'a self,
        call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        Box::pin(async move {
            self.greet().await.map_err(ProviderFailure::new)?;
            let trace_parent = call.trace_parent().map(|parent| &**parent);
            let asked = (call.function(), call.arguments());
            let called = remote::call(&self.peer, asked, trace_parent).await;
            called.map_err(ProviderFailure::new)
        })
    }

    fn describe(&self) -> String {
        "the client".into()
    }
}

/// Waits until nobody can read the output any more, and returns true; or false when the exchange
/// has ended. No event is asked for: a hang-up is reported anyway.
fn hangs_up(output: &OwnedFd, ends: &UnixStream) -> bool {
    loop {
        let mut watched =
            [PollFd::new(output, PollFlags::empty()), PollFd::new(ends, PollFlags::empty())];
        match poll(&mut watched, None) {
            Ok(_) => return watched[1].revents().is_empty(),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
