//! A plain core module that fetches a page through the host and counts a word
//! in it. The page comes in two steps: `fetch` keeps the body on the host and
//! returns its length, `write_mem` copies it to where the guest has room.

use std::env;

mod host {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        /// Keeps the body of the document at the URL, and returns its length.
        pub unsafe fn fetch(url: *const u8, url_length: usize) -> usize;
        /// Copies the kept body to `to`.
        pub unsafe fn write_mem(to: *mut u8);
    }
}

/// What the host calls: how often `WORD` is in the page at `URL`. Both are
/// environment variables, which a host grants one by one.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    let url = env::var("URL").unwrap_or_else(|_| "http://127.0.0.1:8000/".into());
    let word = env::var("WORD").unwrap_or_else(|_| "wasm".into());
    let page = fetch(&url);
    let found = String::from_utf8_lossy(&page).matches(&word).count();
    i32::try_from(found).unwrap_or(i32::MAX)
}

fn fetch(url: &str) -> Vec<u8> {
    // SAFETY: pointer and length are those of `url`, which lives across the call.
    let length = unsafe { host::fetch(url.as_ptr(), url.len()) };
    let mut body = vec![0; length];
    // SAFETY: the host writes as many bytes as it just said, and `body` has them.
    unsafe { host::write_mem(body.as_mut_ptr()) };
    body
}
