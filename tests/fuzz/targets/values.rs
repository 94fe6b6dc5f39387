//! Reads arbitrary text as a value of an arbitrary type. If the text is accepted, the value is
//! written as text from which it can be read again.
#![no_main]

#[path = "shape.rs"]
mod shape;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use wit_host::values::{
    Form, Json, JsonStyle, example, from_bytes, from_text, short, to_json_text, to_wave,
};
use wit_host::wasmtime::Engine;
use wit_host::wasmtime::component::Type;

use crate::shape::Shape;

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    shape: Shape,
    form: u8,
    text: &'a str,
    bytes: &'a [u8],
}

fn check_text(ty: &Type, text: &str, form: Form) {
    let value = match from_text("p", ty, text, form) {
        Ok(value) => value,
        Err(error) => {
            let told = error.to_string();
            assert!(
                told.len() < 5_000 && !told.contains('\u{1b}'),
                "not fit for a terminal: {told}"
            );
            return;
        }
    };
    for (form, text) in [(Form::Wave, to_wave(&value)), (Form::Json, to_json_text(&value))] {
        let again = from_text("p", ty, &text, form);
        assert_eq!(again.as_ref(), Ok(&value), "{text}");
    }
    for style in [JsonStyle::default(), JsonStyle::default().data_urls(true).wide_as_text(true)] {
        let written = style.value(ty, &value).expect("a value of the type").to_string();
        let again = Json::parse(&written).and_then(|json| json.value(ty));
        assert_eq!(again.as_ref(), Ok(&value), "{written}");
    }
    assert!(short(&value).chars().count() <= 81);
}

fuzz_target!(|input: Input<'_>| {
    // The engine refuses types that are too deep or too many.
    let Some(ty) = input.shape.ty(&ENGINE) else { return };
    let form = [Form::Wave, Form::Json, Form::Raw][usize::from(input.form % 3)];
    check_text(&ty, input.text, form);
    let _ = from_bytes("p", &ty, input.bytes, form);
    for form in [Form::Wave, Form::Json] {
        if let Some(example) = example(&ty, form) {
            assert!(from_text("p", &ty, &example, form).is_ok(), "{example}");
        }
    }
});
