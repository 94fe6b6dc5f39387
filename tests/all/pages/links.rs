//! What pages point to: files and folders of the repository, and what `make` makes. And what
//! they have to name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wit_host::Limits;

use super::{ROOT, pages, text};

/// The repository's address, for pages that are read outside of it as well.
const REPOSITORY: [&str; 2] = [
    "https://github.com/wit-host/wit-host/blob/HEAD/",
    "https://github.com/wit-host/wit-host/tree/HEAD/",
];

/// What the links of a page lead to.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let in_line = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let below = page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    in_line.chain(below.map(|(_, link)| link))
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = text(&page);
        for link in links(&text) {
            let file = link.split('#').next().unwrap_or_default();
            let of_repository = REPOSITORY.iter().find_map(|address| file.strip_prefix(address));
            let path = match of_repository {
                Some(path) => Path::new(ROOT).join(path),
                None if file.contains("://") || file.is_empty() => continue,
                None => Path::new(ROOT).join(&page).with_file_name(file),
            };
            if !path.exists() {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The targets of the Makefile, with those that it makes of the folders in `guest/`.
fn targets() -> BTreeSet<String> {
    let makefile = fs::read_to_string(Path::new(ROOT).join("Makefile")).unwrap();
    let named = makefile.lines().filter_map(|line| line.split_once(':'));
    let named = named.map(|(name, _)| name.to_owned());
    let guests = pages().into_iter().filter_map(|page| {
        let name = page.strip_prefix("guest/")?.strip_suffix("/README.md")?.to_owned();
        Some(format!("guest-{name}"))
    });
    named.chain(guests).collect()
}

#[test]
fn what_they_make_is_in_the_makefile() {
    let (targets, mut unknown) = (targets(), Vec::new());
    for page in pages().iter().filter(|page| !page.starts_with("tests/all/")) {
        let text = text(page);
        let named = ["`make ", "$ make "].into_iter().flat_map(|before| text.split(before).skip(1));
        for rest in named {
            let target: String =
                rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            if !target.is_empty() && !targets.contains(&target) {
                unknown.push(format!("{page}: make {target}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn every_limit_is_in_the_table_of_limits() {
    let page = text("SECURITY.md");
    let missing: Vec<_> =
        Limits::NAMES.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "SECURITY.md does not name {missing:?}");
}

#[test]
fn every_feature_is_on_the_librarys_pages() {
    let manifest = text("host/runtime/Cargo.toml");
    let (_, features) = manifest.split_once("\n[features]\n").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let named = features.lines().filter_map(|line| line.split_once(" = "));
    for (feature, _) in named.filter(|(name, _)| *name != "default") {
        for page in ["host/runtime/README.md", "host/runtime/src/lib.rs"] {
            assert!(text(page).contains(&format!("| `{feature}` |")), "{page}: `{feature}`");
        }
    }
}
