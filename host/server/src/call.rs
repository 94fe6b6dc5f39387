//! One call of a function: from the body of a request to the body of its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use wit_host::values::{Json, JsonStyle};
use wit_host::wasmtime::component::Type;
use wit_host::{Error, LimitReached, Val};

use crate::admission::Slot;
use crate::answer::{DETAILS, details, json};
use crate::convention;
use crate::functions::{Function, Functions};
use crate::guests::Guest;
use crate::host_calls::{Calls, are_noted, noted};
use crate::metrics::{Made, Metrics};
use crate::notation::{self, Notation};
use crate::problem::Problem;
use crate::server::Shared;

/// What a call was, for the log and the counters, as far as it came.
#[derive(Default)]
pub(crate) struct Called {
    /// The full name of the function, once it is known to be one.
    pub(crate) function: Option<String>,
    /// The time that it waited for a slot.
    pub(crate) waited: Duration,
    /// The time in which its session started, and its arguments were read.
    pub(crate) started: Duration,
    /// The time of the call itself, if it was made.
    pub(crate) took: Option<Duration>,
    /// The bytes of the guest's memory.
    pub(crate) memory: usize,
    pub(crate) has_failed: bool,
    pub(crate) is_late: bool,
    /// The limit that ended it.
    pub(crate) limit: Option<&'static str>,
    /// The host calls that it made.
    pub(crate) host_calls: Option<Calls>,
    /// The lines that the guest wrote to standard error, if the caller wants them.
    pub(crate) stderr: Option<Vec<String>>,
}

impl Called {
    /// Returns the call for the counters, if it was made.
    pub(crate) fn made<'a>(&'a self, guest: &'a str) -> Option<Made<'a>> {
        let (Some(function), Some(took)) = (&self.function, self.took) else { return None };
        Some(Made {
            guest,
            function,
            waited: self.waited,
            started: self.started,
            took,
            in_host: self.in_host(),
            memory: self.memory,
            has_failed: self.has_failed,
            is_late: self.is_late,
            limit: self.limit,
        })
    }

    fn in_host(&self) -> Duration {
        self.host_calls.as_ref().map(Calls::took).unwrap_or_default()
    }

    fn note(&mut self, took: Duration, memory: usize, error: Option<&Error>) {
        (self.took, self.memory, self.has_failed) = (Some(took), memory, error.is_some());
        if let Some(Error::Limit { limit, .. }) = error {
            self.is_late = matches!(limit, LimitReached::WallClock(_));
            self.limit = Some(limit.name());
        }
    }
}

/// Makes a call, and notes in `called` how far it came.
pub(crate) async fn call<T: Send + 'static>(
    shared: &Arc<Shared<T>>,
    guest: &Guest<T>,
    name: &str,
    (query, headers, body): (Option<&str>, &HeaderMap, Body),
    trace_parent: Option<Arc<str>>,
    called: &mut Called,
) -> Result<Response, Problem> {
    let notation = Notation::of(query)?;
    let name = known(guest, name)?;
    called.function = Some(name.clone());
    let body = read(shared, headers, body).await?;
    let ready = std::future::ready(Ok(()));
    let read = |function: &Function| arguments(&body, function, notation);
    let answer = |function: &Function, results: &[Val]| answer(function, results, notation);
    let steps = (ready, read, answer);
    let ((status, value), _) = perform(shared, guest, &name, steps, trace_parent, called).await?;
    let mut response = match &called.stderr {
        None => json(status, &value),
        Some(stderr) => details(status, "answer", &value, stderr),
    };
    if let Ok(timing) = HeaderValue::try_from(timing(called)) {
        response.headers_mut().insert("server-timing", timing);
    }
    Ok(response)
}

/// Makes a call whose function is known, and returns the answer with the slot that it was made in:
/// once there is a slot, and `ready` has ended, the arguments are read.
pub(crate) async fn perform<T: Send + 'static, R>(
    shared: &Shared<T>,
    guest: &Guest<T>,
    name: &str,
    (ready, read, answer): (
        impl Future<Output = Result<(), Problem>>,
        impl FnOnce(&Function) -> Result<Vec<Val>, Problem>,
        impl FnOnce(&Function, &[Val]) -> Result<R, Problem>,
    ),
    trace_parent: Option<Arc<str>>,
    called: &mut Called,
) -> Result<(R, Slot), Problem> {
    let arrived = Instant::now();
    let slot = shared.admission.enter().await;
    let entered = Instant::now();
    called.waited = entered.saturating_duration_since(arrived);
    let slot = slot.ok_or_else(|| {
        shared.metrics.iter().for_each(Metrics::refused);
        Problem::busy()
    })?;
    ready.await?;
    let mut serving = guest.live.take().await.map_err(|error| Problem::of(&error))?;
    // The guest may have been replaced while the call waited, so its own types count.
    let functions = guest.functions(serving.generation());
    let function = functions.find(name).ok_or_else(|| left_out(&functions, name))?;
    // As values, a body takes many times its bytes, so that only those who have a slot have values.
    let arguments = read(function)?;
    if called.stderr.is_some() {
        // What others have left of it is not for this caller.
        serving.session().take_stderr();
    }
    let began = Instant::now();
    called.started = began.saturating_duration_since(entered);
    serving.session().set_trace_parent(trace_parent);
    called.host_calls = are_noted().then(|| {
        Calls::new(shared.metrics.as_ref().map(|metrics| metrics.host_calls(&guest.name)))
    });
    let call = guest.call(&mut serving, function, &arguments);
    let results = noted(&mut called.host_calls, call).await;
    let memory = serving.session().spent().peak_memory;
    called.note(began.elapsed(), memory, results.as_ref().err());
    if let Some(stderr) = &mut called.stderr {
        *stderr = serving.session().take_stderr();
    }
    let results = results.map_err(|error| Problem::of(&error))?;
    Ok((answer(function, &results)?, slot))
}

/// Counts a call, if it was made.
pub(crate) fn count<T: Send + 'static>(shared: &Shared<T>, guest: &Guest<T>, called: &Called) {
    if let (Some(metrics), Some(made)) = (&shared.metrics, called.made(&guest.name)) {
        metrics.called(&made);
    }
}

/// Returns whether a letter of a name can stand in a header's text as it is. A core module imports
/// what it likes.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_graphic() && !matches!(letter, '"' | '\\')
}

/// The number of host functions that an answer's times name.
const MOST_TIMES: usize = 16;

/// Returns the times of a call in milliseconds: of all of it, and, where host calls are noted, of
/// the guest alone and of each host function that it called.
fn timing(called: &Called) -> String {
    let took = called.took.unwrap_or_default();
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let mut text = format!(
        "wait;dur={:.3}, start;dur={:.3}, call;dur={:.3}",
        millis(called.waited),
        millis(called.started),
        millis(took),
    );
    let Some(calls) = &called.host_calls else { return text };
    text.push_str(&format!(", guest;dur={:.3}", millis(took.saturating_sub(calls.took()))));
    let functions = calls.called();
    for function in functions.take(MOST_TIMES) {
        let took = millis(function.took);
        let name = function.name.chars().map(|one| if is_plain(one) { one } else { '?' });
        let times = match function.calls {
            1 => String::new(),
            calls => format!(" {calls} times"),
        };
        let name: String = name.collect();
        text.push_str(&format!(", host;desc=\"{name}{times}\";dur={took:.3}"));
    }
    text
}

/// Returns the full name of a function that the guest serves now.
pub(crate) fn known<T: Send + 'static>(guest: &Guest<T>, name: &str) -> Result<String, Problem> {
    let current = guest.live.current();
    let name = current.guest().resolve(name).map_err(|error| unknown(&error))?;
    let functions = guest.functions(&current);
    match functions.find(&name) {
        Some(_) => Ok(name),
        None => Err(left_out(&functions, &name)),
    }
}

/// Reads the body of a call.
async fn read<T: Send + 'static>(
    shared: &Shared<T>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, Problem> {
    // A form of another site sends other types without asking.
    let ty = headers.get(header::CONTENT_TYPE).and_then(|ty| ty.to_str().ok()).unwrap_or_default();
    let ty = ty.split(';').next().unwrap_or_default().trim();
    if !ty.eq_ignore_ascii_case("application/json") {
        let detail = "the body has to be JSON; send `Content-Type: application/json`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let bounds = &shared.bounds;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > bounds.body) {
        return Err(too_large(bounds.body));
    }
    let read = tokio::time::timeout(bounds.request, to_bytes(body, bounds.body)).await;
    let late = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long");
    read.map_err(late)?.map_err(|error| match is_too_large(&error) {
        true => too_large(bounds.body),
        false => Problem::new(StatusCode::BAD_REQUEST, "the body ended too early"),
    })
}

/// Returns the arguments of a function that a body has.
fn arguments(body: &[u8], function: &Function, notation: Notation) -> Result<Vec<Val>, Problem> {
    let wrong = |detail: String| wrong(function, detail);
    let text = std::str::from_utf8(body).map_err(|_| wrong("the body is not UTF-8".into()))?;
    // A call without parameters needs no body.
    let is_empty = text.trim().is_empty() && function.signature.params.is_empty();
    let text = if is_empty { "{}" } else { text };
    if function.convention.is_some() || notation == Notation::Wave {
        let json = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        return match function.convention {
            Some(_) => by_convention(&json, function),
            None => notation::arguments(&json, function),
        };
    }
    let json =
        Json::parse(text).map_err(|error| wrong(error.to_string()).with("path", error.path))?;
    params(&json, function)
}

/// Returns the arguments of a function that is called by a convention.
pub(crate) fn by_convention(json: &Value, function: &Function) -> Result<Vec<Val>, Problem> {
    let Some(abi) = function.convention else { return Ok(Vec::new()) };
    convention::arguments(abi, json)
        .map_err(|(path, reason)| wrong(function, reason).with("path", path))
}

/// Returns the arguments of a function that JSON has.
pub(crate) fn params(json: &Json, function: &Function) -> Result<Vec<Val>, Problem> {
    json.params(&function.signature)
        .map_err(|error| wrong(function, error.to_string()).with("path", error.path))
}

/// Returns the answer for arguments that are wrong.
pub(crate) fn wrong(function: &Function, detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
        .with("function", function.name.as_str())
        .with("wit", function.signature.to_string())
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}

pub(crate) fn too_large(most: usize) -> Problem {
    let detail = format!("the body has more than {most} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).with("most", most)
}

/// Returns the answer for a name that means no export, or several.
fn unknown(error: &Error) -> Problem {
    let problem = Problem::of(error);
    match error {
        Error::NoSuchFunction { exports, .. } => {
            let nearest: Vec<_> = exports.iter().take(5).cloned().map(Value::from).collect();
            problem.with("nearest", nearest)
        }
        Error::AmbiguousFunction { candidates, .. } => {
            let candidates: Vec<_> = candidates.iter().cloned().map(Value::from).collect();
            problem.with("candidates", candidates)
        }
        _ => problem,
    }
}

fn left_out(functions: &Functions, name: &str) -> Problem {
    let reason =
        functions.left_out.iter().find(|one| one.name == name).map(|one| one.reason.as_str());
    let reason = reason.unwrap_or("the guest that serves now does not have it");
    Problem::new(StatusCode::NOT_FOUND, format!("`{name}` is not served: {reason}"))
}

/// Returns whether a caller asks for what the guest writes as well.
pub(crate) fn wants_details(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|one| one.to_str().ok());
    accepted.flat_map(|one| one.split(',')).any(|ty| ty.trim().eq_ignore_ascii_case(DETAILS))
}

/// Returns 200 with what a function returned, or 422 with the `err` of its `result`.
fn answer(
    function: &Function,
    results: &[Val],
    notation: Notation,
) -> Result<(StatusCode, Value), Problem> {
    let style = JsonStyle::default().data_urls(true).wide_as_text(true);
    let value = |ty: Option<&Type>, value: Option<&Val>| match (ty, value) {
        (_, value) if notation == Notation::Wave => Ok(notation::written(value)),
        (Some(ty), Some(value)) => style.value(ty, value),
        _ => Ok(Value::Null),
    };
    if function.convention.is_some() {
        return Ok(match convention::returned(results, style) {
            Ok(value) => (StatusCode::OK, value),
            Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error),
        });
    }
    let (status, body) = match (&function.signature.results[..], results) {
        ([Type::Result(ty)], [Val::Result(Ok(ok))]) => {
            (StatusCode::OK, value(ty.ok().as_ref(), ok.as_deref()))
        }
        ([Type::Result(ty)], [Val::Result(Err(err))]) => {
            (StatusCode::UNPROCESSABLE_ENTITY, value(ty.err().as_ref(), err.as_deref()))
        }
        (_, results) if notation == Notation::Wave => {
            (StatusCode::OK, Ok(notation::written(results.first())))
        }
        (types, results) => (StatusCode::OK, style.results(types, results)),
    };
    let body = body.map_err(|error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the result has no JSON: {error}"))
    })?;
    Ok((status, body))
}
