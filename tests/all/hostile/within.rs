//! Makes whole guests of functions. The host functions that they call are imported under these
//! names: `$fd_read` and `$to_upper` in a core module, `$descriptor.read-directory`,
//! `$stdout.get-stdout` and `$drop-descriptor` in a component. The components' signatures follow
//! from `wasi.wit` in this folder.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, FunctionKind, Resolve, TypeDefKind, WorldId, WorldItem};

const WASI: &str = include_str!("wasi.wit");

/// Code that takes long without any check of the time: one instruction that fills all memory except
/// the first page. It needs a memory of [`LATE_PAGES`].
pub(crate) const LATE: &str = "(memory.fill (i32.const 65536) (i32.const 0) (i32.const 134152192))";
pub(crate) const LATE_PAGES: u32 = 2048;

/// The functions of WASI's first preview and their parameters: `i` is 32 bits, `I` is 64 bits.
const PREVIEW1: &[(&str, &str)] = &[
    ("args_get", "ii"),
    ("args_sizes_get", "ii"),
    ("environ_get", "ii"),
    ("environ_sizes_get", "ii"),
    ("clock_res_get", "ii"),
    ("clock_time_get", "iIi"),
    ("fd_advise", "iIIi"),
    ("fd_allocate", "iII"),
    ("fd_close", "i"),
    ("fd_datasync", "i"),
    ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"),
    ("fd_fdstat_set_rights", "iII"),
    ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "iI"),
    ("fd_filestat_set_times", "iIIi"),
    ("fd_pread", "iiiIi"),
    ("fd_prestat_get", "ii"),
    ("fd_prestat_dir_name", "iii"),
    ("fd_pwrite", "iiiIi"),
    ("fd_read", "iiii"),
    ("fd_readdir", "iiiIi"),
    ("fd_renumber", "ii"),
    ("fd_seek", "iIii"),
    ("fd_sync", "i"),
    ("fd_tell", "ii"),
    ("fd_write", "iiii"),
    ("path_create_directory", "iii"),
    ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiiIIi"),
    ("path_link", "iiiiiii"),
    ("path_open", "iiiiiIIii"),
    ("path_readlink", "iiiiii"),
    ("path_remove_directory", "iii"),
    ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"),
    ("path_unlink_file", "iii"),
    ("poll_oneoff", "iiii"),
    ("proc_raise", "i"),
    ("random_get", "ii"),
    ("sched_yield", ""),
    ("sock_accept", "iii"),
    ("sock_recv", "iiiiii"),
    ("sock_send", "iiiii"),
    ("sock_shutdown", "ii"),
];

/// The functions of `env` that return to the guest.
const ENV: &[(&str, &str)] =
    &[("add", "ii"), ("concat", "iiii"), ("to_upper", "ii"), ("from_utf8", "ii")];

/// A function that a guest may import.
pub(crate) struct Import {
    module: String,
    /// The function's name in the module.
    field: String,
    /// The function's name in a guest's text, without the `$`.
    pub(crate) name: String,
    params: Vec<&'static str>,
    results: Vec<&'static str>,
    /// The resource of the handle that is its first parameter.
    pub(crate) resource: Option<String>,
}

impl Import {
    fn text(&self) -> String {
        let Self { module, field, name, .. } = self;
        let (params, results) = (self.params.join(" "), self.results.join(" "));
        format!(
            "(import \"{module}\" \"{field}\" (func ${name} (param {params}) (result {results})))\n"
        )
    }

    /// Returns a call with `first` as its first argument, if there is one, and zeros for the
    /// others. A large result is written to the first page. The result is dropped.
    pub(crate) fn call(&self, first: Option<&str>) -> String {
        let mut call = format!("(call ${}", self.name);
        for (index, param) in self.params.iter().enumerate() {
            match first.filter(|_| index == 0) {
                Some(first) => call.push_str(first),
                None => write!(call, " ({param}.const 0)").unwrap(),
            }
        }
        call.push(')');
        if self.results.is_empty() { call } else { format!("(drop {call})") }
    }

    /// Returns the parameters and results as text.
    pub(crate) fn signature(&self) -> String {
        format!("(param {}) (result {})", self.params.join(" "), self.results.join(" "))
    }

    /// Returns a zero for each parameter.
    pub(crate) fn zeros(&self) -> String {
        self.params.iter().map(|param| format!("({param}.const 0)")).collect()
    }

    fn is_called_in(&self, body: &str) -> bool {
        let name = format!("${}", self.name);
        body.match_indices(&name).any(|(at, _)| {
            let after = body[at + name.len()..].chars().next();
            after.is_some_and(|after| after.is_whitespace() || "()".contains(after))
        })
    }
}

/// Returns the functions that a core module may import.
pub(crate) fn of_modules() -> Vec<Import> {
    let import = |module: &str, name: &str, params: &str, results: &[&'static str]| Import {
        module: module.into(),
        field: name.into(),
        name: name.into(),
        params: params.chars().map(|of| if of == 'i' { "i32" } else { "i64" }).collect(),
        results: results.to_vec(),
        resource: None,
    };
    let wasi = PREVIEW1.iter();
    let wasi = wasi.map(|(name, of)| import("wasi_snapshot_preview1", name, of, &["i32"]));
    let env = ENV.iter().map(|(name, params)| import("env", name, params, &["i32"]));
    env.chain([import("env", "write_mem", "i", &[])]).chain(wasi).collect()
}

/// WASI 0.2 and the contract, with the world in [`WASI`].
static WORLD: LazyLock<(Resolve, WorldId)> = LazyLock::new(|| {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    resolve.push_dir(wit).unwrap();
    let package = resolve.push_str("wasi.wit", WASI).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    (resolve, world)
});

/// Returns the functions that a component may import.
pub(crate) fn of_components() -> Vec<Import> {
    let (resolve, world) = &*WORLD;
    let mut imports = Vec::new();
    for item in resolve.worlds[*world].imports.values() {
        let WorldItem::Interface { id, .. } = item else { continue };
        let interface = &resolve.interfaces[*id];
        let (module, short) = (resolve.id_of(*id).unwrap(), interface.name.as_deref().unwrap());
        imports.extend(interface.functions.values().map(|of| function(&module, short, of)));
        for (name, id) in &interface.types {
            if let TypeDefKind::Resource = resolve.types[*id].kind {
                imports.push(Import {
                    module: module.clone(),
                    field: format!("[resource-drop]{name}"),
                    name: format!("drop-{name}"),
                    params: vec!["i32"],
                    results: Vec::new(),
                    resource: Some(name.clone()),
                });
            }
        }
    }
    imports
}

fn function(module: &str, interface: &str, function: &Function) -> Import {
    let (resolve, _) = &*WORLD;
    let flat = |ty: &WasmType| match ty {
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
    };
    let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
    let of_resource = match function.kind {
        FunctionKind::Method(resource) => resolve.types[resource].name.clone(),
        _ => None,
    };
    let name = match &of_resource {
        Some(resource) => format!("{resource}.{}", function.item_name()),
        None => format!("{interface}.{}", function.name),
    };
    Import {
        module: module.into(),
        field: function.name.clone(),
        name,
        params: signature.params.iter().map(flat).collect(),
        results: signature.results.iter().map(flat).collect(),
        resource: of_resource,
    }
}

/// Returns a core module with these functions and 1 MiB of memory.
pub(crate) fn module(body: &str) -> String {
    whole(body, &of_modules(), "")
}

/// Returns a component of one core module with these functions. Its `run` returns a number. Data
/// from the host is placed after the first 64 KiB, and starts there again when the memory is full.
pub(crate) fn component(body: &str) -> Vec<u8> {
    let realloc = "(global $free (mut i32) (i32.const 65536))
        (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (local $at i32)
            (if (i32.gt_u (i32.add (global.get $free) (local.get 3))
                    (i32.mul (memory.size) (i32.const 65536)))
                (then (global.set $free (i32.const 65536))))
            (local.set $at (global.get $free))
            (global.set $free (i32.and
                (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 7))
                (i32.const -8)))
            (local.get $at))";
    let text = whole(body, &of_components(), realloc);
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let (resolve, world) = &*WORLD;
    embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

fn whole(body: &str, imports: &[Import], more: &str) -> String {
    let imports: String =
        imports.iter().filter(|import| import.is_called_in(body)).map(Import::text).collect();
    let pages = if body.contains(LATE) { LATE_PAGES } else { 16 };
    format!("(module {imports} (memory (export \"memory\") {pages}) {more} {body})")
}
