//! Tests of contract names that are keywords of a language or names of its tools. A project builds
//! with every name that `new` accepts, and other names are refused by name.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wit_host::{Features, Package};
use wit_host_scaffold::{Language, Project};

use crate::support::command::{Files, check, run};

/// Keywords of some language, names in its standard library, and names that its tools generate.
const WORDS: &str = "as break const continue crate else enum extern false fn for if impl in let \
    loop match mod move mut pub ref return self static struct super trait true type unsafe use \
    where while async await dyn abstract become box do final macro override priv typeof unsized \
    virtual yield try gen union option result vec string some none ok err guest component clone \
    copy drop send from into iterator default eq debug sized bindings wit state exports core std \
    t u8 list map new handle class def lambda pass is not and or with del function var null this \
    delete arguments eval package import export interface int char double float register signed \
    unsigned goto namespace template operator range func chan go select object promise error \
    array math module global len print main malloc free ret";

/// For each kind of item, the names for which a project in Rust is refused. The items are imported,
/// exported, and beside a resource with a constructor.
const UNFIT_FOR_RUST: &[(&str, &[&str])] = &[
    ("type", &["self", "option", "sized"]),
    ("flags", &["self", "option", "sized", "guest"]),
    ("resource", &["self", "guest", "option", "sized", "t"]),
    ("case", &["self"]),
    ("method", &["new", "handle", "gen"]),
    ("interface", &["gen"]),
    ("function", &["gen"]),
    ("field", &["gen"]),
    ("own-function", &["gen", "main", "malloc", "free", "send"]),
];

/// Returns a contract that uses each word as the name of everything that it can be. `unfit` are the
/// words that a kind of item cannot have.
fn contract(words: &str, unfit: &[(&str, &[&str])]) -> String {
    let can = |what: &str, word: &&str| {
        let unfit = unfit.iter().find(|(of, _)| *of == what).map_or(&[][..], |(_, words)| words);
        !unfit.contains(word)
    };
    let words = || words.split_whitespace();
    let param = |word: &str| {
        if can("parameter", &word) { format!("%{word}") } else { "other".into() }
    };
    let all = |what: &str, written: &dyn Fn(&str) -> String| {
        words().filter(|word| can(what, word)).map(written).collect::<String>()
    };
    let mut wit = String::from("package %type:words@1.0.0;\n");
    let mut world = String::from("world %world {\n");
    for word in words().filter(|word| can("interface", word)) {
        writeln!(
            wit,
            "interface %{word} {{ %{word}: func({}: string) -> list<string>; }}",
            param(word)
        )
        .unwrap();
        writeln!(world, "import %{word}; export %{word};").unwrap();
    }
    for word in words().filter(|word| can("type", word)) {
        let text = "x: u32, y: string";
        let types = format!(
            "record %{word} {{ {text} }} resource other-{word} {{ constructor(a: string); }}"
        );
        let function = format!(
            "f: func(a: %{word}, b: borrow<other-{word}>) -> result<list<%{word}>, %{word}>;"
        );
        writeln!(wit, "interface type-{word} {{ {types} {function} }}").unwrap();
        writeln!(world, "import type-{word}; export type-{word};").unwrap();
    }
    for word in words().filter(|word| can("flags", word)) {
        let types = format!("flags %{word} {{ x, y }} resource other-{word} {{ constructor(); }}");
        let function = format!("f: func(a: %{word}) -> result<list<%{word}>, %{word}>;");
        writeln!(wit, "interface flags-{word} {{ {types} {function} }}").unwrap();
        // If each were imported too, there would be more instances than a component can have.
        writeln!(world, "export flags-{word};").unwrap();
    }
    for word in words().filter(|word| can("resource", word)) {
        let functions = format!("constructor(a: string); m: func() -> option<%{word}>;");
        let function = format!("f: func(a: borrow<%{word}>) -> %{word};");
        writeln!(
            wit,
            "interface resource-{word} {{ resource %{word} {{ {functions} }} {function} }}"
        )
        .unwrap();
        writeln!(world, "import resource-{word}; export resource-{word};").unwrap();
    }
    // A component cannot have more flags in one type, and C's bindings warn about more cases.
    let chunks = |what: &str, most: usize, written: &dyn Fn(usize, &[&str]) -> String| {
        let names: Vec<_> = words().filter(|word| can(what, word)).collect();
        let chunks = names.chunks(most).enumerate();
        chunks.map(|(number, words)| written(number, words)).collect::<String>()
    };
    let members = [
        format!("record fields {{ {} }}", all("field", &|word| format!("%{word}: string, "))),
        chunks("case", 100, &|number, words| {
            format!("variant cases{number} {{ %{}(string) }}\n", words.join("(string), %"))
        }),
        chunks("case", 100, &|number, words| {
            format!("enum kinds{number} {{ %{} }}\n", words.join(", %"))
        }),
        chunks("flag", 30, &|number, words| {
            format!("flags marks{number} {{ %{} }}\n", words.join(", %"))
        }),
        format!(
            "resource methods {{ constructor(); {} }}",
            all("method", &|word| format!("%{word}: func(%{word}-of: fields) -> cases0;\n"))
        ),
        all("function", &|word| {
            format!("%{word}: func({}: string) -> tuple<kinds0, marks0>;\n", param(word))
        }),
    ];
    writeln!(wit, "interface members {{ {} }}", members.join("\n")).unwrap();
    world += "import members; export members;\n";
    world +=
        &all("own-function", &|word| format!("export %{word}: func({}: u8) -> u8;\n", param(word)));
    wit + &world + "}\n"
}

/// A few words of each kind.
const FEW: &str =
    "self type fn as gen try guest option sized vec string result t new drop main bindings";

#[test]
fn few_in_rust() {
    in_rust("new-few-words", FEW).check("component, ");
}

/// This only runs where the guests in every language are built, because it takes a minute. The
/// contract has more types than `check` accepts, so the project is only built.
#[test]
fn all_in_rust() {
    if super::tools_of("c").is_some() {
        let project = in_rust("new-words", WORDS);
        project.type_in(&project.commands[0]);
    }
}

/// Builds a project with all words in C. C's bindings put the names of interfaces before all
/// others.
#[test]
fn all_in_c() {
    let Some(tools) = super::tools_of("c") else { return };
    let files = Files::new();
    let unfit = [("field", &["typeof"][..]), ("case", &["typeof"]), ("parameter", &["typeof"])];
    let wit = files.file("words.wit", contract(WORDS, &unfit));
    let project = super::Project::new("new-words", "c", &["--wit", &wit]).with_tools(tools);
    project.type_in(&project.commands[0]);
}

/// Builds a project with all words in C++, where the header of C's bindings has to be valid too.
#[test]
fn all_in_cpp() {
    let Some(tools) = super::tools_of("c") else { return };
    let files = Files::new();
    let words = ["typeof", "alignof", "mutable", "nullptr", "static-cast", "and-eq"];
    let unfit = ["field", "case", "parameter"].map(|what| (what, &words[..]));
    let all = format!("{WORDS} {} bit-and noexcept-of std-string", words[1..].join(" "));
    let wit = files.file("words.wit", contract(&all, &unfit));
    let project = super::Project::new("new-words", "cpp", &["--wit", &wit]).with_tools(tools);
    project.type_in(&project.commands[0]);
    for word in words {
        let wit = format!("package a:b; world w {{ export f: func(%{word}: u8); }}");
        refused(&files, "cpp", &wit, &format!("its parameter `{word}` of `f` would be `"));
    }
}

/// Builds projects with all words in the languages of core modules, which escape their own words.
#[test]
fn all_in_core_modules() {
    let files = Files::new();
    let wit = files.file("words.wit", of_core_modules(&format!("{WORDS} {MORE_WORDS}")));
    for (language, tools) in
        [("c-module", "c"), ("zig", "c"), ("assemblyscript", "module-assemblyscript")]
    {
        let Some(tools) = super::tools_of(tools) else { continue };
        super::Project::new("new-words", language, &["--wit", &wit]).with_tools(tools).build();
    }
}

/// Names in the files of these projects, and words of Zig and AssemblyScript.
const MORE_WORDS: &str = "u32 i32 usize at text written owned heap allocator arena env release \
    lent borrowed size max u16 size-t std-out exit-success int8 i7 test error orelse anytype \
    comptime f64 log read write errno environ put is-null bytes length name-length number at0 \
    env-write-mem host-name guest-name block changetype load declare";

/// Returns a contract for core modules, with each word in every place where a name can be.
fn of_core_modules(words: &str) -> String {
    let words: Vec<_> = BTreeSet::from_iter(words.split_whitespace()).into_iter().collect();
    let each = |written: &dyn Fn(&str) -> String| -> String {
        words.iter().map(|word| written(word)).collect()
    };
    let plain = each(&|word| format!("%{word}: func(%{word}: string, %name: u8) -> string;\n"));
    let enums = each(&|word| {
        format!("enum %{word} {{ %{word} }} t-{word}: func(%{word}: %{word}) -> %{word};\n")
    });
    let flags = each(&|word| {
        format!("flags %{word} {{ %{word} }} l-{word}: func(%{word}: %{word}) -> %{word};\n")
    });
    let cases = format!("enum kinds {{ %{} }} k: func(a: kinds) -> kinds;", words.join(", %"));
    format!(
        "package a:b;\ninterface plain {{ {plain} }}\ninterface out {{ {plain} }}\ninterface enums {{ {enums} {cases} }}\n\
         interface some-flags {{ {flags} }}\n\
         world words {{ import plain; import enums; import some-flags; \
         export out; export enums; export some-flags; }}\n"
    )
}

/// Builds a project with all words in Go, whose bindings are written by `new` and have no
/// resources.
#[test]
fn all_in_go() {
    let Some(tools) = super::tools_of("c") else { return };
    let files = Files::new();
    let wit = files.file("words.wit", of_values(&format!("{WORDS} {MORE_WORDS} {WORDS_OF_GO}")));
    super::Project::new("new-words", "go", &["--wit", &wit]).with_tools(tools).build();
}

/// Words of Go, names that it declares everywhere, and names in the files of projects.
const WORDS_OF_GO: &str = "append bool byte cap clear close complex64 copy defer error exported-f \
    fallthrough float32 give go-on host-records-f imported-f init in-host int int8 iota item kept \
    list-of make max member nil option-of panic place real reallocate record-of room rune runtime \
    structs tag-of unsafe uint64 value value-u8 value-type variant-of flat-0 its-slots param-0";

/// Returns a contract of records, variants, enums and flags, with each word in every place where a
/// name can be.
fn of_values(words: &str) -> String {
    let words: Vec<_> = BTreeSet::from_iter(words.split_whitespace()).into_iter().collect();
    let each = |written: &dyn Fn(&str) -> String| -> String {
        words.iter().map(|word| written(word)).collect()
    };
    let records = each(&|word| {
        let fields = format!("%{word}: string, other: list<option<u8>>");
        format!("record %{word} {{ {fields} }} take-{word}: func(%{word}: %{word}) -> %{word};\n")
    });
    let variants = each(&|word| {
        let cases = format!("%{word}(string), other");
        format!("variant %{word} {{ {cases} }} take-{word}: func(%{word}: list<%{word}>);\n")
    });
    let fields = format!("record fields {{ %{}: u8 }}", words.join(": u8, %"));
    let cases = format!("variant cases {{ %{}(u8) }}", words.join("(u8), %"));
    let marks = words.chunks(30).enumerate().map(|(number, words)| {
        format!(
            "flags marks{number} {{ %{} }} m{number}: func() -> marks{number};",
            words.join(", %")
        )
    });
    let marks: String = marks.collect();
    let functions = each(&|word| format!("%{word}: func(%{word}: u8) -> option<string>;\n"));
    let all = "all: func(a: fields, b: cases) -> result<fields, cases>;";
    let own = each(&|word| match word {
        "memory" => String::new(),
        word => format!("export %{word}: func(%{word}: option<u8>) -> list<string>;\n"),
    });
    format!(
        "package a:b;\ninterface records {{ {records} {fields} {cases} {all} {marks} }}\n\
         interface variants {{ {variants} }}\ninterface functions {{ {functions} }}\n\
         world words {{ import records; import variants; import functions; \
         export records; export variants; export functions; {own} }}\n"
    )
}

fn in_rust(name: &'static str, words: &str) -> super::Project {
    let files = Files::new();
    let wit = files.file("words.wit", contract(words, UNFIT_FOR_RUST));
    super::in_rust(name, "rust", &["--wit", &wit])
}

#[test]
fn what_rust_cannot_have_is_refused() {
    let files = Files::new();
    for (what, words) in UNFIT_FOR_RUST {
        for word in *words {
            let other = "resource other { constructor(); }";
            let item = match *what {
                "type" => format!("{other} record %{word} {{ a: u8 }} f: func(a: %{word});"),
                "flags" => format!("{other} flags %{word} {{ a }} f: func(a: %{word});"),
                "resource" => format!("resource %{word}; f: func(a: %{word});"),
                "case" => format!("enum e {{ %{word} }} f: func(a: e);"),
                "field" => format!("record e {{ %{word}: u8 }} f: func(a: e);"),
                "function" => format!("%{word}: func();"),
                "interface" | "own-function" => "f: func();".into(),
                _ => format!("resource r {{ constructor(); %{word}: func(); }}"),
            };
            let name = if *what == "interface" { word } else { "i" };
            let own =
                if *what == "own-function" { &format!("export %{word}: func();") } else { "" };
            let wit = format!(
                "package a:b; interface {name} {{ {item} }}
                world w {{ import {name}; export {name}; {own} }}"
            );
            let what = if *what == "flags" { "type" } else { what };
            let what = what.trim_start_matches("own-");
            refused(&files, "rust", &wit, &format!("its {what} `{word}`"));
        }
    }
    // The linker would use these functions as its own without a warning.
    for name in ["memory", "realloc", "write", "memcpy", "log", "open"] {
        let wit = format!("package a:b; world w {{ export %{name}: func(a: u8) -> u8; }}");
        refused(
            &files,
            "rust",
            &wit,
            &format!("its function `{name}` would be `{name}` in Rust, which "),
        );
    }
    for (wit, reason) in [
        ("package a:mod; interface i { f: func(); } world w { export i; }", "package `mod` would"),
        ("package exports:b; interface i { f: func(); } world w { export i; }", "namespace `exp"),
        (
            "package a:b; interface i { f: func(); } world w { export i; import a: interface { f: func(); } import i; }",
            "its interface `a` would be the module `a` in Rust",
        ),
        (
            "package a:b; interface i { resource r; record r-borrow { a: u8 } f: func(a: r-borrow); } world w { export i; }",
            "would be `RBorrow` in Rust, which wit-bindgen makes for the resource `r`",
        ),
        (
            "package a:b; interface i { f: func(result0: string); } world w { export i; }",
            "`result0` of `f`",
        ),
        (
            "package a:b; interface i { f: func(ret-area: u8) -> string; } world w { import i; export g: func(); }",
            "`ret-area` of",
        ),
        ("package a:b; interface i { FN: func(); } world w { export i; }", "its function `FN` of"),
    ] {
        refused(&files, "rust", wit, reason);
    }
}

#[test]
fn functions_that_linkers_know_otherwise_are_refused() {
    let files = Files::new();
    for (language, name, reason) in [
        ("rust", "memory", "in Rust, which is what a guest's memory is called"),
        ("c", "memory", "in C, which is what a guest's memory is called"),
        ("cpp", "memory", "in C++, which is what a guest's memory is called"),
        ("go", "memory", "in Go, which is what a guest's memory is called"),
        ("js", "memory", "in JavaScript, which is what a guest's memory is called"),
        ("python", "time", "in Python, which is a symbol of the C library"),
        ("python", "free", "in Python, which is a symbol of the C library"),
        ("quickjs", "init", "in JavaScript, which QuickJS's bindings have for themselves"),
    ] {
        let wit = format!("package a:b; world w {{ export {name}: func(a: u8) -> u8; }}");
        refused(
            &files,
            language,
            &wit,
            &format!("its function `{name}` would be `{name}` {reason}"),
        );
        // In an interface, the name is no problem.
        let wit = format!(
            "package a:b; interface i {{ {name}: func(a: u8) -> u8; }} world w {{ export i; }}"
        );
        let wit = files.file("fit.wit", &wit);
        let made = format!("{}/guest", files.folder(&format!("{language}-{name}")));
        let made = run(&["new", &made, "--lang", language, "--wit", &wit]);
        assert_eq!((made.status, &*made.stderr), (Some(0), ""), "{language} {name}");
    }
}

/// QuickJS's bindings change large numbers without a warning.
#[test]
fn numbers_of_64_bits_are_refused_in_quickjs() {
    let files = Files::new();
    for ty in ["u64", "s64", "list<option<u64>>", "r", "v"] {
        for function in [format!("f: func(a: {ty});"), format!("f: func() -> {ty};")] {
            let wit = |side: &str| {
                format!(
                    "package a:b; interface i {{ record r {{ a: tuple<s64> }} variant v {{ x(result<u64>) }}
                    {function} }} world w {{ {side} i; export run: func() -> u8; }}"
                )
            };
            let reason = "its export `f` has 64-bit numbers, which QuickJS's bindings change";
            refused(&files, "quickjs", &wit("export"), reason);
            let imported = files.file("imported.wit", wit("import"));
            let package = Package::read(std::path::Path::new(&imported), &Features::default());
            let project = Project::of_package("guest", Language::QuickJs, &package.unwrap(), None);
            let project = project.unwrap();
            let source = project.files().find(|file| file.path == "guest.js").unwrap();
            let source = std::str::from_utf8(&source.content).unwrap();
            assert!(source.contains("changed beyond without a word, in:\n//   f\n"), "{source}");
        }
    }
}

fn refused(files: &Files, language: &str, wit: &str, reason: &str) {
    let wit = files.file("refused.wit", wit);
    check(&["new", "guest", "--lang", language, "--wit", &wit], 2, "", reason);
}

/// A list of a fixed length makes the tools of some languages fail, whether it is imported or
/// exported.
#[test]
fn lists_of_fixed_lengths_are_refused() {
    let files = Files::new();
    for language in ["rust", "c", "cpp", "go", "js", "ts", "quickjs", "python"] {
        for side in ["import", "export"] {
            let wit = format!(
                "package a:b; interface i {{ record r {{ a: list<u8, 4> }} f: func(a: r); }}
                world w {{ {side} i; export run: func(); }}"
            );
            refused(&files, language, &wit, "`f` has a `fixed-length list`");
        }
    }
}
