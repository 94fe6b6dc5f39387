//! Calls of a client: the program at this one's standard input and output, which asks for them by
//! JSON-RPC. They are made as those over HTTP are, with the same bounds.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wit_host::Val;
use wit_host::values::{Json, JsonStyle};
use wit_host_providers::{Client, Request, RequestError, Requests};

use crate::admission::Slot;
use crate::call::{self, Called};
use crate::convention;
use crate::functions::Function;
use crate::guests::Guest;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::server::{Entry, Server, Shared};

/// The number of requests above those that are made or wait for a session. They only wait until
/// their answer is read.
const MOST_REFUSED: usize = 64;

impl<T: Send + 'static> Server<T> {
    /// Makes the calls that a client asks for, until it asks for no more or the future ends, and
    /// then until those that are under way have been answered, or [`Bounds::drain`](crate::Bounds::drain)
    /// is over. Returns whether all were answered.
    ///
    /// A client that imports are served by is asked first whether it has them all.
    ///
    /// # Errors
    /// What the client has done, if it broke the rules of the exchange.
    pub async fn serve_client(
        &self,
        client: &Arc<Client>,
        mut requests: Requests,
        until: impl Future<Output = ()> + Send,
    ) -> Result<bool, String> {
        let bounds = &self.shared.bounds;
        let most = bounds.sessions.saturating_add(bounds.queue).saturating_add(MOST_REFUSED);
        let room = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        let (mut calls, mut until) = (JoinSet::new(), std::pin::pin!(until));
        let (greeting, waits) = (Arc::clone(client), bounds.request);
        // A greeting that fails fails each call, which then reports it.
        calls.spawn(async move { drop(timeout(waits, greeting.greet()).await) });
        loop {
            let next = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (place, requests.next().await)
            };
            let (place, request) = tokio::select! {
                () = &mut until => break,
                (place, request) = next => (place, request),
            };
            let Some(request) = request else { break };
            let (shared, client) = (Arc::clone(&self.shared), Arc::clone(client));
            calls.spawn(async move {
                respond(&shared, &client, request).await;
                drop(place);
            });
            while calls.try_join_next().is_some() {}
        }
        let broken = requests.broken();
        let ended = async {
            while calls.join_next().await.is_some() {}
            requests.finish().await;
        };
        let all = timeout(bounds.drain, ended).await.is_ok();
        broken.map_or(Ok(all), Err)
    }
}

/// Answers one request, unless it is cancelled before.
async fn respond<T: Send + 'static>(shared: &Shared<T>, client: &Client, request: Request) {
    let (began, mut called) = (Instant::now(), Called::default());
    let made = tokio::select! {
        biased;
        () = request.cancelled() => {
            shared.metrics.iter().for_each(Metrics::cancelled);
            return;
        }
        made = answer(shared, client, &request, &mut called) => made,
    };
    let status = made.as_ref().map_or_else(|problem| problem.status, |_| StatusCode::OK).as_u16();
    shared.metrics.iter().for_each(|metrics| metrics.answered(status));
    (shared.log)(&Entry {
        method: "CALL".into(),
        path: request.method().to_owned(),
        status,
        took: began.elapsed(),
        function: called.function,
        trace: None,
        span: None,
    });
    // The slot is kept until the answer is on its way, so that a client that does not read has no
    // more answers waiting for it than it has sessions.
    let (answer, _slot) = match made {
        Ok((value, slot)) => (Ok(value), slot),
        Err(problem) => (Err(RequestError::from(problem)), None),
    };
    request.answer(answer).await;
}

async fn answer<T: Send + 'static>(
    shared: &Shared<T>,
    client: &Client,
    request: &Request,
    called: &mut Called,
) -> Result<(Value, Option<Slot>), Problem> {
    if request.length() > shared.bounds.body {
        return Err(call::too_large(shared.bounds.body));
    }
    if let Some(greeting) = request.greeting(|| served(shared)) {
        let refused = |reason| Problem::new(StatusCode::CONFLICT, reason);
        return greeting.map(|value| (value, None)).map_err(refused);
    }
    let (guest, function) = named(shared, request.method())?;
    let name = call::known(&guest, function)?;
    called.function = Some(name.clone());
    let ready = async {
        let late = || format!("it gave no answer to `hello` in {:?}", shared.bounds.request);
        let greeted = timeout(shared.bounds.request, client.greet()).await;
        greeted.unwrap_or_else(|_| Err(late())).map_err(|reason| {
            let detail = format!("the client is to serve the guest: {reason}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
        })
    };
    let read = |function: &Function| arguments(request, function);
    let steps = (ready, read, results);
    let made = call::perform(shared, &guest, &name, steps, None, called).await;
    call::count(shared, &guest, called);
    made.map(|(value, slot)| (value, Some(slot)))
}

/// Returns the functions that are served, by the names that a client calls them by, with their
/// types.
fn served<T: Send + 'static>(shared: &Shared<T>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for guest in shared.guests.all() {
        let functions = guest.functions(&guest.live.current());
        all.extend(functions.served.iter().map(|function| {
            let name = match shared.is_alone {
                true => function.name.clone(),
                false => format!("{}/{}", guest.name, function.name),
            };
            (name, function.signature.to_string())
        }));
    }
    all
}

/// Returns the guest and the function that a method means: `FUNCTION`, or `GUEST/FUNCTION` where
/// there are several guests.
fn named<'n, T: Send + 'static>(
    shared: &Shared<T>,
    method: &'n str,
) -> Result<(Arc<Guest<T>>, &'n str), Problem> {
    let (guest, function) = match shared.is_alone {
        true => (None, method),
        false => match method.split_once('/') {
            Some((guest, function)) => (Some(guest), function),
            None => (Some(method), ""),
        },
    };
    let found = shared.guest(guest).map(|guest| (guest, function));
    found.ok_or_else(|| {
        let all: Vec<_> = shared.guests.names().into_iter().map(Value::from).collect();
        let detail = "no guest has this name; the method is GUEST/FUNCTION";
        Problem::new(StatusCode::NOT_FOUND, detail).with("guests", all)
    })
}

/// Returns the arguments of a function that a request has.
fn arguments(request: &Request, function: &Function) -> Result<Vec<Val>, Problem> {
    if function.convention.is_some() {
        let params = request.params().map_err(|reason| call::wrong(function, reason))?;
        return call::by_convention(&params.unwrap_or_default(), function);
    }
    let params = request.params().map_err(|reason| call::wrong(function, reason))?;
    // A call without parameters needs none.
    let none = || Json::parse("{}").map_err(|error| call::wrong(function, error.to_string()));
    call::params(&params.map_or_else(none, Ok)?, function)
}

/// Returns what a function returned as JSON. A `result` is a value like others.
fn results(function: &Function, results: &[Val]) -> Result<Value, Problem> {
    let style = JsonStyle::default().data_urls(true);
    if function.convention.is_some() {
        let returned = convention::returned(results, style);
        return Ok(returned.unwrap_or_else(|error| json!({ "err": error })));
    }
    style.results(&function.signature.results, results).map_err(|error| {
        let detail = format!("the result has no JSON: {error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}
