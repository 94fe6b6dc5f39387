//! Explains the engine's traps in plain words: the engine's own term, which can be looked up,
//! and the usual cause.

use wasmtime::Trap;

/// Describes what the guest did and the usual reason.
pub(super) fn in_words(trap: Trap) -> String {
    if trap == Trap::UnreachableCodeReached {
        return "it reached an `unreachable` instruction, as a panic, a failed assertion or an \
                uncaught exception does"
            .into();
    }
    let text = trap.to_string();
    let term = text.trim_start_matches("wasm trap: ");
    match usual_cause(trap) {
        Some(cause) => format!("{term}: {cause}"),
        None => term.into(),
    }
}

/// Returns a sentence for each trap that can occur here and does not explain itself.
fn usual_cause(trap: Trap) -> Option<&'static str> {
    Some(match trap {
        Trap::MemoryOutOfBounds => {
            "it reached outside of its memory, as with a dangling pointer or an index that was \
             not checked"
        }
        Trap::TableOutOfBounds => {
            "it used an index that its table does not have, as with a function pointer that was \
             overwritten"
        }
        Trap::IndirectCallToNull => {
            "it called a function pointer that is null, as one that was never set"
        }
        Trap::BadSignature => {
            "it called a function through a pointer of another type, as after a wrong cast or \
             where a declaration differs from its definition"
        }
        Trap::IntegerOverflow => {
            "it divided the smallest integer by -1, or made an integer of a float that is too large"
        }
        Trap::BadConversionToInteger => {
            "it made an integer of a float that has none, as NaN, infinity or one that is too large"
        }
        Trap::CannotEnterComponent => {
            "it was called while a call of it was under way, which a component does not allow"
        }
        Trap::CannotLeaveComponent => {
            "it called an import while a value was handed over, which its `realloc` and its \
             `post-return` must not"
        }
        Trap::InvalidChar => "it handed over a number as a `char` that is none",
        Trap::StringOutOfBounds => {
            "a string was handed over that does not lie in its giver's memory, or for which its \
             receiver's `realloc` returned an address without that much room"
        }
        Trap::ListOutOfBounds => {
            "a list was handed over that does not lie in its giver's memory, or for which its \
             receiver's `realloc` returned an address without that much room"
        }
        Trap::InvalidDiscriminant => {
            "it handed over a variant, enum, option or result with a case that its type does not \
             have"
        }
        Trap::NullReference => "it used a reference that is null",
        Trap::HeapMisaligned => "it made an atomic access to an address that is not aligned",
        Trap::ArrayOutOfBounds => "it used an index that its array does not have",
        Trap::AllocationTooLarge => "it asked for an object that is too large",
        Trap::CastFailure => "it took a reference for one of another type",
        Trap::UnalignedPointer => {
            "an address was handed over that is not aligned for its type, or the receiver's \
             `realloc` returned one"
        }
        _ => return None,
    })
}
