//! What operators ask for, on a listener of its own: what was counted, the generations, and their
//! replacement.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use wit_host::Generation;

use crate::answer::{json as answer, of_type, text};
use crate::guests::Guest;
use crate::problem::Problem;
use crate::routes;
use crate::server::Shared;

/// Returns the routes of the listener for operators.
pub(crate) fn router<T: Send + 'static>(shared: &Arc<Shared<T>>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || text("ok\n")))
        .route("/guests", get(guests))
        .route("/guests/{guest}/reload", post(reload))
        .route("/guests/{guest}/rollback", post(rollback))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path"))
        .layer(from_fn_with_state(Arc::clone(shared), around::<T>))
        .with_state(Arc::clone(shared))
}

async fn around<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    request: Request,
    next: Next,
) -> Response {
    let authority = request.uri().authority().map(ToString::to_string);
    let (headers, authority) = (request.headers(), authority.as_deref());
    // The server's own page is of another origin, since the port is another one.
    let origin = headers.get(header::ORIGIN).cloned();
    let named = authority.or_else(|| headers.get(header::HOST)?.to_str().ok()).unwrap_or_default();
    let is_of_page =
        |page: &HeaderValue| page.to_str().is_ok_and(|page| shared.is_of_page(page, named));
    let page = origin.filter(is_of_page);
    let checked = match page {
        Some(_) => shared.admin.check_host(headers, authority).map(|_| ()),
        None => shared.admin.check_site(headers, authority),
    };
    let mut response = match checked {
        Err(problem) => return problem.into_response(),
        Ok(()) if request.method() == Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => next.run(request).await,
    };
    if let Some(page) = page {
        routes::allow(response.headers_mut(), page);
    }
    response
}

async fn metrics<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
) -> Result<Response, Problem> {
    let Some(metrics) = &shared.metrics else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "this server counts nothing"));
    };
    let ty = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(of_type(StatusCode::OK, ty, metrics.text(&shared.now())))
}

async fn guests<T: Send + 'static>(State(shared): State<Arc<Shared<T>>>) -> Response {
    let guests = shared.guests.all().into_iter().map(|guest| {
        let current = generation(&guest.live.current());
        let previous = guest.live.previous().map(|one| generation(&one));
        (guest.name.clone(), json!({ "current": current, "previous": previous }))
    });
    answer(StatusCode::OK, &Value::Object(guests.collect()))
}

fn generation<T: Send + 'static>(generation: &Generation<T>) -> Value {
    let since = generation.since().duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({
        "generation": generation.number(),
        "since": since.as_secs(),
        "calls": generation.calls(),
        "failures": generation.failures(),
        "callers": generation.callers(),
    })
}

/// Returns a guest that the sender may change.
fn changeable<T: Send + 'static>(
    shared: &Shared<T>,
    name: &str,
    headers: &HeaderMap,
) -> Result<Arc<Guest<T>>, Problem> {
    if shared.admin.token.is_none() {
        let detail = "nothing is changed here, since the server has no token for it";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    shared.admin.check_token(headers)?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "no guest has this name");
    shared.guests.get(name).ok_or_else(missing)
}

async fn reload<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let guest = changeable(&shared, &name, &headers)?;
    let Some(file) = guest.file.clone() else {
        let detail = "the guest was not read from a file that could be read again";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    };
    let reloaded = tokio::task::spawn_blocking(move || {
        // A pipe in its place would hold a thread, which nothing could end.
        if !file.is_file() {
            return Err(format!("`{}` is no file", file.display()));
        }
        let read = guest.live.current().guest().runtime().read(&file);
        let bytes = read.map_err(|error| error.to_string())?;
        let replaced = guest.reload(&bytes);
        replaced.map(|one| generation(&one)).map_err(|error| error.to_string())
    });
    match reloaded.await {
        Ok(Ok(generation)) => Ok(answer(StatusCode::OK, &generation)),
        Ok(Err(reason)) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason)),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the replacement panicked")),
    }
}

async fn rollback<T: Send + 'static>(
    State(shared): State<Arc<Shared<T>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let guest = changeable(&shared, &name, &headers)?;
    match guest.live.rollback() {
        Ok(current) => Ok(answer(StatusCode::OK, &generation(&current))),
        Err(error) => Err(Problem::new(StatusCode::CONFLICT, error.to_string())),
    }
}
