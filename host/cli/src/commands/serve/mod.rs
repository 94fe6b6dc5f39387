//! `wit-host serve`: guests' functions over HTTP, or for the program that has started the command. It
//! sets the server up by the options and the host file, and prints what it logs. How requests are
//! answered is the server's.

mod loader;
mod log;
mod signals;
mod telemetry;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use wit_host::{Live, Pool, Reuse, Watched, WatchedFolder, parse_size};
use wit_host_contract::Functions;
use wit_host_providers::{Client, Recording};
use wit_host_server::{Access, Bounds, Server, ServerBuilder, Token};

use loader::Loader;
use log::{line, object};
use signals::{signals, stop_on_signals};
use telemetry::{TELEMETRY_END, telemetry};
use watch::{Folder, again_and_again, watch};

use crate::destination::refuse_read;
use crate::diagnostics::{Record, listen_while_serving};
use crate::options::convention::Convention;
use crate::options::{Options, Usage};
use crate::status::{Status, notice, shown_path};

/// The slots of a guest's pool beside those of calls: for the sessions that two generations keep, and
/// for trying the next one.
const BESIDE_CALLS: usize = 48;

/// Serve a guest's functions over HTTP, with a page to try them
///
/// Each function is `POST /call/FUNCTION` with its arguments as a JSON object, and answers with
/// what it returns: 200, or 422 with the `err` of a result. `/` is a page to try them, and
/// `/openapi.json` describes them. Without GUEST it is all guests of the host file, each under
/// `/guests/NAME`. Each call has a session of its own, unless --reuse says otherwise. The guest
/// reads nothing, and what it writes goes to this command's standard error, unless
/// `--output closed`.
///
/// With --stdio, the functions are called by the program that has started the command, in one
/// JSON-RPC message a line on standard input and output. It may serve what the guest imports:
/// `--import NAME=client`.
#[derive(Args)]
#[command(
    mut_arg("stdio", |output| output.long("output").help("Where the output of guests goes")),
    after_help = "\
Examples:
  wit-host serve guest.wasm
  curl -H 'Content-Type: application/json' -d '{\"name\": \"Ann\"}' http://127.0.0.1:8080/call/greet
  wit-host serve --watch --admin 127.0.0.1:9090 guest.wasm
  wit-host serve --stdio --import shop:prices=client guest.wasm"
)]
pub(crate) struct Serve {
    /// A component or a core module, the name of a guest of the host file, or with --watch a folder
    /// of guests, each of which is then served under `/guests/NAME`
    guest: Option<OsString>,

    /// Serve the program at standard input and output, until it closes the input
    #[arg(
        long = "stdio",
        conflicts_with_all = ["listen", "token_file", "insecure", "server_name", "allow_origin"]
    )]
    client: bool,

    /// The address and port to serve at; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Serve `/metrics` and the generations of guests at this address
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,

    /// Answer calls only with the token in this file: `Authorization: Bearer TOKEN`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Let who has the token in this file replace guests at the address of --admin
    #[arg(long, value_name = "FILE", requires = "admin")]
    admin_token_file: Option<PathBuf>,

    /// Serve other machines without a token
    #[arg(long)]
    insecure: bool,

    /// Answer requests for this host as well, which is what they name and not this machine's name
    #[arg(long, value_name = "NAME")]
    server_name: Vec<String>,

    /// Let pages of this origin call, as https://example.com
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// The number of calls at one time
    #[arg(long, value_name = "NUMBER", default_value = "64")]
    sessions: NonZeroU32,

    /// The number of calls that wait for their turn; one more is answered with 503
    #[arg(long, value_name = "NUMBER", default_value_t = 256)]
    queue: usize,

    /// The most bytes of a request's body
    #[arg(long, value_name = "SIZE", default_value = "1MiB")]
    body: String,

    /// How long calls may go on after a signal has ended this command, as 500ms or 30s
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    drain: Duration,

    /// Let a session serve this many calls, one after another, which then may see what is left of
    /// the ones before
    #[arg(long, value_name = "CALLS")]
    reuse: Option<NonZeroU32>,

    /// Replace a guest whenever its file has changed, and go on with the old one where the new
    /// one is not fit to take its place. Of a folder, also serve guests that are added to it
    #[arg(long)]
    watch: bool,

    /// How to tell of requests, on standard error [default: text, and with --stdio none]
    #[arg(long, value_name = "FORMAT")]
    log: Option<Log>,

    #[command(flatten)]
    record: Record,

    #[command(flatten)]
    convention: Convention,

    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Log {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
    /// Nothing
    None,
}

/// A guest that is served, and where it is from.
struct Loaded {
    name: Option<String>,
    path: PathBuf,
    bytes: Vec<u8>,
    live: Live<Functions>,
}

impl Serve {
    pub(crate) fn execute(mut self) -> Result<Status> {
        let access = self.access()?;
        let client = self.client.then(|| Arc::new(Client::new()));
        if let Some(client) = &client {
            self.options.set_client(Arc::clone(client));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.context("failed to start the threads that serve")?;
        let telemetry = telemetry(&runtime);
        let is_counted = self.admin.is_some() || telemetry.is_some();
        listen_while_serving(is_counted)?;
        let folder = self.folder()?;
        let guests = if folder.is_some() { Vec::new() } else { self.guests()? };
        let mut builder = self.builder(access)?;
        builder = match &telemetry {
            Some(telemetry) => builder.telemetry(telemetry.clone()),
            None if is_counted => builder,
            None => builder.uncounted(),
        };
        let served = runtime.block_on(async {
            let served = self.serve(builder, (guests, folder), client.as_ref()).await;
            if let Some(telemetry) = telemetry
                && !telemetry.end(TELEMETRY_END).await
            {
                notice("the last traces and figures did not reach their collector");
            }
            served
        });
        // What still runs, as a guest that is compiled, must not hold up the end.
        runtime.shutdown_background();
        served
    }

    /// Returns who may call.
    fn access(&self) -> Result<Access> {
        let token = self.token_file.as_deref().map(token).transpose()?;
        if token.is_none() && !self.insecure && !self.listen.ip().is_loopback() {
            return Err(Usage::new(format!(
                "`--listen {}` serves other machines, which anybody could call from; give \
                 `--token-file FILE`, or `--insecure` where something else keeps them out",
                self.listen
            ))
            .into());
        }
        let hosts = self.server_name.clone();
        Ok(Access { hosts, origins: self.allow_origin.clone(), token })
    }

    fn bounds(&self) -> Result<Bounds> {
        let body = parse_size(&self.body).map_err(|reason| {
            Usage::new(format!("invalid value '{}' for '--body': {reason}", self.body))
        })?;
        let mut bounds = Bounds::default();
        bounds.sessions = usize::try_from(self.sessions.get()).unwrap_or(usize::MAX);
        bounds.queue = self.queue;
        bounds.body = usize::try_from(body).unwrap_or(usize::MAX);
        bounds.drain = self.drain;
        Ok(bounds)
    }

    fn builder(&self, access: Access) -> Result<ServerBuilder<Functions>> {
        let token = self.admin_token_file.as_deref().map(token).transpose()?;
        let admin = Access { hosts: access.hosts.clone(), token, ..Access::default() };
        let builder = Server::builder(self.bounds()?).access(access).admin(admin);
        let by_default = if self.client { Log::None } else { Log::Text };
        Ok(match self.log.unwrap_or(by_default) {
            Log::None => builder,
            Log::Text => builder.log(|entry| notice(&line(entry))),
            Log::Json => builder.log(|entry| {
                // Whoever read the log may be gone.
                let _ = writeln!(io::stderr(), "{}", object(entry));
            }),
        })
    }

    /// Loads the guest, or all of the host file.
    fn guests(&mut self) -> Result<Vec<Loaded>> {
        let named = self.named()?;
        // Making the file of the recording empties it.
        for (_, path) in &named {
            if let Some(file) = self.record.path() {
                refuse_read(file, self.options.modules().read_with(path))?;
            }
        }
        let recording = self.record.begin(&self.options, std::iter::empty())?;
        let load = |(name, path): (Option<String>, PathBuf)| {
            if let Some(name) = &name {
                self.options.choose(name);
            }
            self.load(name, path, recording.as_ref())
        };
        named.into_iter().map(load).collect()
    }

    /// Returns the guest, or all of the host file with their names.
    fn named(&mut self) -> Result<Vec<(Option<String>, PathBuf)>> {
        if let Some(mut guest) = self.guest.take() {
            self.options.resolve(&mut guest)?;
            return Ok(vec![(None, PathBuf::from(guest))]);
        }
        let file = self.options.host_file().get()?;
        let all: Vec<_> = file.into_iter().flat_map(|file| &file.guests).collect();
        let all = all.into_iter().map(|(name, guest)| (Some(name.clone()), guest.file.clone()));
        let all: Vec<_> = all.collect();
        if all.is_empty() {
            let reason = "a guest is missing; give its file, or a host file that names guests";
            return Err(Usage::new(reason.to_owned()).into());
        }
        Ok(all)
    }

    fn load(
        &self,
        name: Option<String>,
        path: PathBuf,
        recording: Option<&Arc<Recording>>,
    ) -> Result<Loaded> {
        let loader = self.loader(recording)?;
        let bytes = loader.runtime.read(&path)?;
        let live = loader.live(&path, &bytes)?;
        let current = live.current();
        self.options.modules().tell_unused(|| current.guest().imports());
        // Of several guests, the option is for those that are core modules.
        if name.is_none() {
            self.convention.of(current.guest())?;
        }
        Ok(Loaded { name, path, bytes, live })
    }

    /// Returns what makes a guest that is served of a file's content.
    fn loader(&self, recording: Option<&Arc<Recording>>) -> Result<Loader> {
        let sessions = usize::try_from(self.sessions.get()).unwrap_or(usize::MAX);
        let builder = self.options.unobserved_builder(recording)?;
        // Many guests would take the slots from each other, for sessions that they keep.
        let builder = match self.is_folder() {
            true => builder,
            false => builder.pool(Pool::new(sessions.saturating_add(BESIDE_CALLS))),
        };
        let runtime = builder.build()?;
        let grants = self.record.seen(self.options.grants()?, recording);
        let is_told = !self.options.is_closed();
        let reuse = self.reuse.map_or(Reuse::Never, Reuse::Calls);
        Ok(Loader { runtime, grants, is_told, reuse })
    }

    fn is_folder(&self) -> bool {
        self.guest.as_deref().is_some_and(|path| Path::new(path).is_dir())
    }

    /// Returns the folder of guests that is to be served, if it is one.
    fn folder(&self) -> Result<Option<Folder>> {
        let folder = self.guest.as_deref().map(Path::new).filter(|_| self.is_folder());
        let Some(path) = folder else { return Ok(None) };
        if !self.watch {
            let path = shown_path(path);
            let reason = format!("`{path}` is a folder; `--watch` serves the guests in it");
            return Err(Usage::new(reason).into());
        }
        let most = self.options.limits()?.file_size;
        let recording = self.record.begin(&self.options, std::iter::empty())?;
        let loader = self.loader(recording.as_ref())?;
        Ok(Some(Folder { watched: WatchedFolder::new(path, most), loader, failed: None }))
    }

    async fn serve(
        &self,
        mut builder: ServerBuilder<Functions>,
        (mut guests, folder): (Vec<Loaded>, Option<Folder>),
        client: Option<&Arc<Client>>,
    ) -> Result<Status> {
        let mut watched = Vec::new();
        for Loaded { name, path, bytes, .. } in &guests {
            let most = self.options.limits()?.file_size;
            let name = name.clone().unwrap_or_else(|| ALONE.to_owned());
            watched.push((name, path.clone(), Watched::new(path, bytes, most)));
        }
        builder = builder.convention(self.convention.of_modules()?.map(|abi| {
            let allocator = self.convention.allocator();
            wit_host_server::Convention { abi, allocator }
        }));
        let is_alone = guests.first().is_some_and(|guest| guest.name.is_none());
        let server = match (is_alone, guests.pop()) {
            (true, Some(Loaded { path, bytes, live, .. })) => {
                builder.only(live, &bytes, Some(&path))
            }
            (_, last) => {
                for Loaded { name, path, bytes, live, .. } in guests.into_iter().chain(last) {
                    builder = builder.guest(&name.unwrap_or_default(), live, &bytes, Some(&path));
                }
                builder.build()
            }
        };
        let listener = match client {
            Some(_) => None,
            None => Some(listen(self.listen, "--listen").await?),
        };
        let admin = match self.admin {
            Some(address) => Some(listen(address, "--admin").await?),
            None => None,
        };
        if let Some(mut folder) = folder {
            // A file is taken in the second look, so that those that are there are served at once.
            let first = server.clone();
            let looked = tokio::task::spawn_blocking(move || {
                (0..2).for_each(|_| folder.look(&first));
                folder
            });
            let (mut folder, server) = (looked.await.context(FAILED)?, server.clone());
            again_and_again(move || folder.look(&server));
        } else if self.watch {
            watch(server.clone(), watched);
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        tokio::spawn(stop_on_signals(signals()?, stop.clone()));
        let until = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let serving = async {
            let until = until(stopped.clone());
            let ended = match (listener, client) {
                (Some(listener), _) => server.serve(listener, until).await.context(FAILED),
                (None, Some(client)) => serve_client(&server, client, until).await,
                (None, None) => Ok(true),
            };
            // Without callers there is nothing left to operate.
            let _ = stop.send(true);
            ended
        };
        let ended = match admin {
            None => serving.await,
            Some(admin) => {
                let until = until(stopped.clone());
                let (ended, _) = tokio::join!(serving, server.serve_admin(admin, until));
                ended
            }
        };
        if !ended? {
            notice("some calls had not ended when the time to end was over");
        }
        Ok(Status::Guest(0))
    }
}

const FAILED: &str = "failed to serve";

/// Serves the program at standard input and output.
async fn serve_client(
    server: &Server<Functions>,
    client: &Arc<Client>,
    until: impl Future<Output = ()> + Send,
) -> Result<bool> {
    let requests = client.connect(std::io::stdin(), std::io::stdout()).context(FAILED)?;
    let served = server.serve_client(client, requests, until).await;
    served.map_err(|reason| Usage::new(format!("the client is not understood: {reason}")).into())
}

/// The name of a guest that is served without one.
const ALONE: &str = "guest";

async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("failed to listen at `{option} {address}`"))?;
    let address = listener.local_addr().unwrap_or(address);
    notice(&match option {
        "--admin" => format!("serving operators at http://{address}"),
        _ => format!("serving at http://{address}"),
    });
    Ok(listener)
}

fn token(path: &Path) -> Result<Token> {
    let failed = || format!("failed to read the token in `{}`", shown_path(path));
    let text = std::fs::read_to_string(path).with_context(failed)?;
    let empty = || Usage::new(format!("the token in `{}` is empty", shown_path(path)));
    Ok(Token::new(&text).ok_or_else(empty)?)
}
