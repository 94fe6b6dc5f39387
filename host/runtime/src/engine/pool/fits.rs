//! Checks whether a guest fits into a slot of a pool. Without a pool, a guest that needs too
//! much is noticed when a session starts. With a pool, it is refused when it is loaded.

use wasmtime::{Engine, ResourcesRequired};

use super::error::PoolError;
use crate::error::{Error, Result};
use crate::guest::Linked;
use wit_host_binary::limits::{LimitReached, Limits};
use wit_host_check::engine_error::{reason, root_cause};

/// Returns whether sessions of this engine take their memory from a pool.
pub(crate) fn is_pooled(engine: &Engine) -> bool {
    engine.get_pooling_config().is_some()
}

/// Refuses a linked guest with more memories or tables than a session may have.
pub(crate) fn linked<T: Send + 'static>(linked: &Linked<T>, limits: &Limits) -> Result<()> {
    let (memories, tables, most, reached) = match linked {
        Linked::Component(pre) => {
            // A component that imports modules does not say what it needs. Starting a session of
            // it asks the engine, which then refuses what does not fit.
            let Some(needs) = pre.component().resources_required() else { return Ok(()) };
            let most = (limits.memories, limits.tables);
            let reached = (LimitReached::Memories(most.0), LimitReached::Tables(most.1));
            (needs.num_memories, needs.num_tables, most, reached)
        }
        Linked::Module(linked) => {
            let providers = linked.providers().iter().map(|provider| provider.linked.module());
            let modules = providers.chain([linked.module()]);
            let needs: Vec<ResourcesRequired> =
                modules.map(|module| module.resources_required()).collect();
            let most = (
                limits.module_memories.saturating_mul(needs.len()),
                limits.module_tables.saturating_mul(needs.len()),
            );
            let reached = (
                LimitReached::ModuleMemories(limits.module_memories),
                LimitReached::ModuleTables(limits.module_tables),
            );
            let memories = needs.iter().map(|needs| needs.num_memories).sum();
            (memories, needs.iter().map(|needs| needs.num_tables).sum(), most, reached)
        }
    };
    let over = |needed: u32, most: usize| usize::try_from(needed).is_ok_and(|needed| needed > most);
    refuse(over(memories, most.0).then_some(reached.0))?;
    refuse(over(tables, most.1).then_some(reached.1))
}

/// Returns the error for a guest that the engine refuses because of its pool, if that is the
/// reason.
pub(crate) fn unfit(engine: &Engine, error: &wasmtime::Error) -> Option<Error> {
    // The engine has no type for this error.
    let for_its_sake = is_pooled(engine) && reason(error).contains("pooling allocator");
    for_its_sake.then(|| PoolError::TooLargeGuest { reason: root_cause(error) }.into())
}

fn refuse(limit: Option<LimitReached>) -> Result<()> {
    limit.map_or(Ok(()), |limit| Err(limit.into()))
}
