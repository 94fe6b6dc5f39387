//! A server by hand: axum and the engine, with a store for each request, the same limits, and types
//! that are known when it is compiled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::Plain;
use super::data::Data;
use super::waiting::{in_time, yielding};
use crate::bindings::asynchronous::GuestPre;
use crate::bindings::small::asynchronous::SmallPre;
use crate::guests::Path;
use crate::requests::{BODY, QUEUE, Request, SESSIONS, requests};
use crate::row::Probe;
use crate::setting::{Mode, Setting};

struct Shared {
    plain: Plain,
    ready: Ready,
    slots: Semaphore,
    waiting: AtomicUsize,
}

enum Ready {
    Sum(SmallPre<Data>),
    Reply(GuestPre<Data>),
}

#[derive(Deserialize)]
struct Sum {
    a: i32,
    b: i32,
}

#[derive(Deserialize)]
struct Reply {
    text: String,
}

pub(crate) fn served(request: Request, setting: Setting) -> Result<Probe> {
    let plain = Plain::new(setting)?;
    let ready = match request {
        Request::Add => {
            let guest = Path::Component.small_guest(false)?;
            Ready::Sum(SmallPre::new(plain.component(&guest, Mode::Async)?)?)
        }
        Request::Reply(_) => {
            Ready::Reply(GuestPre::new(plain.component(&Path::Component.guest()?, Mode::Async)?)?)
        }
    };
    let (slots, waiting) = (Semaphore::new(SESSIONS), AtomicUsize::new(0));
    let shared = Arc::new(Shared { plain, ready, slots, waiting });
    let router = Router::new()
        .route(request.path(), post(answer))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(shared);
    requests(request, move |executor, listener, stopped| {
        let until = async { drop(stopped.await) };
        let served = axum::serve(listener, router).with_graceful_shutdown(until);
        Ok(executor.block_on(served.into_future())?)
    })
}

async fn answer(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let slot = match shared.slots.try_acquire() {
        Ok(slot) => Ok(slot),
        Err(_) => {
            let before = shared.waiting.fetch_add(1, Ordering::Relaxed);
            let slot = if before < QUEUE { Some(shared.slots.acquire().await) } else { None };
            shared.waiting.fetch_sub(1, Ordering::Relaxed);
            match slot {
                Some(slot) => slot,
                None => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        }
    };
    let answered = call(&shared, &body).await;
    drop(slot);
    match answered {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn call(shared: &Shared, body: &[u8]) -> Result<String> {
    let mut store = yielding(&shared.plain)?;
    Ok(match &shared.ready {
        Ready::Sum(pre) => {
            let Sum { a, b } = serde_json::from_slice(body)?;
            let guest = in_time(pre.instantiate_async(&mut store)).await?;
            in_time(guest.call_sum(&mut store, a, b)).await?.to_string()
        }
        Ready::Reply(pre) => {
            let Reply { text } = serde_json::from_slice(body)?;
            let guest = in_time(pre.instantiate_async(&mut store)).await?;
            serde_json::to_string(&in_time(guest.call_reply(&mut store, &text)).await?)?
        }
    })
}
