//! Hands the messages for a collector to the program. The exporters wait for their answers on
//! threads of their own, and the program sends them on its executor.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;
use wit_host::BoxFuture;

/// A message for a collector: the body of a POST request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Export {
    /// Where it goes.
    pub url: String,
    /// Its headers, which may have secrets in them.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

type Send = dyn Fn(Export) -> BoxFuture<'static, Result<u16, String>> + std::marker::Send + Sync;

pub(super) struct Client {
    handle: Handle,
    send: Arc<Send>,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(
        handle: Handle,
        send: impl Fn(Export) -> BoxFuture<'static, Result<u16, String>>
        + std::marker::Send
        + Sync
        + 'static,
        timeout: Duration,
    ) -> Self {
        Self { handle, send: Arc::new(send), timeout }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Export {
    fn of(request: Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        let headers = parts
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        Self { url: parts.uri.to_string(), headers: headers.collect(), body: body.to_vec() }
    }
}

// What the trait's attribute would make of an async function.
impl HttpClient for Client {
    fn send_bytes<'life0, 'async_trait>(
        &'life0 self,
        request: Request<Bytes>,
    ) -> Pin<
        Box<
            dyn Future<Output = Result<Response<Bytes>, HttpError>>
                + std::marker::Send
                + 'async_trait,
        >,
    >
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let (sent, timeout) = ((self.send)(Export::of(request)), self.timeout);
        // The clock is the executor's as well.
        let sent = self.handle.spawn(async move { tokio::time::timeout(timeout, sent).await });
        Box::pin(async move {
            let status = sent.await??.map_err(HttpError::from)?;
            Ok(Response::builder().status(status).body(Bytes::new())?)
        })
    }
}
