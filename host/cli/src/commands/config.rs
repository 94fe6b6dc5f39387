//! `wit-host config`: shows what the host file says and what is in force, and allows the host files
//! of other people.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use wit_host_config::{At, FILE_NAME, Grants, HostFile, Place, Provider, Trust, schema};

use crate::options::host_file::{Standing, asked, usual_limits};
use crate::options::{Options, Usage};
use crate::output::{Format, print, print_json};
use crate::status::{Status, shown_path};

/// Look at the host file, or allow one
///
/// `wit-host.toml` in the current folder says what guests are served with, what they may touch
/// and spend, and how they are called. `run`, `call`, `shell`, `check` and `inspect` read it.
/// One that was found and not named with `--config` is used only where it grants nothing,
/// starts nothing and raises no limit, or where it was allowed here.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  wit-host config show\n  wit-host config show greeter --memory 1GiB\n  \
                  wit-host config allow\n  wit-host config schema > wit-host.schema.json"
)]
pub(crate) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Tell what is in force for a guest, and where each value comes from
    Show(Box<Show>),
    /// Allow the host file as it is now: what it starts, grants and raises
    Allow {
        /// The file
        #[arg(default_value = FILE_NAME)]
        file: PathBuf,
    },
    /// Print the JSON Schema of host files, for editors
    Schema,
}

#[derive(Args)]
struct Show {
    /// The name of a guest in the file; otherwise it is what holds for every other guest
    guest: Option<String>,

    /// What to print: a text, or a JSON object of `file` (or null), `standing` ("named",
    /// "harmless", "allowed" or "stranger") and `values`, objects with `what`, `name`, `value`
    /// and `from`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    options: Options,
}

impl Config {
    pub(crate) fn execute(self) -> Result<Status> {
        match self.action {
            Action::Show(show) => show.execute()?,
            Action::Allow { file } => allow(&file)?,
            Action::Schema => print(&format!("{:#}\n", schema()))?,
        }
        Ok(Status::Guest(0))
    }
}

fn allow(path: &Path) -> Result<()> {
    let file = HostFile::read(path, &usual_limits())?;
    let asks = file.asks();
    let shown = shown_path(path);
    if asks.is_empty() {
        return print(&format!("{shown} asks for nothing that has to be allowed\n"));
    }
    let trust = Trust::of_user().ok_or_else(|| {
        Usage::new(
            "there is no place to remember it; set XDG_STATE_HOME or HOME to a directory".into(),
        )
    })?;
    trust.allow(&file)?;
    let asks: String = asks.iter().map(|ask| asked(&file, ask)).collect();
    print(&format!("{shown} is allowed, as it is now, to\n{asks}"))
}

/// The source of a value that is not set anywhere.
const BY_ITSELF: &str = "by itself";

/// A value that is in force.
struct Row {
    what: &'static str,
    name: String,
    value: String,
    from: String,
}

impl Show {
    fn execute(&self) -> Result<()> {
        let read = self.options.host_file().read()?;
        let (file, standing) = match &read {
            Some((file, standing)) => (Some(file), Some(*standing)),
            None => (None, None),
        };
        if let Some(name) = &self.guest
            && file.is_none_or(|file| !file.guests.contains_key(name))
        {
            return Err(self.no_guest(name, file).into());
        }
        let rows = self.rows(file)?;
        match self.format {
            Format::Text => print(&text(file, standing, &rows)),
            Format::Json => print_json(&to_json(file, standing, &rows)),
        }
    }

    fn no_guest(&self, name: &str, file: Option<&HostFile>) -> Usage {
        let name = shown_path(Path::new(name));
        let guests = file.iter().flat_map(|file| file.guests.keys());
        let guests: Vec<_> = guests.map(|name| format!("`{name}`")).collect();
        Usage::new(match (file, guests.is_empty()) {
            (None, _) => format!("there is no guest `{name}`: there is no host file"),
            (Some(_), true) => format!("there is no guest `{name}`: the host file names none"),
            (Some(_), false) => {
                format!("there is no guest `{name}`; the host file has {}", guests.join(", "))
            }
        })
    }

    fn rows(&self, file: Option<&HostFile>) -> Result<Vec<Row>> {
        let guest = self.guest.as_deref();
        let mut rows = Vec::new();
        if let Some(file) = file {
            let from = |place: Place| from(file, place);
            if let Some(named) = guest.and_then(|name| file.guests.get(name)) {
                let value = shown_path(&named.file);
                rows.push(Row {
                    what: "guest",
                    name: guest.unwrap_or_default().into(),
                    value,
                    from: from(named.place),
                });
            }
            rows.extend(file.imports.iter().map(|import| Row {
                what: "import",
                name: shown_path(Path::new(&import.name)),
                value: served_by(&import.provider),
                from: from(import.place),
            }));
        }
        rows.push(contract(file)?);
        rows.extend(file.into_iter().flat_map(redacted));
        rows.extend(self.options.granted().map(|(what, name, value)| Row {
            what,
            name,
            value,
            from: "an option".into(),
        }));
        if let Some(file) = file {
            rows.extend(granted(file, file.grants(guest), &self.options));
        }
        rows.extend(self.limits(file)?);
        Ok(rows)
    }

    fn limits(&self, file: Option<&HostFile>) -> Result<Vec<Row>> {
        let guest = self.guest.as_deref();
        let mut limits = file.map_or_else(usual_limits, |file| file.limits(guest));
        self.options.set_over(&mut limits)?;
        let set: Vec<_> =
            self.options.set_limits().map(|(name, _)| name.replace('_', "-")).collect();
        let mut written = Vec::new();
        if let Some(file) = file {
            let own = guest.and_then(|name| file.guests.get(name));
            let own = own.into_iter().flat_map(|guest| &guest.limits);
            written.extend(own.chain(&file.limits).map(|limit| (file, limit)));
        }
        let rows = limits.shown().into_iter().map(|(name, value)| {
            let name = name.replace('_', "-");
            let by_file = written.iter().find(|(_, limit)| limit.value.name == name);
            let from = match by_file {
                _ if set.contains(&name) => "an option".into(),
                Some((file, limit)) => from(file, limit.place),
                None => BY_ITSELF.into(),
            };
            Row { what: "limit", name, value, from }
        });
        Ok(rows.collect())
    }
}

fn contract(file: Option<&HostFile>) -> Result<Row> {
    let written = file.and_then(|file| Some((file, file.contract.as_ref()?)));
    let (name, value, from) = match written {
        Some((file, contract)) => {
            let world = contract.world.as_deref().unwrap_or_default();
            (shown_path(Path::new(world)), shown_path(&contract.wit), from(file, contract.place))
        }
        None => (wit_host_contract::contract()?.name(), "the shipped one".into(), BY_ITSELF.into()),
    };
    Ok(Row { what: "contract", name, value, from })
}

fn redacted(file: &HostFile) -> impl Iterator<Item = Row> {
    file.redact.iter().map(|name| Row {
        what: "redacted",
        name: shown_path(Path::new(&name.value)),
        value: String::new(),
        from: from(file, name.place),
    })
}

fn granted<'f>(
    file: &'f HostFile,
    grants: &'f Grants,
    options: &'f Options,
) -> impl Iterator<Item = Row> + 'f {
    let row = |what, name: &str, value: String, place| Row {
        what,
        name: shown_path(Path::new(name)),
        value,
        from: from(file, place),
    };
    let named = move |what, all: &'f [At<String>]| {
        all.iter().map(move |at| row(what, &at.value, String::new(), at.place))
    };
    let directories =
        grants.directories.iter().filter(|at| !options.has_directory(&at.value.guest));
    let directories = directories.map(move |at| {
        let access = if at.value.writable { "to read and write" } else { "to read" };
        let value = format!("{}, {access}", shown_path(&at.value.host));
        row("directory", &at.value.guest, value, at.place)
    });
    let variables = grants.environment.iter().filter(|at| !options.has_variable(&at.value.0));
    let variables = variables.map(move |at| {
        let (name, value) = &at.value;
        row("variable", name, shown_path(Path::new(value)), at.place)
    });
    named("host", &grants.hosts)
        .chain(directories)
        .chain(variables)
        .chain(named("denied", &grants.deny))
        .chain(named("denied call", &grants.deny_calls))
}

fn served_by(provider: &Provider) -> String {
    let shared = |shared: &bool| if *shared { ", shared" } else { "" };
    match provider {
        Provider::Guest { file, shared: one, .. } => {
            format!("the guest {}{}", shown_path(file), shared(one))
        }
        Provider::Process { command, shared: one, .. } => {
            let command = shown_path(Path::new(&command.join(" ")));
            format!("the process `{command}`{}", shared(one))
        }
        Provider::Fixture { file } => format!("the fixture {}", shown_path(file)),
        Provider::Trap => "nothing: a call traps".into(),
        Provider::Default => "nothing: a call gives the smallest value of its type".into(),
        Provider::Client => "the client of `serve --stdio`".into(),
        other => format!("{other:?}"),
    }
}

fn from(file: &HostFile, place: Place) -> String {
    format!("{}:{}", shown_path(&file.path), place.line)
}

fn text(file: Option<&HostFile>, standing: Option<Standing>, rows: &[Row]) -> String {
    let mut text = match (file, standing) {
        (Some(file), Some(standing)) => {
            format!("host file  {}, {}\n", shown_path(&file.path), in_words(standing))
        }
        _ => "host file  none\n".to_owned(),
    };
    // The most common limits are listed even if they have their default value.
    let is_usual = |row: &&Row| {
        let is_common = matches!(&*row.name, "wall-clock" | "memory" | "fuel");
        row.what == "limit" && row.from == BY_ITSELF && !is_common
    };
    let left_out = rows.iter().filter(is_usual).count();
    let rows: Vec<_> = rows.iter().filter(|row| !is_usual(row)).collect();
    let width = |of: fn(&Row) -> usize| rows.iter().map(|row| of(row)).max().unwrap_or_default();
    let (kinds, values) = (
        width(|row| row.what.len()).max("host file".len()),
        width(|row| value(row).chars().count()),
    );
    for row in rows {
        let line = format!("{:kinds$}  {:values$}  {}", row.what, value(row), row.from);
        text += &format!("{}\n", line.trim_end());
    }
    text += &format!("and {left_out} limits by themselves, which `--format json` has\n");
    text
}

fn value(row: &Row) -> String {
    match (&*row.name, &*row.value) {
        (name, "") => name.into(),
        ("", value) => value.into(),
        (name, value) => format!("{name} = {value}"),
    }
}

fn in_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Named => "named by `--config`",
        Standing::Harmless => "found, and asks for nothing that has to be allowed",
        Standing::Allowed => "found, and allowed",
        Standing::Stranger => "found, and not used until `wit-host config allow`",
    }
}

fn to_json(file: Option<&HostFile>, standing: Option<Standing>, rows: &[Row]) -> Value {
    let standing = standing.map(|standing| match standing {
        Standing::Named => "named",
        Standing::Harmless => "harmless",
        Standing::Allowed => "allowed",
        Standing::Stranger => "stranger",
    });
    let values: Vec<_> = rows
        .iter()
        .map(|row| json!({ "what": row.what, "name": row.name, "value": row.value, "from": row.from }))
        .collect();
    let file = file.map(|file| file.path.display().to_string());
    json!({ "file": file, "standing": standing, "values": values })
}
