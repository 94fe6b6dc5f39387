//! The work in Extism. The input and output of a call are bytes, so two numbers are passed as eight
//! bytes.

use anyhow::{Context as _, Result};
use extism::{
    CompiledPlugin, CurrentPlugin, Function, Plugin, PluginBuilder, UserData, Val, ValType, host_fn,
};

use crate::{Work, functions};

/// The number of texts that one call passes to the host. Extism looks for each text among all
/// blocks that the call has passed before. With thousands of them, the benchmark would measure this
/// search.
const BLOCKS: u32 = 100;

pub(crate) fn work(guest: Vec<u8>, work: &str, length: u32) -> Result<Work> {
    // The cache would be in the user's home folder.
    let builder = PluginBuilder::new(guest).with_functions(imports()).with_cache_disabled();
    let compiled = builder.compile()?;
    if work == "fresh" {
        return Ok(Box::new(move |times| (0..times).try_for_each(|_| fresh(&compiled))));
    }
    let mut plugin = Plugin::new_from_compiled(&compiled)?;
    if work == "sum" {
        return Ok(Box::new(move |times| (0..times).try_for_each(|_| sum(&mut plugin))));
    }
    let (work, most) = (work.to_owned(), if length == 0 { u32::MAX } else { BLOCKS });
    Ok(Box::new(move |mut times| {
        while times > 0 {
            let now = times.min(most);
            plugin.call::<u64, i64>(&work, both(now, length))?;
            times -= now;
        }
        Ok(())
    }))
}

fn fresh(compiled: &CompiledPlugin) -> Result<()> {
    sum(&mut Plugin::new_from_compiled(compiled)?)
}

fn sum(plugin: &mut Plugin) -> Result<()> {
    plugin.call::<u64, i64>("sum", both(1, 2))?;
    Ok(())
}

/// Returns two numbers as one input, the first of them first.
fn both(first: u32, second: u32) -> u64 {
    u64::from(second) << 32 | u64::from(first)
}

fn imports() -> [Function; 3] {
    [
        Function::new("add", [ValType::I32, ValType::I32], [ValType::I32], UserData::new(()), add),
        Function::new("echo_text", [extism::PTR], [extism::PTR], UserData::new(()), echo_text),
        Function::new("echo_bytes", [extism::PTR], [extism::PTR], UserData::new(()), echo_bytes),
    ]
}

host_fn!(echo_text(text: String) -> String { Ok(functions::echo_text(text)) });
host_fn!(echo_bytes(bytes: Vec<u8>) -> Vec<u8> { Ok(functions::echo_bytes(bytes)) });

/// Adds two numbers. `host_fn!` cannot make this function, because it expects every argument in
/// memory.
fn add(
    _: &mut CurrentPlugin,
    arguments: &[Val],
    results: &mut [Val],
    _: UserData<()>,
) -> Result<()> {
    let [Val::I32(a), Val::I32(b)] = arguments else {
        anyhow::bail!("`add` takes two numbers");
    };
    *results.first_mut().context("`add` has a result")? = Val::I32(functions::add(*a, *b));
    Ok(())
}
