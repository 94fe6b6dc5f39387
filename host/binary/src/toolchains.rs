//! Recognises core modules that were built for another host, by the imports that their
//! toolchain leaves in them. The module is one table of names. It does not know which of these
//! imports this host provides.

use wasmparser::{Encoding, Parser, Payload};

/// The toolchain or the host that a core module was built for.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Toolchain {
    /// Its name.
    pub name: &'static str,
    /// A sentence that says what a module with these imports was built for.
    pub cause: &'static str,
    /// How to build the module for this host.
    pub fix: &'static str,
}

/// A toolchain and the imports that identify it.
struct Known {
    toolchain: Toolchain,
    /// Pairs of a module's and a name's pattern, one of which has to match. A `*` in a pattern
    /// stands for any text. A name with parentheses contains its type.
    marks: &'static [(&'static str, &'static str)],
    /// A module that the guest has to import from as well.
    beside: Option<&'static str>,
    /// Whether every import that this host does not provide is put down to the toolchain. If
    /// not, only the imports that match are.
    is_whole: bool,
}

const fn known(
    name: &'static str,
    cause: &'static str,
    fix: &'static str,
    marks: &'static [(&'static str, &'static str)],
) -> Known {
    Known { toolchain: Toolchain { name, cause, fix }, marks, beside: None, is_whole: true }
}

const fn in_part(known: Known) -> Known {
    Known { is_whole: false, ..known }
}

const PREVIEW_1: &str = "wasi_snapshot_preview1";
const GO: &str =
    "build it with `GOOS=wasip1 GOARCH=wasm go build`, or with `tinygo build -target=wasip2`";
const TINYGO: &str = "build it with `tinygo build -target=wasip1` or `-target=wasip2`";
const TINYGO_CAUSE: &str =
    "the guest was built by TinyGo for a browser (`-target=wasm`), with a `wasm_exec.js` beside it";
const OTHER_LANGUAGE: &str = "write the guest in a language whose compilers target WASI, as Rust, C, Go, Python or \
     JavaScript (`wit_host_scaffold::Project` makes projects)";
const THIS_HOST: &str =
    "build it against this host's contract, for which `wit_host_scaffold::Project` makes projects";

/// The known toolchains. The most specific ones come first: a runtime that is built on another
/// one stands before it, since its modules import from both.
const KNOWN: &[Known] = &[
    known(
        "wasm-bindgen",
        "the guest was built by wasm-bindgen for JavaScript: a crate in it calls a browser or \
         Node.js",
        "build it for wasm32-wasip1 or wasm32-wasip2, without what calls JavaScript in its crates: \
         turn off features such as `js`, `wasmbind` and `wasm-bindgen` (`cargo tree -i \
         wasm-bindgen` says which crate brings it)",
        &[
            ("__wbindgen_*", "*"),
            ("wbg", "*"),
            ("*_bg.js", "*"),
            ("*", "__wbindgen_*"),
            ("*", "__wbg_*"),
        ],
    ),
    known(
        "Node-API",
        "the guest was built as an add-on of Node.js (Node-API, as napi-rs and emnapi make them)",
        "build the library in it for wasm32-wasip1 or wasm32-wasip2, without its bindings to \
         Node.js",
        &[("*", "napi_*"), ("napi", "*"), ("emnapi", "*"), ("*", "_emnapi_*"), ("*", "emnapi_*")],
    ),
    known(
        ".NET",
        "the guest is the runtime of .NET for a browser (Blazor)",
        "build it for WASI, with the runtime identifier `wasi-wasm`",
        &[
            ("*", "mono_*"),
            ("*", "dotnet_*"),
            ("dotnet*", "*"),
            ("*", "SystemJS_*"),
            ("*", "SystemInteropJS_*"),
            ("*", "SystemNative_*"),
        ],
    ),
    known(
        "a linker, for a side module",
        "the guest was linked as a side module (`-shared`, `-sSIDE_MODULE`), which a program \
         loads into its own memory",
        "link it as one that stands alone: without `-shared`, `-fPIC` and `-sSIDE_MODULE`, and with \
         `-mexec-model=reactor` where its functions are called",
        &[
            ("GOT.mem", "*"),
            ("GOT.func", "*"),
            ("env", "__memory_base"),
            ("env", "__table_base"),
            ("env", "__stack_pointer"),
        ],
    ),
    known(
        "a compiler, for a linker",
        "the guest is an object file, which has not been linked",
        "link it (`wasm-ld`, or the compiler without `-c`)",
        &[("env", "__linear_memory"), ("env", "__indirect_function_table_base")],
    ),
    known(
        "TinyGo",
        TINYGO_CAUSE,
        TINYGO,
        &[
            ("gojs", "runtime.ticks"),
            ("gojs", "runtime.sleepTicks"),
            ("env", "runtime.*"),
            ("env", "syscall/js.*"),
        ],
    ),
    Known { beside: Some(PREVIEW_1), ..known("TinyGo", TINYGO_CAUSE, TINYGO, &[("gojs", "*")]) },
    known(
        "Go",
        "the guest was built by Go for JavaScript (`GOOS=js`), with a `wasm_exec.js` beside it",
        GO,
        &[("gojs", "*"), ("go", "runtime.*"), ("go", "syscall/js.*"), ("go", "debug")],
    ),
    known(
        "Kotlin",
        "the guest was built by Kotlin for JavaScript (`wasmJs`)",
        OTHER_LANGUAGE,
        &[("js_code", "*"), ("*.uninstantiated.mjs", "*"), ("*", "kotlin.*")],
    ),
    known(
        "Dart",
        "the guest was built by Dart or Flutter for a browser",
        OTHER_LANGUAGE,
        &[("dart2wasm", "*")],
    ),
    known(
        "Java",
        "the guest was built from Java for a browser (TeaVM, GraalVM)",
        OTHER_LANGUAGE,
        &[("teavm*", "*"), ("*", "teavm*"), ("jsbody", "*")],
    ),
    known(
        "Scala.js",
        "the guest was built by Scala.js, for JavaScript",
        OTHER_LANGUAGE,
        &[("__scalaJS*", "*")],
    ),
    known(
        "wasm_of_ocaml",
        "the guest was built by wasm_of_ocaml, for JavaScript",
        OTHER_LANGUAGE,
        &[("OCaml", "*")],
    ),
    known(
        "JavaScriptKit",
        "the guest was built from Swift for a browser (JavaScriptKit)",
        "build it for WASI, without JavaScriptKit",
        &[("javascript_kit", "*")],
    ),
    known(
        "MoonBit",
        "the guest was built by MoonBit, whose `println` is a function of its own host",
        "leave `println` out, or build it as a component (`--target wasm`, with wit-bindgen)",
        &[("spectest", "print_char"), ("moonbit:ffi", "*")],
    ),
    known(
        "a compiler, for JavaScript's strings",
        "the guest was built for JavaScript, whose strings it uses as they are",
        OTHER_LANGUAGE,
        &[("wasm:js-string", "*")],
    ),
    known(
        "Extism",
        "the guest is a plug-in for Extism, and calls functions that only its host has",
        THIS_HOST,
        &[("extism:*", "*"), ("env", "extism_*")],
    ),
    known(
        "Proxy-Wasm",
        "the guest is a filter for a proxy (Proxy-Wasm), and calls functions that only that has",
        THIS_HOST,
        &[("env", "proxy_*")],
    ),
    known(
        "waPC",
        "the guest was built for waPC, and calls functions that only its host has",
        THIS_HOST,
        &[("wapc", "*")],
    ),
    known(
        "CosmWasm",
        "the guest is a contract for a chain (CosmWasm), and calls functions that only that has",
        THIS_HOST,
        &[("env", "db_read"), ("env", "addr_canonicalize")],
    ),
    known(
        "Fastly",
        "the guest was built for Fastly Compute, and calls functions that only that has",
        THIS_HOST,
        &[("fastly_*", "*")],
    ),
    known(
        "WASIX",
        "the guest was built for WASIX, an extension of WASI that only Wasmer has",
        "build it for WASI itself: wasm32-wasip1 or wasm32-wasip2",
        &[("wasix_*", "*"), ("wasi_snapshot_preview1", "callback_*")],
    ),
    known(
        "wasi-threads",
        "the guest was built for threads of WASI (wasm32-wasip1-threads), which start further \
         instances on a shared memory",
        "build it for one thread: for wasm32-wasip1, without `-pthread`",
        &[("wasi", "thread-spawn"), ("wasi", "thread_spawn")],
    ),
    known(
        "Emscripten",
        "the guest was built by Emscripten for JavaScript, with a `.js` file beside it",
        "build it with wasi-sdk (`clang --target=wasm32-wasip1`), or with `emcc -sSTANDALONE_WASM` \
         and without what calls JavaScript, exceptions and `setjmp`",
        &[
            ("env", "invoke_*"),
            ("*", "emscripten_*"),
            ("*", "_emscripten_*"),
            ("*", "__syscall_*"),
            ("*", "_embind_*"),
            ("*", "_emval_*"),
            ("env", "__cxa_*"),
            ("env", "_*_js"),
            ("env", "setTempRet0"),
            ("env", "getTempRet0"),
            ("asm2wasm", "*"),
            // From here on: toolchains that shorten the names of imports.
            ("a", "a"),
        ],
    ),
    in_part(known(
        "AssemblyScript",
        "the guest was built by AssemblyScript, whose runtime calls functions that it expects of \
         JavaScript",
        "give it functions of its own in their place (`asc --use abort=assembly/index/abort`, and \
         `seed` and `trace` in the same way), or build it with `@assemblyscript/wasi-shim`",
        &[
            ("env", "seed() -> f64"),
            ("env", "trace(i32, i32, f64, f64, f64, f64, f64)"),
            ("env", "abort(i32, i32, i32, i32)"),
            ("env", "console.*"),
            ("env", "Date.*"),
            ("env", "performance.*"),
            ("Math", "*"),
        ],
    )),
    in_part(known(
        "a linker, without C's library",
        "functions of C's library were left undefined when the guest was linked (`--allow-undefined`, \
         or Rust's wasm32-unknown-unknown, which has no such library)",
        "build it with wasi-sdk (C and C++) or for wasm32-wasip1 (Rust), which bring one",
        &[
            ("env", "malloc"),
            ("env", "calloc"),
            ("env", "realloc"),
            ("env", "free"),
            ("env", "memcpy"),
            ("env", "memmove"),
            ("env", "memset"),
            ("env", "memcmp"),
            ("env", "strlen"),
            ("env", "strcmp"),
            ("env", "printf"),
            ("env", "fprintf"),
            ("env", "snprintf"),
            ("env", "puts"),
            ("env", "time"),
            ("env", "gettimeofday"),
            ("env", "clock_gettime"),
            ("env", "pow"),
            ("env", "__assert_fail"),
            ("env", "__errno_location"),
        ],
    )),
    in_part(known(
        "a linker, with functions undefined",
        "functions of C++ or Rust were left undefined when the guest was linked",
        "link the library that they are in as well, and without `--allow-undefined`",
        &[("env", "_ZN*"), ("env", "_Z*"), ("env", "_R*"), ("env", "__rust_*"), ("env", "rust_*")],
    )),
];

/// A function that a module imports and this host does not provide.
#[derive(Clone, Copy, Debug)]
pub struct Unserved<'i> {
    /// The module that the function is imported from.
    pub module: &'i str,
    /// The function's name in that module.
    pub name: &'i str,
    /// The function's flat type in Rust's notation. Empty for imports that are not functions.
    pub ty: &'i str,
}

/// Returns the toolchain that a module was built for, and which of the `unserved` imports it
/// accounts for. `modules` are the names of all modules that it imports from.
pub fn toolchain(
    unserved: &[Unserved<'_>],
    modules: &[&str],
) -> Option<(Toolchain, impl Fn(&Unserved<'_>) -> bool + use<>)> {
    let is_known = |known: &&'static Known| {
        unserved.iter().any(|import| known.is_mark(import))
            && known.beside.is_none_or(|beside| modules.contains(&beside))
    };
    let known = KNOWN.iter().find(is_known)?;
    Some((known.toolchain, |import: &Unserved<'_>| known.is_whole || known.is_mark(import)))
}

/// Returns the toolchain that a core module was built for, judged by all of its imports. For
/// modules whose types cannot be read, so that it is unknown which imports are provided.
pub(crate) fn toolchain_of(binary: &[u8]) -> Option<Toolchain> {
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(binary) {
        match payload {
            Ok(Payload::Version { encoding: Encoding::Component, .. }) | Err(_) => return None,
            Ok(Payload::ImportSection(section)) => {
                imports.extend(section.into_imports().flatten());
            }
            Ok(Payload::CodeSectionStart { .. }) => break,
            Ok(_) => {}
        }
    }
    let modules: Vec<_> = imports.iter().map(|import| import.module).collect();
    let unserved: Vec<_> = imports
        .iter()
        .filter(|import| import.module != PREVIEW_1)
        .map(|import| Unserved { module: import.module, name: import.name, ty: "" })
        .collect();
    let any = Unserved { module: "", name: "", ty: "" };
    let found = toolchain(&unserved, &modules);
    found.filter(|(_, accounts_for)| accounts_for(&any)).map(|(toolchain, _)| toolchain)
}

impl Known {
    fn is_mark(&self, import: &Unserved<'_>) -> bool {
        self.marks.iter().any(|(module, name)| {
            covers(module, import.module)
                && match name.split_once('(') {
                    Some((plain, _)) => {
                        plain == import.name && name.strip_prefix(plain) == Some(import.ty)
                    }
                    None => covers(name, import.name),
                }
        })
    }
}

/// Returns whether `text` matches `pattern`.
fn covers(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        _ if pattern == "*" => true,
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        _ => match pattern.split_once('*') {
            Some((start, end)) => text.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
            None => pattern == text,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(imports: &[(&str, &str)]) -> Option<&'static str> {
        let unserved: Vec<_> = imports
            .iter()
            .map(|(module, full)| {
                let plain = full.find('(').unwrap_or(full.len());
                Unserved { module, name: &full[..plain], ty: &full[plain..] }
            })
            .collect();
        let modules: Vec<_> = imports.iter().map(|(module, _)| *module).collect();
        toolchain(&unserved, &modules).map(|(found, _)| found.name)
    }

    #[test]
    fn each_is_known_by_its_imports() {
        for (imports, name) in [
            (&[("__wbindgen_placeholder__", "__wbindgen_describe")][..], "wasm-bindgen"),
            (&[("./my_crate_bg.js", "__wbg_log_1")], "wasm-bindgen"),
            (&[("wbg", "a")], "wasm-bindgen"),
            (&[("env", "memory"), ("env", "napi_create_string")], "Node-API"),
            (&[("env", "emscripten_date_now"), ("env", "mono_wasm_trace")], ".NET"),
            (&[("GOT.func", "f"), ("env", "__cxa_throw")], "a linker, for a side module"),
            (&[("env", "__linear_memory")], "a compiler, for a linker"),
            (&[("gojs", "syscall/js.valueGet"), (PREVIEW_1, "fd_write")], "TinyGo"),
            (&[("gojs", "runtime.ticks")], "TinyGo"),
            (&[("gojs", "runtime.wasmExit"), ("gojs", "syscall/js.valueGet")], "Go"),
            (&[("go", "syscall/js.valueGet")], "Go"),
            (&[("env", "invoke_ii")], "Emscripten"),
            (&[("env", "_munmap_js")], "Emscripten"),
            (&[("a", "b"), ("a", "a")], "Emscripten"),
            (&[("env", "seed() -> f64")], "AssemblyScript"),
            (&[("wasi", "thread-spawn")], "wasi-threads"),
            (&[("env", "strlen")], "a linker, without C's library"),
            (&[("env", "_ZN4core9panicking5panic17h0123E")], "a linker, with functions undefined"),
            (&[("extism:host/env", "input_length")], "Extism"),
        ] {
            assert_eq!(found(imports), Some(name), "{imports:?}");
        }
        for imports in [
            &[][..],
            &[("env", "add"), ("env", "trace(i32)"), ("env", "seed")],
            &[("env", "js"), ("host", "log")],
            &[("a", "add"), ("a", "b")],
            &[("go", "away"), ("math", "pow")],
        ] {
            assert_eq!(found(imports), None, "{imports:?}");
        }
    }

    #[test]
    fn a_star_stands_at_either_end_or_between() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("_bg.js", "_bg.js", true),
            ("*_bg.js", "./a_bg.js", true),
            ("_*_js", "_abort_js", true),
            ("_*_js", "_js", false),
            ("mono_*", "amono_", false),
        ] {
            assert_eq!(covers(pattern, text), expected, "{pattern} {text}");
        }
    }
}
