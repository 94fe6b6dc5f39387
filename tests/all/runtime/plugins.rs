//! Tests of the guests of a folder: what is added, changed and removed, and what is not fit.

use std::fs;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use wit_host::{Live, PluginChange, Plugins, Runtime, Sessions, Val};

fn answering(number: i32) -> String {
    format!(r#"(module (func (export "answer") (result i32) i32.const {number}))"#)
}

fn plugins(folder: &std::path::Path) -> Plugins<()> {
    let runtime: Runtime<()> = crate::support::hosts::builder().build().unwrap();
    Plugins::watch(folder, 1 << 20, move |_, bytes| {
        let guest = runtime.load(bytes)?;
        Ok(Live::builder(|guest| Sessions::new(guest, || ())).serve(guest))
    })
}

fn answer(live: &Live<()>) -> Vec<Val> {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(live.call("answer", &[])).unwrap()
}

#[test]
fn guests_of_a_folder_are_added_changed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let plugins = plugins(folder.path())
        .on_change(move |change| listener.lock().unwrap().push(change.clone()));
    let looks = || {
        (0..2).for_each(|_| plugins.look());
        std::mem::take(&mut *told.lock().unwrap())
    };
    let name = |name: &str| name.to_owned();
    write("one.wat", &answering(1));
    write("broken.wat", "(module");
    let changes = looks();
    let [PluginChange::Refused { name: broken, reason }, added] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((&**broken, added), ("broken", &PluginChange::Added { name: name("one") }));
    assert!(!reason.is_empty());
    assert_eq!(plugins.names(), ["one"]);
    let one = plugins.get("one").unwrap();
    assert_eq!(answer(&one), [Val::S32(1)]);

    write("one.wat", &answering(2));
    write("broken.wat", &answering(3));
    let changes = looks();
    let changed = PluginChange::Changed { name: name("one"), generation: 2 };
    assert_eq!(changes, [PluginChange::Added { name: name("broken") }, changed]);
    assert_eq!(answer(&one), [Val::S32(2)]);

    write("one.wat", "(module)");
    assert!(matches!(&looks()[..], [PluginChange::Refused { name, .. }] if name == "one"));
    assert_eq!(answer(&one), [Val::S32(2)], "callers use what the new one lacks");

    fs::remove_file(folder.path().join("one.wat")).unwrap();
    assert_eq!(looks(), [PluginChange::Removed { name: name("one") }]);
    assert!(plugins.get("one").is_none());
    assert_eq!(answer(&one), [Val::S32(2)], "who has it calls it still");

    // Of two files with one name the first is the guest, and then the other one.
    write("two.wasm", &answering(4));
    write("two.wat", &answering(5));
    assert_eq!(looks(), [PluginChange::Added { name: name("two") }]);
    assert_eq!(answer(&plugins.get("two").unwrap()), [Val::S32(4)]);
    fs::remove_file(folder.path().join("two.wasm")).unwrap();
    assert_eq!(looks(), [PluginChange::Removed { name: name("two") }]);
    assert_eq!(looks(), [PluginChange::Added { name: name("two") }]);
    assert_eq!(answer(&plugins.get("two").unwrap()), [Val::S32(5)]);
    fs::remove_file(folder.path().join("two.wat")).unwrap();
    assert_eq!(looks(), [PluginChange::Removed { name: name("two") }]);

    let path = folder.path().to_owned();
    folder.close().unwrap();
    let changes = looks();
    assert!(matches!(&changes[..], [PluginChange::Unusable { path: other, .. }] if *other == path));
    assert_eq!(plugins.names(), ["broken"], "a folder that cannot be read removes nothing");
}

#[test]
fn a_folder_is_looked_at_until_nobody_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.wat"), answering(1)).unwrap();
    let (told, changes) = mpsc::channel();
    let plugins =
        plugins(folder.path()).on_change(move |change| told.send(change.clone()).unwrap());
    let plugins = Arc::new(plugins);
    let watching = plugins.start(Duration::from_millis(1)).unwrap();
    assert_eq!(changes.recv().unwrap(), PluginChange::Added { name: "one".into() });
    drop(watching);
    drop(plugins);
    // The thread has the last of it, and its end ends the channel.
    assert!(changes.recv().is_err());
}
