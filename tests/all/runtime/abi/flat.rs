//! Tests of text that ends with a NUL, and of text as pointer and length.

use wit_host::{Abi, Returns, Val};

use super::{
    ALLOCATE, ALLOCATOR, C_STRING, Gives, MALLOC, PTR_LEN, Refused, Trapped, bytes, check, module,
    numbers, text,
};

const FUNCTIONS: &str = include_str!("cstring.wat");
const SLICES: &str = include_str!("ptr_len.wat");

#[test]
fn text_that_ends_with_nul() {
    let rust = module(&[ALLOCATOR, ALLOCATE, FUNCTIONS]);
    let c = module(&[ALLOCATOR, MALLOC, FUNCTIONS]);
    let number = Abi::CString(Returns::Number);
    let raw = Abi::CString(Returns::Bytes);
    let cases = [
        (&rust, C_STRING, "greet", vec![text("WasmEdge")], Gives(vec![text("Hello, WasmEdge!")])),
        (&rust, C_STRING, "greet", vec![text("")], Gives(vec![text("Hello, !")])),
        (&rust, C_STRING, "greet", vec![text("Grüße 🦀")], Gives(vec![text("Hello, Grüße 🦀!")])),
        (&rust, C_STRING, "itself", vec![text("both")], Gives(vec![text("both")])),
        (&c, C_STRING, "greet_static", vec![text("C")], Gives(vec![text("Hello, C!")])),
        (&c, C_STRING, "itself", vec![text("both")], Gives(vec![text("both")])),
        (&c, C_STRING, "version", vec![], Gives(vec![text("1.2.3")])),
        (&rust, C_STRING, "version", vec![], Gives(vec![text("1.2.3")])),
        (&c, raw, "version", vec![], Gives(vec![bytes(b"1.2.3")])),
        (&c, raw, "binary", vec![], Gives(vec![bytes(b"\xff\xfe")])),
        (&c, C_STRING, "binary", vec![], Trapped("is not UTF-8 from index 0 on")),
        (&c, C_STRING, "print", vec![text("x")], Gives(vec![])),
        (&c, number, "length", vec![text("four")], Gives(vec![Val::S32(4)])),
        (&c, C_STRING, "half", vec![Val::S32(3)], Gives(vec![Val::Float64(1.5)])),
        (&c, C_STRING, "greet", vec![text("a\0b")], Refused("a text has a NUL at index 1")),
        (&c, C_STRING, "half", vec![text("x")], Refused("it takes (f64), and was given (\"x\")")),
        (&c, C_STRING, "greet", vec![], Refused("by `cstring` a text or an array is passed as")),
        (&c, C_STRING, "version", vec![text("x")], Refused("it takes (), and was given (\"x\")")),
        (&c, raw, "half", vec![Val::S32(3)], Refused("a text is returned as one i32")),
    ];
    for (module, abi, function, args, expected) in cases {
        check(module, abi, function, &args, &expected);
    }
}

#[test]
fn an_array_is_filled() {
    for exports in [ALLOCATE, MALLOC] {
        let module = module(&[ALLOCATOR, exports, FUNCTIONS]);
        let filled = vec![Val::S32(8), numbers(&[1, 1, 2, 3, 5, 8])];
        let args = [Val::S32(6), numbers(&[0; 6])];
        check(&module, C_STRING, "fib_array", &args, &Gives(filled));
        let mixed = Val::List(vec![Val::S32(1), Val::S64(1)]);
        check(&module, C_STRING, "print", &[mixed], &Refused("all of one type"));
    }
}

#[test]
fn an_allocator_is_asked_for_where_it_is_needed() {
    let none = module(&[ALLOCATOR, FUNCTIONS]);
    let half = module(&[ALLOCATOR, r#"(export "malloc" (func $allocate))"#, FUNCTIONS]);
    let wanted = "`allocate(i32) -> i32` and `deallocate(i32, i32)`, or \
                  `malloc(i32) -> i32` and `free(i32)`";
    for module in [none, half] {
        check(&module, C_STRING, "greet", &[text("x")], &Refused(wanted));
        check(&module, C_STRING, "version", &[], &Gives(vec![text("1.2.3")]));
    }
    let no_memory = r#"(module (func (export "greet") (param i32) (result i32) (local.get 0)))"#;
    check(no_memory, C_STRING, "greet", &[text("x")], &Refused("exports none named `memory`"));
}

#[test]
fn a_component_needs_no_convention() {
    let add = crate::runtime::session::guards::ADD_COMPONENT;
    for abi in [C_STRING, PTR_LEN, Abi::Bindgen] {
        check(add, abi, "run", &[], &Refused("the guest is a component"));
    }
}

/// The limit holds for data that the guest returns, and not for the arguments that it gets.
#[test]
fn an_array_may_be_as_large_as_the_guest_has_room() {
    let module = module(&[ALLOCATOR, ALLOCATE, FUNCTIONS]);
    let large = numbers(&[7; 5_000]);
    check(&module, C_STRING, "print", std::slice::from_ref(&large), &Gives(vec![large.clone()]));
}

#[test]
fn text_as_pointer_and_length() {
    let rust = module(&[ALLOCATOR, ALLOCATE, SLICES]);
    let c = module(&[ALLOCATOR, MALLOC, SLICES]);
    let (as_text, raw) = (Abi::PtrLen(Returns::Text), Abi::PtrLen(Returns::Bytes));
    let sixteen = Val::List([1, -2, 300].map(Val::S16).to_vec());
    let cases = [
        (&rust, PTR_LEN, "shout", vec![text("Grüße")], Gives(vec![text("Grüße!")])),
        (&rust, PTR_LEN, "shout_packed", vec![text("")], Gives(vec![text("!")])),
        (&rust, as_text, "shout_pair", vec![text("a\0b")], Gives(vec![text("a\0b!")])),
        (&rust, raw, "shout", vec![bytes(b"\xff")], Gives(vec![bytes(b"\xff!")])),
        (&c, PTR_LEN, "itself", vec![text("both")], Gives(vec![text("both")])),
        (&c, PTR_LEN, "length", vec![text("four")], Gives(vec![Val::S32(4)])),
        (
            &c,
            Abi::PtrLen(Returns::Number),
            "sum",
            vec![sixteen, Val::S32(10)],
            Gives(vec![Val::S64(2990)]),
        ),
        (&c, PTR_LEN, "length", vec![Val::S32(1)], Refused("is passed as two i32")),
        (&c, as_text, "live", vec![text("x")], Refused("it takes (), and was given (\"x\")")),
    ];
    for (module, abi, function, args, expected) in cases {
        check(module, abi, function, &args, &expected);
    }
}
