// A peer of the benchmark: a component on Node, by way of jco. It is told on its command
// line what is to be done with which guest, says `ready`, and then answers every number
// that it reads with the nanoseconds of CPU time that so many times took.

import { createInterface } from 'node:readline';
import { transpile } from '@bytecodealliance/jco-transpile';

/** The host functions, which do what those of the benchmark's other columns do. */
const imports = {
  'bench:contract/host': {
    add: (a, b) => (a + b) | 0,
    echoText: (text) => text,
    measureText: (text) => Buffer.byteLength(text),
    echoBytes: (bytes) => bytes,
    echoReading: (reading) => reading,
    echoReadings: (readings) => readings,
  },
};

/** Gives a function that makes an instance, from modules that are compiled already. */
async function prepare(guest) {
  const { files } = await transpile(guest, {
    name: 'guest',
    instantiation: 'sync',
    emitTypescriptDeclarations: false,
  });
  const modules = new Map();
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('.wasm')) {
      modules.set(name, new WebAssembly.Module(content));
    }
  }
  // From memory, so that no file is left behind.
  const script = Buffer.from(files['guest.js']).toString('base64');
  const { instantiate } = await import(`data:text/javascript;base64,${script}`);
  return () => instantiate((name) => modules.get(name), imports);
}

/** Gives a function that does the work so many times. */
function prepared(instantiate, work, length) {
  if (work === 'fresh') {
    return repeated(() => instantiate().sum(1, 2));
  }
  const instance = instantiate();
  const text = 'a'.repeat(length);
  switch (work) {
    case 'sum':
      return repeated(() => instance.sum(1, 2));
    case 'reply':
      return repeated(() => instance.reply(text));
    case 'call-add':
      return (times) => instance.callAdd(times);
    case 'call-echo-text':
      return (times) => instance.callEchoText(times, length);
    case 'call-echo-bytes':
      return (times) => instance.callEchoBytes(times, length);
    case 'call-echo-reading':
      return (times) => instance.callEchoReading(times);
    case 'call-echo-readings':
      return (times) => instance.callEchoReadings(times, length);
    default:
      throw new Error(`there is no \`${work}\``);
  }
}

function repeated(once) {
  return (times) => {
    for (let time = 0; time < times; time += 1) {
      once();
    }
  };
}

/** CPU time of all threads, since collecting garbage and compiling have theirs. */
function nanoseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

try {
  const [guest, work, length] = process.argv.slice(2);
  const run = prepared(await prepare(guest), work, Number(length));
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const began = nanoseconds();
    run(Number(line));
    console.log(nanoseconds() - began);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
