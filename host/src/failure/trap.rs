//! The engine's traps in plain words: what the guest did, and what usually is
//! behind it.

use wasmtime::Trap;

/// A sentence for each trap that a guest can run into here. The engine's own
/// words do for those of features that are off.
pub(super) fn in_words(trap: Trap) -> String {
    let sentence = match trap {
        Trap::UnreachableCodeReached => {
            "it reached an `unreachable` instruction, as a panic or a failed assertion does"
        }
        Trap::MemoryOutOfBounds => {
            "it read or wrote outside of its memory, as a dangling or null pointer or an index \
             without a check does"
        }
        Trap::TableOutOfBounds => {
            "it called through a function pointer that is no index of its table, as one that was \
             overwritten is"
        }
        Trap::IndirectCallToNull => {
            "it called through a function pointer that is null, as one that was never set or whose \
             object was freed is"
        }
        Trap::BadSignature => {
            "it called a function through a pointer of another type, as a wrong cast or a \
             declaration that differs from the definition makes one"
        }
        Trap::IntegerDivisionByZero => "it divided an integer by zero",
        Trap::IntegerOverflow => {
            "the result of an integer division is too large for its type: the smallest number \
             was divided by -1"
        }
        Trap::BadConversionToInteger => {
            "it converted a float to an integer that cannot hold it, as NaN or a number that is \
             too large"
        }
        Trap::StackOverflow => "it ran out of stack, as a recursion without an end does",
        Trap::OutOfFuel => "it ran out of fuel",
        Trap::CannotEnterComponent => {
            "it was called while a call of it was under way, which a component does not allow"
        }
        Trap::CannotLeaveComponent => {
            "it called an import while a value was handed over, as an allocation function or a \
             `post-return` must not"
        }
        Trap::InvalidChar => {
            "it handed over a `char` that is none, as a number that was not checked may be"
        }
        Trap::StringOutOfBounds => {
            "it handed over a string that does not lie in its memory: its pointer or its length \
             is wrong"
        }
        Trap::ListOutOfBounds => {
            "it handed over a list that does not lie in its memory: its pointer or its length is \
             wrong"
        }
        Trap::InvalidDiscriminant => {
            "it handed over a variant, enum, option or result with a case that its type does not \
             have"
        }
        Trap::UnalignedPointer => {
            "it handed over a pointer that is not aligned as its type has to be"
        }
        other => return other.to_string().trim_start_matches("wasm trap: ").to_owned(),
    };
    sentence.into()
}
