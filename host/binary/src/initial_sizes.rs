//! Checks the initial sizes of a guest's memories and tables. How far they may grow is enforced
//! at run time.

use wasmparser::{Parser, Payload};

use crate::limits::{LimitReached, Limits};

/// The size of a page of memory in bytes.
const PAGE: u64 = 64 << 10;

/// Refuses a guest with a memory or a table whose initial size is over the limit.
pub fn initial_sizes(binary: &[u8], limits: &Limits) -> Result<(), LimitReached> {
    let memory = u64::try_from(limits.memory).unwrap_or(u64::MAX);
    let elements = u64::try_from(limits.table_elements).unwrap_or(u64::MAX);
    // A malformed section ends the loop: the engine reports it.
    for payload in Parser::new(0).parse_all(binary).map_while(Result::ok) {
        let limit = match payload {
            Payload::MemorySection(section) => {
                let mut memories = section.into_iter().map_while(Result::ok);
                memories
                    .any(|ty| ty.initial.saturating_mul(PAGE) > memory)
                    .then_some(LimitReached::Memory(limits.memory))
            }
            Payload::TableSection(section) => {
                let mut tables = section.into_iter().map_while(Result::ok);
                tables
                    .any(|table| table.ty.initial > elements)
                    .then_some(LimitReached::TableElements(limits.table_elements))
            }
            _ => None,
        };
        limit.map_or(Ok(()), Err)?;
    }
    Ok(())
}
