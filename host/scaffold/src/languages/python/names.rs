//! The names of a contract in componentize-py.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use wit_parser::{TypeId, WorldKey};

use crate::stubs::exports::World;

/// The modules that Python finds before a module of the guest with the same name: Python's own, and
/// the one that the build uses.
const TAKEN: &str = "abc annotationlib argparse array ast asyncio atexit base64 bdb binascii bisect builtins \
     calendar cmath cmd code codecs codeop collections colorsys compileall compression \
     concurrent configparser contextlib contextvars copy copyreg csv dataclasses datetime dbm \
     decimal difflib dis doctest email encodings ensurepip enum errno faulthandler filecmp \
     fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob \
     graphlib gzip hashlib heapq hmac html http imaplib importlib inspect io ipaddress \
     itertools json keyword linecache locale logging mailbox marshal math mimetypes \
     modulefinder multiprocessing netrc ntpath nturl2path numbers opcode operator optparse os \
     pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint \
     profile pstats py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re reprlib \
     rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib \
     socket socketserver sqlite3 sre_compile sre_constants sre_parse stat statistics string \
     stringprep struct subprocess symtable sys sysconfig tabnanny tarfile tempfile textwrap \
     threading time timeit token tokenize tomllib trace traceback tracemalloc types typing \
     unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml \
     xmlrpc zipapp zipfile zipimport zlib zoneinfo guest";

/// Returns the class of an exported interface.
pub(super) fn class(world: &World, key: &WorldKey) -> String {
    word(&interface(world, key, true).to_upper_camel_case())
}

/// Returns the module of an interface in the bindings.
pub(super) fn module(world: &World, key: &WorldKey, exported: bool) -> String {
    let side = if exported { "exports" } else { "imports" };
    format!("wit_world.{side}.{}", identifier(&interface(world, key, exported)))
}

/// Returns the name of the guest's module in which the resources of an exported interface are
/// looked up.
pub(super) fn looked_in(world: &World, key: &WorldKey) -> String {
    identifier(&interface(world, key, true))
}

/// Returns the module in which the resources are written. It has another name if that name is
/// taken.
pub(super) fn written_in(world: &World, key: &WorldKey) -> String {
    let module = looked_in(world, key);
    match TAKEN.split(' ').any(|taken| taken == module) {
        true => format!("{module}_resources"),
        false => module,
    }
}

/// Returns the module of the bindings that defines a type.
pub(super) fn module_of(world: &World, id: TypeId) -> String {
    match (world.exported(id), world.imported(id)) {
        (Some(key), _) => module(world, key, true),
        (None, Some(key)) => module(world, key, false),
        (None, None) => "wit_world".into(),
    }
}

pub(super) fn identifier(name: &str) -> String {
    word(&name.to_snake_case())
}

/// Returns the name with an underscore if it is a keyword.
pub(super) fn word(name: &str) -> String {
    const WORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "self", "try", "while", "with", "yield",
    ];
    if WORDS.contains(&name) { format!("{name}_") } else { name.into() }
}

/// Returns an interface's own name. If the world has several with this name on the same side, the
/// package's name is put before it, and the version after it if that is what distinguishes two of
/// them. An interface that is declared in the world always has its name alone.
fn interface(world: &World, key: &WorldKey, exported: bool) -> String {
    let name = world.short_name(key).unwrap_or_default();
    let WorldKey::Interface(_) = key else { return name.into() };
    let others: Vec<_> = world
        .interface_keys(exported)
        .filter(|other| *other != key && world.short_name(other) == Some(name))
        .collect();
    let Some(package) = world.package(key).filter(|_| !others.is_empty()) else {
        return name.into();
    };
    let is_same = |other: &&WorldKey| {
        world.package(other).is_some_and(|other| {
            (&other.namespace, &other.name) == (&package.namespace, &package.name)
        })
    };
    let version = match &package.version {
        Some(version) if others.iter().any(is_same) => format!("-{version}"),
        _ => String::new(),
    };
    format!("{}-{}-{name}{version}", package.namespace, package.name)
}
