//! The guest of `guest/component` without the standard library: what is left is the
//! guest's own code, the bindings and an allocator, and nothing asks for WASI.

#![no_std]

extern crate alloc;

use alloc::alloc::{Layout, alloc, realloc};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use core::arch::wasm32::unreachable;
use core::panic::PanicInfo;
use core::ptr::without_provenance_mut;

use dlmalloc::GlobalDlmalloc;
use wit_host::contract::fetch::{self, FetchError};
use wit_host::contract::{math, strings};

wit_bindgen::generate!({
    path: "../../wit",
    world: "plugin",
});

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

// The compiler takes `memcmp` and the like for granted.
#[link(name = "c")]
unsafe extern "C" {}

/// The host's way to the allocator, by the rules of the canonical ABI. Where there is a
/// standard library, this is a part of it.
///
/// # Safety
/// The block has to be one from here, of that size and alignment.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(
    block: *mut u8,
    old_size: usize,
    alignment: usize,
    size: usize,
) -> *mut u8 {
    let Ok(layout) = Layout::from_size_align(size.max(old_size), alignment) else { unreachable() };
    // SAFETY: the layout is that of the block, or of a new one, and neither is empty.
    let room = match (old_size, size) {
        (_, 0) => return without_provenance_mut(alignment),
        (0, _) => unsafe { alloc(layout) },
        _ => unsafe {
            realloc(block, Layout::from_size_align_unchecked(old_size, alignment), size)
        },
    };
    if room.is_null() { unreachable() } else { room }
}

/// A message would cost more than all the rest.
#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    unreachable()
}

struct Component;

impl Guest for Component {
    fn run() -> i32 {
        math::add(1, 2)
    }

    fn greet(name: String) -> String {
        let is_url = name.starts_with("http://") || name.starts_with("https://");
        let name = if is_url { fetched(&name) } else { name };
        let name = if name.is_empty() { "world".to_owned() } else { name };
        let greeting = strings::concat("Hello, ", &joined(&name));
        strings::concat(&strings::to_upper(&greeting), "!")
    }
}

/// The document at `url` as text, or who is greeted where there is none.
fn fetched(url: &str) -> String {
    match fetch::get(url) {
        Ok(body) => strings::from_utf8(&body)
            .unwrap_or_else(|error| format!("nobody (no text after {} bytes)", error.valid_up_to)),
        Err(FetchError::Denied(host)) => format!("nobody (denied: {host})"),
        Err(FetchError::InvalidUrl(reason)) => format!("nobody (invalid URL: {reason})"),
        Err(FetchError::TooLarge(limit)) => format!("nobody (larger than {limit} bytes)"),
        Err(FetchError::TimedOut(limit)) => format!("nobody (not there after {limit} ms)"),
        Err(FetchError::Failed(reason)) => format!("nobody (failed: {reason})"),
    }
}

/// `a,b` as `a and b`.
fn joined(names: &str) -> String {
    let names = strings::split(names, ",").into_iter();
    names
        .reduce(|all, name| strings::concat(&strings::concat(&all, " and "), &name))
        .unwrap_or_default()
}

export!(Component);
