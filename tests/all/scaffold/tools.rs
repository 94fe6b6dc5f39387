//! Tests of the tools that a project's build installs. They are installed once for all projects
//! that need the same ones, and nothing is left behind if installing fails. Programs of these tests
//! stand in for the real installers.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use tempfile::TempDir;

use crate::support::command::run;

/// An installer that installs a compiler and records that it did. The compiler copies its source,
/// and fails if the source begins with `wrong`.
const INSTALLS: &str = r#"#!/bin/sh
test "$1" = --version && exit
echo installed >> "$INSTALLED_BY"
for folder; do test -d "$folder" && break; done
mkdir -p "$folder/node_modules/.bin" "$folder/bin"
cat > "$folder/bin/compile" <<'END'
#!/bin/sh
for file in guest.js guest.py built/guest.js; do test -e $file && source=$file; done
grep -q '^wrong' $source && exit 1
for output; do :; done
cp $source "$output"
END
for name in node_modules/.bin/componentize-qjs node_modules/.bin/componentize-js bin/componentize-py
do ln "$folder/bin/compile" "$folder/$name"; done
cat > "$folder/node_modules/.bin/tsc" <<'END'
#!/bin/sh
grep -q '^wrong' guest.ts && exit 1
mkdir built && cp guest.ts built/guest.js
END
chmod +x "$folder/node_modules/.bin/tsc"
for name in bin/pip node_modules/.bin/jco
do printf '#!/bin/sh\n' > "$folder/$name"; chmod +x "$folder/$name"; done
chmod +x "$folder/bin/compile"
"#;

/// A folder for projects, with the stand-in programs and the folder of shared tools.
struct Projects {
    folder: TempDir,
}

impl Projects {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["npm", "python3"] {
            let path = folder.path().join(name);
            fs::write(&path, INSTALLS).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder }
    }

    fn project(&self, name: &str, language: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        assert_eq!(run(&["new", path.to_str().unwrap(), "--lang", language]).status, Some(0));
        path
    }

    fn start(&self, project: &Path) -> Child {
        let path = std::env::var("PATH").unwrap();
        Command::new("make")
            .current_dir(project)
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env("WIT_HOST_TOOLS", self.folder.path().join("tools"))
            .env("INSTALLED_BY", self.folder.path().join("installed"))
            .env_remove("TOOLS")
            .env_remove("MAKEFLAGS")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Builds a project. Returns whether it succeeded, and what it printed.
    fn build(&self, project: &Path) -> (bool, String) {
        ended(self.start(project))
    }

    fn installed(&self) -> usize {
        let lines = fs::read_to_string(self.folder.path().join("installed")).unwrap_or_default();
        lines.lines().count()
    }
}

fn ended(build: Child) -> (bool, String) {
    let output = build.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.success(), text.concat())
}

#[test]
fn tools_are_installed_once_for_all_projects() {
    for (language, tool) in
        [("js", "componentize-js"), ("quickjs", "componentize-qjs"), ("python", "componentize-py")]
    {
        let projects = Projects::new();
        let all = ["one", "two", "three"].map(|name| projects.project(name, language));
        // All builds run at the same time.
        let builds = all.each_ref().map(|project| projects.start(project));
        let printed: String = builds
            .into_iter()
            .map(|build| {
                let (succeeded, printed) = ended(build);
                assert!(succeeded, "{language}: {printed}");
                printed
            })
            .collect();
        assert_eq!(projects.installed(), 1, "{language}: {printed}");
        assert_eq!(printed.matches(&format!("installing {tool} (")).count(), 1, "{printed}");
        assert!(all.iter().all(|project| project.join("guest.wasm").is_file()), "{printed}");
        let tools: Vec<_> = fs::read_dir(projects.folder.path().join("tools")).unwrap().collect();
        assert_eq!(tools.len(), 1, "nothing is left of who was first: {tools:?}");
    }
}

#[test]
fn a_build_that_fails_leaves_no_old_guest() {
    for (language, source) in [("js", "guest.js"), ("ts", "guest.ts"), ("python", "guest.py")] {
        let projects = Projects::new();
        let project = projects.project("guest", language);
        assert!(projects.build(&project).0);
        let built = File::options().write(true).open(project.join("guest.wasm")).unwrap();
        built.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        fs::write(project.join(source), "wrong\n").unwrap();
        let (succeeded, printed) = projects.build(&project);
        assert!(!succeeded && !project.join("guest.wasm").exists(), "{language}: {printed}");
        assert_eq!(projects.installed(), 1);
    }
}

#[test]
fn a_folder_with_a_space_is_none_for_tools() {
    let projects = Projects::new();
    let project = projects.project("guest", "js");
    let build = Command::new("make")
        .args(["--dry-run"])
        .current_dir(&project)
        .env("WIT_HOST_TOOLS", "/no such/folder")
        .env_remove("TOOLS")
        .env_remove("MAKEFLAGS")
        .output()
        .unwrap();
    let printed = String::from_utf8(build.stdout).unwrap();
    assert!(printed.contains("in tools\""), "{printed}");
}
