// Which functions of the worker no visitor needs at first: `node cold.mjs` plays two scenarios with
// a worker that notes which of its functions run, and writes the names of those that never did to
// `xtask/src/split/cold.txt`. Needs a `dist` that was just built, with the module before its split.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./support/browser.mjs";
import { now, press, ready, settled } from "./support/page.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WHOLE = join(ROOT, "target/wasm-bindgen/release");
const LIST = join(ROOT, "xtask/src/split/cold.txt");
/** Scenarios, and how many seconds each is played. */
const PLAYED = [
  ["first-program", 30],
  ["slow-consumer", 8],
];
const [IMPORTS, MEMORY, CODE, CUSTOM] = [2, 5, 10, 0];
const PAGE = 65_536;

/** Reads a module byte by byte. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte & 128);
    return value;
  }
  part(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  text() {
    return new TextDecoder().decode(this.part(this.number()));
  }
}

const unsigned = (value) => {
  const bytes = [];
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return bytes;
};

/** As a constant of the code: one more byte where the last would count as a sign. */
const signed = (value) => {
  const bytes = unsigned(value);
  if (bytes.at(-1) & 64) {
    bytes[bytes.length - 1] |= 128;
    bytes.push(0);
  }
  return bytes;
};

function sections(bytes) {
  const reader = new Reader(bytes);
  reader.at = 8;
  const list = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    list.push({ id, body: reader.part(reader.number()) });
  }
  return list;
}

/** How many functions are imported; the worker imports nothing else. */
function imported(section) {
  const reader = new Reader(section.body);
  const count = reader.number();
  return count;
}

/** The names of functions by their numbers. */
function names(list) {
  const found = new Map();
  for (const { body } of list.filter((section) => section.id === CUSTOM)) {
    const reader = new Reader(body);
    if (reader.text() !== "name") continue;
    while (reader.at < body.length) {
      const kind = reader.byte();
      const end = reader.number() + reader.at;
      if (kind === 1) {
        for (let left = reader.number(); left > 0; left -= 1) found.set(reader.number(), reader.text());
      }
      reader.at = end;
    }
  }
  return found;
}

/** The module with a page of memory more, into which each function writes that it ran. */
function noting(bytes) {
  const list = sections(bytes);
  const memory = new Reader(list.find((section) => section.id === MEMORY).body);
  const [count, flags, pages] = [memory.number(), memory.byte(), memory.number()];
  const rest = memory.bytes.subarray(memory.at);
  const out = [...bytes.subarray(0, 8)];
  let functions = 0;
  const put = (id, body) => {
    out.push(id, ...unsigned(body.length));
    for (const byte of body) out.push(byte);
  };
  for (const { id, body } of list) {
    if (id === MEMORY) {
      put(id, [...unsigned(count), flags, ...unsigned(pages + 1), ...rest]);
    } else if (id === CODE) {
      const reader = new Reader(body);
      functions = reader.number();
      const code = unsigned(functions);
      for (let number = 0; number < functions; number += 1) {
        for (const byte of noted(reader.part(reader.number()), pages * PAGE + number)) code.push(byte);
      }
      put(id, code);
    } else {
      put(id, body);
    }
  }
  return { wasm: Uint8Array.from(out), address: pages * PAGE, functions };
}

/** A function that first writes 1 to its place. */
function noted(body, place) {
  const reader = new Reader(body);
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.number();
    reader.byte();
  }
  const code = [
    ...body.subarray(0, reader.at),
    ...[0x41, ...signed(place), 0x41, 1, 0x3a, 0, 0],
    ...body.subarray(reader.at),
  ];
  return [...unsigned(code.length), ...code];
}

const whole = readFileSync(join(WHOLE, "worker_bg.wasm"));
const { wasm, address, functions } = noting(whole);
const folder = mkdtempSync(join(tmpdir(), "cold-"));
cpSync(join(ROOT, "dist"), folder, { recursive: true });
writeFileSync(join(folder, "worker_bg.wasm"), wasm);
const script = readFileSync(join(WHOLE, "worker.js"), "utf8");
const shown = script.replace("wasm = instance.exports;", "wasm = instance.exports; self.noted = wasm;");
writeFileSync(join(folder, "worker.js"), shown);
process.env.ROCKETSCOPE_DIST = folder;
const { serve } = await import("./support/site.mjs");
const site = await serve();
const browser = await launch();
const ran = new Uint8Array(functions);
for (const [scenario, seconds] of PLAYED) {
  const page = await browser.newPage();
  await page.goto(`${site.address}#/${scenario}`);
  await ready(page);
  await press(page, " ");
  await settled(page, async () => 0 < (await now(page)));
  await page.waitForTimeout(seconds * 1_000);
  const read = ([at, count]) => [...new Uint8Array(self.noted.memory.buffer, at, count)];
  const notes = await page.workers()[0].evaluate(read, [address, functions]);
  notes.forEach((note, number) => (ran[number] |= note));
  console.log(`    ${scenario}: ${notes.filter(Boolean).length} of ${functions} functions ran`);
  await page.close();
}
await browser.close();
await site.close();
rmSync(folder, { recursive: true });

const list = sections(whole);
const first = imported(list.find((section) => section.id === IMPORTS));
const cold = new Map();
for (const [number, name] of names(list)) {
  if (number < first) continue;
  const plain = name.replace(/::h[0-9a-f]{16}$/u, "");
  cold.set(plain, (cold.get(plain) ?? true) && !ran[number - first]);
}
const own = [...cold].filter(([name, never]) => never && name.includes("rocketscope::")).map(([name]) => name);
writeFileSync(LIST, `${own.sort().join("\n")}\n`);
console.log(`    ${own.length} names that can wait`);
