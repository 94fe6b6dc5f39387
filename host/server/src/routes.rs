//! What each path of the server gets.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::access::host_of;
use crate::answer::{json as answer, text};
use crate::call::{Called, call, count, wants_details};
use crate::functions::Functions;
use crate::guests::Guest;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::server::{Entry, Shared};
use crate::trace::{Trace, TraceParent};
use crate::{openapi, page};

/// What a request called, which the log gets with the answer.
#[derive(Clone, Default)]
struct Logged {
    function: Option<String>,
    trace: Option<TraceParent>,
}

/// Returns the routes of the server.
pub(crate) fn router<T: Send + 'static>(shared: &Arc<Shared<T>>) -> Router {
    let of_guest = || {
        Router::new()
            .route("/", get(page))
            .route("/functions", get(functions))
            .route("/wit", get(wit))
            .route("/openapi.json", get(document))
            .route("/call/{*function}", post(make_call))
    };
    let all = Router::new()
        .route("/page.js", get(async || page::script()))
        .route("/page.css", get(async || page::style()))
        .route("/healthz", get(async || text("ok\n")))
        .route("/readyz", get(ready))
        .route("/guests", get(guests))
        .nest("/guests/{guest}", of_guest())
        .route("/guests/{guest}/", get(page));
    let all = if shared.is_alone { all.merge(of_guest()) } else { all };
    all.fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "the path is there for another method")
        })
        .layer(from_fn_with_state(Arc::clone(shared), around::<T>))
        .with_state(Arc::clone(shared))
}

/// Checks a request before anything is done for it, and logs its answer.
async fn around<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let authority = request.uri().authority().map(ToString::to_string);
    let checked = shared.access.check_site(request.headers(), authority.as_deref());
    let mut response = match checked {
        Err(problem) => problem.into_response(),
        Ok(()) if method == Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => next.run(request).await,
    };
    if let Some(origin) =
        origin.filter(|origin| origin.to_str().is_ok_and(|origin| shared.access.allows(origin)))
    {
        allow(response.headers_mut(), origin);
    }
    let Logged { function, trace } = response.extensions_mut().remove().unwrap_or_default();
    let (trace, span) = trace.map(|one| (one.trace, one.span)).unzip();
    let status = response.status().as_u16();
    shared.metrics.iter().for_each(|metrics| metrics.answered(status));
    (shared.log)(&Entry {
        method: method.to_string(),
        path,
        status,
        took: began.elapsed(),
        function,
        trace,
        span,
    });
    response
}

/// Lets the page of another origin read an answer.
pub(crate) fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    let names = HeaderValue::from_static("authorization, content-type");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    let methods = HeaderValue::from_static("GET, POST");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
}

/// What a path has in it: a guest's name, a function's, or both.
type Names = Path<Vec<(String, String)>>;

fn named<'n>(names: &'n Names, what: &str) -> Option<&'n str> {
    names.0.iter().find(|(name, _)| name == what).map(|(_, value)| value.as_str())
}

fn guest<T: Send + 'static>(shared: &Shared<T>, names: &Names) -> Result<Arc<Guest<T>>, Problem> {
    shared.guest(named(names, "guest")).ok_or_else(|| {
        let all: Vec<_> = shared.guests.names().into_iter().map(Value::from).collect();
        Problem::new(StatusCode::NOT_FOUND, "no guest has this name").with("guests", all)
    })
}

async fn page<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    page::page(operators(&shared, &uri, &headers).as_deref())
}

/// Returns the origin of the listener for operators, for a page that was asked for like this.
fn operators<T: Send + 'static>(
    shared: &Shared<T>,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<String> {
    shared.operators(host_of(headers, uri.authority().map(|authority| authority.as_str())))
}

async fn make_call<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    names: Names,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let began = Instant::now();
    let stderr = wants_details(&headers).then(Vec::new);
    let mut called = Called { stderr, ..Called::default() };
    let trace = Trace::begin(
        &headers,
        #[cfg(feature = "otel")]
        shared.telemetry.as_ref(),
    );
    let made = async {
        shared.access.check_token(&headers)?;
        let guest = guest(&shared, &names)?;
        let function = named(&names, "function").unwrap_or_default();
        let parts = (uri.query(), &headers, body);
        let made = call(&shared, &guest, function, parts, trace.header(), &mut called).await;
        count(&shared, &guest, &called);
        made
    };
    let unfinished = Unfinished(shared.metrics.as_ref());
    let made = made.await;
    unfinished.end();
    let current = trace.current();
    let mut response = made.unwrap_or_else(|problem| {
        let problem = match &current {
            Some(current) => problem.with("trace", current.trace.as_str()),
            None => problem,
        };
        match (&called.stderr, called.took) {
            (Some(stderr), Some(_)) => problem.with_stderr(stderr),
            _ => problem.into_response(),
        }
    });
    let served = guest(&shared, &names).ok();
    let served = served.as_ref().map(|guest| guest.name.as_str());
    trace.end(served, &called, response.status().as_u16(), began.elapsed());
    response.extensions_mut().insert(Logged { function: called.function, trace: current });
    response
}

/// Counts a call as cancelled if it is dropped before its end, as it is when its client goes away.
struct Unfinished<'a>(Option<&'a Metrics>);

impl Unfinished<'_> {
    fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|metrics| metrics.cancelled());
    }
}

async fn functions<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    names: Names,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let guest = guest(&shared, &names)?;
    let current = guest.live.current();
    let mut functions = guest.functions(&current).json();
    functions["guest"] = guest.name.as_str().into();
    functions["admin"] = operators(&shared, &uri, &headers).into();
    functions["generation"] = current.number().into();
    functions["kind"] = current.guest().kind().name().into();
    functions["needs_token"] = shared.access.token.is_some().into();
    Ok(answer(StatusCode::OK, &functions))
}

async fn wit<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    names: Names,
) -> Result<Response, Problem> {
    let guest = guest(&shared, &names)?;
    match &guest.functions(&guest.live.current()).wit {
        Some(wit) => Ok(text(wit.as_str())),
        None => Err(Problem::new(StatusCode::NOT_FOUND, "a core module has no WIT")),
    }
}

async fn document<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    names: Names,
) -> Result<Response, Problem> {
    let guest = guest(&shared, &names)?;
    let functions: Arc<Functions> = guest.functions(&guest.live.current());
    let base = match named(&names, "guest") {
        Some(name) => format!("/guests/{name}"),
        None => String::new(),
    };
    let has_token = shared.access.token.is_some();
    let document = openapi::document(&guest.name, &base, &functions, has_token);
    Ok(answer(StatusCode::OK, &document))
}

async fn guests<T: Send + 'static>(State(shared): State<Arc<Shared<T>>>) -> Response {
    let names = shared.guests.names();
    answer(StatusCode::OK, &json!({ "guests": names }))
}

async fn ready<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
) -> Result<Response, Problem> {
    match shared.is_ending.load(Ordering::Acquire) {
        false => Ok(text("ready\n")),
        true => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server is ending")),
    }
}
