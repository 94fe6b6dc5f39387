//! The server: which guests it serves and how it is set, and its connections from the first to the
//! last. What a request gets is not known here.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;
use wit_host::{Live, NotReplaced};

use crate::access::{Access, is_address, is_local};
use crate::admission::{Admission, Bounds};
use crate::convention::Convention;
use crate::guests::{Guest, Guests};
use crate::metrics::{Metrics, Now};
#[cfg(feature = "otel")]
use crate::otel::{self, Figures, Telemetry};
use crate::{admin, routes};

/// The longest pause after an error of accepting, such as a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(50);
/// The smallest buffer that HTTP/1 has for headers.
const LEAST_BUFFER: usize = 8 << 10;

/// One request that was answered, for a log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The request's method.
    pub method: String,
    /// The path that was asked for, with its percent signs.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The time from the request's headers to the answer's.
    pub took: Duration,
    /// The full name of the function, if one was called.
    pub function: Option<String>,
    /// The trace that the call belongs to, in 32 hexadecimal digits: that of the caller, or one that
    /// was begun for the collector.
    pub trace: Option<String>,
    /// The span that the call is in that trace, in 16 of them: the caller's own if there is no
    /// collector.
    pub span: Option<String>,
}

type Log = dyn Fn(&Entry) + Send + Sync;

/// A server of guests' exports over HTTP. Clones serve the same guests.
pub struct Server<T: Send + 'static> {
    pub(crate) shared: Arc<Shared<T>>,
}

/// What all requests share.
pub(crate) struct Shared<T: Send + 'static> {
    pub(crate) guests: Guests<T>,
    /// How core modules are called.
    convention: Option<Convention>,
    /// Whether the only guest is served without its name.
    pub(crate) is_alone: bool,
    pub(crate) bounds: Bounds,
    pub(crate) access: Access,
    pub(crate) admin: Access,
    pub(crate) admission: Admission,
    /// What is counted, if anything is.
    pub(crate) metrics: Option<Metrics>,
    #[cfg(feature = "otel")]
    pub(crate) telemetry: Option<Telemetry>,
    pub(crate) log: Box<Log>,
    /// Whether the server takes on no more.
    pub(crate) is_ending: AtomicBool,
    /// The addresses of the listeners, once there are any: for callers, and for operators.
    pub(crate) address: OnceLock<SocketAddr>,
    pub(crate) admin_address: OnceLock<SocketAddr>,
}

impl<T: Send + 'static> Clone for Server<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T: Send + 'static> Shared<T> {
    /// Returns what is true now.
    pub(crate) fn now(&self) -> Now {
        let (in_use, waiting) = self.admission.load();
        let guests =
            self.guests.all().into_iter().map(|guest| {
                (guest.name.clone(), guest.live.current().number(), guest.live.changes())
            });
        Now { sessions: self.bounds.sessions, in_use, waiting, guests: guests.collect() }
    }

    /// Returns the origin of the listener for operators, as a page reaches it that was asked for at
    /// this host. A page that is looked at elsewhere does not reach one of this machine only.
    pub(crate) fn operators(&self, host: &str) -> Option<String> {
        let address = self.admin_address.get()?;
        let ip = address.ip();
        if ip.is_loopback() {
            return is_local(host).then(|| format!("http://{address}"));
        }
        match ip.is_unspecified() {
            true => Some(format!("http://{host}:{}", address.port())),
            false => Some(format!("http://{address}")),
        }
    }

    /// Returns whether an origin is that of the server's own page, which asks the listener for
    /// operators under the name `named`. A page of another server may have any address and this
    /// server's port, so an address has to be one of this server.
    pub(crate) fn is_of_page(&self, origin: &str, named: &str) -> bool {
        let (Some(address), Some(admin)) = (self.address.get(), self.admin_address.get()) else {
            return false;
        };
        let Some((host, port)) = origin.strip_prefix("http://").and_then(|it| it.rsplit_once(':'))
        else {
            return false;
        };
        let is_told = match admin.ip() {
            ip if ip.is_loopback() => is_local(host),
            ip if ip.is_unspecified() => named == format!("{host}:{}", admin.port()),
            ip => is_local(host) || !is_address(host) || host == in_origin(ip),
        };
        is_told && port == address.port().to_string() && self.access.is_served(host)
    }

    /// Returns a guest by its name, or the only one.
    pub(crate) fn guest(&self, name: Option<&str>) -> Option<Arc<Guest<T>>> {
        match name {
            Some(name) => self.guests.get(name),
            None => self.guests.first().filter(|_| self.is_alone),
        }
    }

    fn add(&self, name: &str, live: Live<T>, bytes: &[u8], file: Option<&Path>) {
        self.guests.insert(Guest::new(name, live, bytes, file, self.convention.clone()));
    }
}

/// A server that is being set up.
pub struct ServerBuilder<T: Send + 'static> {
    shared: Shared<T>,
}

impl<T: Send + 'static> Server<T> {
    /// Returns a builder of a server with these bounds, which serves this machine only.
    pub fn builder(bounds: Bounds) -> ServerBuilder<T> {
        let admission = Admission::new(&bounds);
        ServerBuilder {
            shared: Shared {
                guests: Guests::default(),
                convention: None,
                is_alone: false,
                bounds,
                access: Access::default(),
                admin: Access::default(),
                admission,
                metrics: Some(Metrics::new()),
                #[cfg(feature = "otel")]
                telemetry: None,
                log: Box::new(|_| ()),
                is_ending: AtomicBool::new(false),
                address: OnceLock::new(),
                admin_address: OnceLock::new(),
            },
        }
    }

    /// Serves requests until the future ends, and then until those that are under way have been
    /// answered, or [`Bounds::drain`] is over. Returns whether all were answered.
    ///
    /// # Errors
    /// If the listener has no address.
    pub async fn serve(
        &self,
        listener: TcpListener,
        until: impl Future<Output = ()> + Send,
    ) -> io::Result<bool> {
        let _ = self.shared.address.set(listener.local_addr()?);
        self.run(listener, routes::router(&self.shared), until).await
    }

    /// Serves what operators ask for: `/metrics`, and the generations, which can be replaced and
    /// taken back by who has the token.
    ///
    /// # Errors
    /// As [`Server::serve`].
    pub async fn serve_admin(
        &self,
        listener: TcpListener,
        until: impl Future<Output = ()> + Send,
    ) -> io::Result<bool> {
        let _ = self.shared.admin_address.set(listener.local_addr()?);
        self.run(listener, admin::router(&self.shared), until).await
    }

    /// Replaces a guest, as [`Live::reload`] does. `None` if no guest has the name.
    ///
    /// # Errors
    /// Those of [`Live::reload`].
    ///
    /// # Panics
    /// In an async context, as [`Live::reload`] does.
    pub fn reload(&self, name: &str, bytes: &[u8]) -> Option<Result<u64, NotReplaced>> {
        let guest = self.shared.guests.get(name)?;
        Some(guest.reload(bytes).map(|generation| generation.number()))
    }

    /// Serves one more guest, as [`ServerBuilder::guest`] does.
    pub fn add(&self, name: &str, live: Live<T>, bytes: &[u8], file: Option<&Path>) {
        self.shared.add(name, live, bytes, file);
    }

    /// Serves a guest no more, and returns whether it was served. Calls that are under way end on it.
    pub fn remove(&self, name: &str) -> bool {
        self.shared.guests.remove(name)
    }

    async fn run(
        &self,
        listener: TcpListener,
        router: axum::Router,
        until: impl Future<Output = ()> + Send,
    ) -> io::Result<bool> {
        let bounds = &self.shared.bounds;
        let (connection, graceful) = (self.connection(), GracefulShutdown::new());
        let room = Arc::new(Semaphore::new(bounds.connections));
        let mut until = std::pin::pin!(until);
        loop {
            // Who is one too many waits in the system's queue, and costs nothing here.
            let accepted = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut until => break,
                accepted = accepted => accepted,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (has_begun, begins) = (Arc::new(AtomicBool::new(false)), bounds.request);
            let noted = Arc::clone(&has_begun);
            let service = router.clone().map_request(move |request: Request<Incoming>| {
                noted.store(true, Ordering::Relaxed);
                request
            });
            let service = TowerToHyperService::new(service);
            let serving = connection.serve_connection(TokioIo::new(stream), service).into_owned();
            let serving = graceful.watch(serving);
            tokio::spawn(async move {
                tokio::select! {
                    // What a client does to its connection is no failure of the server.
                    _ = serving => {}
                    () = stays_silent(begins, &has_begun) => {}
                }
                drop(place);
            });
        }
        self.shared.is_ending.store(true, Ordering::Release);
        drop(listener);
        Ok(tokio::time::timeout(bounds.drain, graceful.shutdown()).await.is_ok())
    }

    fn connection(&self) -> auto::Builder<TokioExecutor> {
        let bounds = &self.shared.bounds;
        let headers = u32::try_from(bounds.headers).unwrap_or(u32::MAX);
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.request)
            .max_buf_size(bounds.headers.max(LEAST_BUFFER));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(headers)
            .max_concurrent_streams(128)
            .keep_alive_interval(Some(bounds.request))
            .keep_alive_timeout(bounds.request);
        builder
    }
}

/// Ends when there was no request in this time. After the first one, HTTP itself has a time for the
/// next: that of headers, or of answers to its pings.
async fn stays_silent(time: Duration, has_begun: &AtomicBool) {
    tokio::time::sleep(time).await;
    if has_begun.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}

impl<T: Send + 'static> ServerBuilder<T> {
    /// Sets whose calls are answered.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.shared.access = access;
        self
    }

    /// Sets whose requests to [`Server::serve_admin`] are answered. Without a token, nobody changes
    /// anything.
    #[must_use]
    pub fn admin(mut self, access: Access) -> Self {
        self.shared.admin = access;
        self
    }

    /// Counts nothing, so that [`Server::serve_admin`] has no `/metrics`.
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.shared.metrics = None;
        self
    }

    /// Tells a collector what is served: a span for each call, and the figures, unless the server
    /// is [`uncounted`](Self::uncounted).
    #[cfg(feature = "otel")]
    #[must_use]
    pub fn telemetry(mut self, telemetry: Telemetry) -> Self {
        self.shared.telemetry = Some(telemetry);
        self
    }

    /// Sets a function that is called after each answer.
    #[must_use]
    pub fn log(mut self, log: impl Fn(&Entry) + Send + Sync + 'static) -> Self {
        self.shared.log = Box::new(log);
        self
    }

    /// Sets how core modules among the guests that are added from now on are called. A function then
    /// takes a list of values, each of which says its own type.
    #[must_use]
    pub fn convention(mut self, convention: Option<Convention>) -> Self {
        self.shared.convention = convention;
        self
    }

    /// Adds a guest that is served under `/guests/NAME`. `bytes` is the guest as it was loaded, and
    /// `file` where operators have it read again from.
    #[must_use]
    pub fn guest(self, name: &str, live: Live<T>, bytes: &[u8], file: Option<&Path>) -> Self {
        self.shared.add(name, live, bytes, file);
        self
    }

    /// Returns the server.
    #[must_use]
    pub fn build(self) -> Server<T> {
        #[cfg(feature = "otel")]
        let this = self.with_figures();
        #[cfg(not(feature = "otel"))]
        let this = self;
        let shared = Arc::new(this.shared);
        #[cfg(feature = "otel")]
        if let Some(meter) = shared.telemetry.as_ref().and_then(Telemetry::meter) {
            otel::observe(&meter, &Arc::downgrade(&shared));
        }
        Server { shared }
    }

    /// Has what is counted told to the collector.
    #[cfg(feature = "otel")]
    fn with_figures(mut self) -> Self {
        let meter = self.shared.telemetry.as_ref().and_then(Telemetry::meter);
        if let (Some(meter), Some(metrics)) = (meter, &mut self.shared.metrics) {
            metrics.figures = Some(Arc::new(Figures::new(&meter)));
        }
        self
    }

    /// Returns a server of this guest only, whose paths have no name in them.
    #[must_use]
    pub fn only(mut self, live: Live<T>, bytes: &[u8], file: Option<&Path>) -> Server<T> {
        self.shared.is_alone = true;
        self.guest("guest", live, bytes, file).build()
    }
}

/// Returns an address as it stands in an origin.
fn in_origin(address: IpAddr) -> String {
    match address {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
