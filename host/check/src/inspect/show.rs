//! Writes an inspection for people. The guest's texts are escaped and cut.

use std::fmt;

use bytesize::ByteSize;

use super::{Import, Inspection, Item, Producer, ProvidedBy, ROLES, ServedBy};
use wit_host_text::{list, short, shown};

/// The number of items of each kind that are shown. More would bury the rest.
const LONGEST_LIST: usize = 200;

/// The titles of the roles of producers.
const TITLES: [&str; 3] = ["language", "made by", "made with"];

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.kind, size(self.size))?;
        if let Some(language) = self.language {
            writeln!(f, "language: {language}, with its runtime")?;
        }
        for (role, title) in ROLES.into_iter().zip(TITLES) {
            let of_runtime = self.language.is_some() && role == ROLES[0];
            let title = if of_runtime { "languages of the runtime" } else { title };
            let of_role = self.producers.iter().filter(|producer| producer.role == role);
            let shown: Vec<_> = of_role.map(producer).collect();
            if !shown.is_empty() {
                writeln!(f, "{title}: {}", shortened(&shown).join(", "))?;
            }
        }
        for note in &self.notes {
            writeln!(f, "{}", shown(note))?;
        }
        if let Some(toolchain) = &self.toolchain {
            writeln!(f, "{}", toolchain.cause)?;
            writeln!(f, "    to mend it: {}", toolchain.fix)?;
        }
        for feature in &self.unsupported {
            writeln!(f, "this host does not run it, as it uses {feature}")?;
            writeln!(f, "    to mend it: {}", feature.fix)?;
        }
        if let Some(reason) = &self.unreadable {
            writeln!(f, "its types cannot be read: {}", shown(reason))?;
        }
        all(f, "imports", &self.imports, |f, import| import.fmt(f))?;
        all(f, "exports", &self.exports, item)?;
        all(f, "custom sections", &self.custom_sections, |f, section| {
            let name = match section.name.as_str() {
                ".debug_*" => "debug information".into(),
                name => short(name),
            };
            let times =
                if section.count > 1 { format!(" in {}", section.count) } else { String::new() };
            writeln!(f, "  {name}: {}{times}", size(section.size))
        })
    }
}

fn all<T>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    all: &[T],
    one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    if all.is_empty() {
        return writeln!(f, "\n{title}: none");
    }
    writeln!(f, "\n{title}:")?;
    all.iter().take(LONGEST_LIST).try_for_each(|item| one(f, item))?;
    match all.len().checked_sub(LONGEST_LIST) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(f, "  and {more} more (`Inspection` has all)"),
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        item(f, &self.item)?;
        if !self.asked_by.is_empty() {
            writeln!(f, "    asked for by {}", list(&self.asked_by))?;
        }
        if self.served_by == ServedBy::NoOne {
            return writeln!(f, "    needs no one to serve it: it has types and no functions");
        }
        writeln!(f, "    served by {}", served_by(self))
    }
}

fn item(f: &mut fmt::Formatter<'_>, item: &Item) -> fmt::Result {
    let name = short(&item.name);
    match (&item.ty, item.sort) {
        (Some(ty), "function") if ty.starts_with('(') => writeln!(f, "  {name}{}", shown(ty))?,
        (Some(ty), "function") => writeln!(f, "  {name}: {}", shown(ty))?,
        (Some(ty), sort) => writeln!(f, "  {name}: {sort}, {}", shown(ty))?,
        (None, "interface") => writeln!(f, "  {name}")?,
        (None, sort) => writeln!(f, "  {name}: {sort}")?,
    }
    for function in shortened(&item.functions) {
        writeln!(f, "    {}", shown(&function))?;
    }
    Ok(())
}

impl Import {
    /// Describes in a few words what serves the import: "the contract", "WASI: always there".
    pub fn server(&self) -> String {
        served_by(self)
    }
}

fn served_by(import: &Import) -> String {
    match &import.served_by {
        ServedBy::Contract { name, without } => {
            let other = name.as_ref().filter(|name| **name != import.item.name);
            let as_other = other.map_or(String::new(), |name| format!(", as `{}`", short(name)));
            let but = match &without[..] {
                [] => String::new(),
                without => format!(", which lacks {}", list(without)),
            };
            format!("the contract{as_other}{but}")
        }
        ServedBy::Module(name) => format!("the core module `{}`", short(name)),
        ServedBy::Providers(all) => {
            let one = |one: &ProvidedBy| match &one.functions[..] {
                [] => shown(&one.by),
                functions => format!("{} ({})", shown(&one.by), list(functions)),
            };
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        ServedBy::Wasi(grant) => format!("WASI: {grant}"),
        ServedBy::NoOne => "no one".into(),
        ServedBy::Nothing(why) => format!("nothing: {}", shown(why)),
        ServedBy::Unknown => "what cannot be told: this runtime has no contract as WIT".into(),
    }
}

fn producer(producer: &Producer) -> String {
    match producer.version.as_str() {
        "" => short(&producer.name),
        version => format!("{} {}", short(&producer.name), short(version)),
    }
}

fn shortened(all: &[String]) -> Vec<String> {
    let mut first: Vec<_> = all.iter().take(LONGEST_LIST).cloned().collect();
    if all.len() > LONGEST_LIST {
        first.push(format!("and {} more (`Inspection` has all)", all.len() - LONGEST_LIST));
    }
    first
}

fn size(bytes: usize) -> String {
    ByteSize(u64::try_from(bytes).unwrap_or(u64::MAX)).to_string()
}
