//! Starts a session: a store with all guards, and its one instance, which is set up under the
//! guards of a call.

use std::pin::pin;
use std::sync::Arc;

use tracing::Span;
use wasmtime::Store;

use super::guard::Guards;
use super::{Live, Session, sync};
use crate::blocking::executor::{at_once, with_stack};
use crate::engine::pool::Permit;
use crate::error::Result;
use crate::failure::CallSite;
use crate::guest::{Guest, Linked, Loaded};
use crate::provider::Chain;
use crate::store::grants::Grants;
use crate::store::guarded_store;
use crate::store::state::State;
use crate::store::usage::Usage;
use wit_host_binary::limits::Limits;

/// What a session may touch and spend.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) grants: Arc<Grants>,
    /// The limits. None of them is above the runtime's.
    pub(crate) limits: Arc<Limits>,
}

const INSTANTIATE: CallSite<'static> = CallSite { function: "instantiate", arguments: &[] };

impl<T: Send + 'static> Session<T> {
    pub(crate) async fn start(
        guest: &Guest<T>,
        data: T,
        terms: &Terms,
        permit: Option<Permit>,
    ) -> Result<Self> {
        let span = tracing::debug_span!("session", kind = %guest.kind());
        Self::new(guest, data, terms, permit, span)?.started_up(&guest.loaded).await
    }

    /// Starts a session whose memory counts into another one's sum.
    pub(crate) async fn start_in(
        guest: &Guest<T>,
        data: T,
        chain: Option<&Arc<Chain>>,
    ) -> Result<Self> {
        let inner = guest.inner();
        let permit = inner.permit().await?;
        let (grants, limits) = (Arc::clone(&inner.grants), Arc::clone(&inner.limits));
        let terms = Terms { grants, limits };
        // It goes on when the call is over that it is started for.
        let span = tracing::debug_span!(parent: None, "session", kind = %guest.kind());
        let mut session = Self::new(guest, data, &terms, permit, span)?;
        if let Some(chain) = chain {
            // Before the instance is made, since its first memory counts as well.
            session.store.data_mut().meter.join(chain);
            session.allow_handles();
        }
        session.started_up(&guest.loaded).await
    }

    /// Makes the session's instance.
    async fn started_up(mut self, loaded: &Loaded<T>) -> Result<Self> {
        // Set-up is timed by epochs, since reading the clock twice takes as long as a short
        // call.
        let live = self.timed(INSTANTIATE, false, async |store| instantiated(store, loaded).await);
        self.live = Some(live.await?);
        self.is_sync = self.ask_whether_sync(loaded);
        Ok(self)
    }

    /// Starts a session for a caller that blocks, of a guest that is known to import nothing
    /// async.
    pub(crate) fn start_sync(
        guest: &Guest<T>,
        data: T,
        terms: &Terms,
        permit: Option<Permit>,
    ) -> Result<Self> {
        let span = tracing::debug_span!("session", kind = %guest.kind());
        let mut session = Self::new(guest, data, terms, permit, span)?;
        session.is_sync = true;
        session.store.data_mut().is_sync = true;
        let call = |store: &mut Store<State<T>>| {
            let never = || wasmtime::format_err!("the guest waits, although nothing is async");
            at_once(pin!(instantiated(store, &guest.loaded))).unwrap_or_else(|| Err(never()))
        };
        let started =
            with_stack(session.guards.stack, || session.timed_sync(&INSTANTIATE, false, call));
        session.live = Some(started?);
        session.store.data_mut().is_sync = false;
        Ok(session)
    }

    /// Creates a session that has no instance yet.
    fn new(
        guest: &Guest<T>,
        data: T,
        terms: &Terms,
        permit: Option<Permit>,
        span: Span,
    ) -> Result<Self> {
        let store = guarded_store(guest, data, terms)?;
        Ok(Self {
            guest: guest.clone(),
            store,
            limits: Arc::clone(&terms.limits),
            guards: Guards::of(guest.inner(), &terms.limits),
            live: None,
            spent: Usage::default(),
            last_call: String::new(),
            is_sync: false,
            calls: 0,
            ended: false,
            exited: None,
            command: None,
            span,
            callees: None,
            allocator: None,
            _permit: permit,
        })
    }

    fn ask_whether_sync(&mut self, loaded: &Loaded<T>) -> bool {
        // This is found out once for a guest, with its first instance.
        let is_possible = || sync::is_possible(&loaded.linked, &mut self.store);
        *loaded.is_sync.get_or_init(is_possible)
    }
}

/// Instantiates the guest, and sets it up.
async fn instantiated<T: Send + 'static>(
    store: &mut Store<State<T>>,
    loaded: &Loaded<T>,
) -> wasmtime::Result<Live> {
    match &loaded.linked {
        Linked::Component(pre) => {
            let instance = match store.data().is_sync {
                true => pre.instantiate(store),
                false => pre.instantiate_async(store).await,
            };
            instance.map(Live::Component)
        }
        Linked::Module(linked) => {
            let instance = linked.start(store).await?;
            Ok(Live::Module { instance, started: !linked.starts() })
        }
    }
}
