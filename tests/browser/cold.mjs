// Which functions of worker and page no visitor needs at first: `node cold.mjs` plays two scenarios
// with a worker, and one with a page, that count how often their functions run, and writes the names
// of those that do not run until the first play and seldom under load to `xtask/src/split/cold.txt`
// and `cold_page.txt`. It needs what
// `cargo xtask dist` has just built, and ROCKETSCOPE_BROWSER.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DESKTOP, PHONE, launch } from "./support/browser.mjs";
import { now, press, ready, settled } from "./support/page.mjs";
import { serve } from "./support/site.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WHOLE = join(ROOT, "target/wasm-bindgen/release");
const LISTS = {
  worker: join(ROOT, "xtask/src/split/cold.txt"),
  page: join(ROOT, "xtask/src/split/cold_page.txt"),
};
/** What is opened, for how many seconds it is played, and from how many calls on a function stays. */
const PLAYED = {
  worker: [
    ["#/first-program", 2, 1],
    ["#/slow-consumer?at=t20000000000", 6, 20_000],
  ],
  page: [["#/first-program", 2, 1]],
};
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

/** How many functions are imported; neither imports anything else. */
const imported = (section) => new Reader(section.body).number();

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

/** The module with a page of memory more, in which each function counts how often it ran. */
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
        for (const byte of noted(reader.part(reader.number()), pages * PAGE + 4 * number)) code.push(byte);
      }
      put(id, code);
    } else {
      put(id, body);
    }
  }
  return { wasm: Uint8Array.from(out), address: pages * PAGE, functions };
}

/** A function that first adds 1 at its place. */
function noted(body, place) {
  const reader = new Reader(body);
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.number();
    reader.byte();
  }
  const code = [
    ...body.subarray(0, reader.at),
    ...[0x41, ...signed(place), 0x41, ...signed(place), 0x28, 2, 0, 0x41, 1, 0x6a, 0x36, 2, 0],
    ...body.subarray(reader.at),
  ];
  return [...unsigned(code.length), ...code];
}

/** How often each function of a module ran, as the list of those that stay. */
async function stays(stem, browser) {
  const whole = readFileSync(join(WHOLE, `${stem}_bg.wasm`));
  const { wasm, address, functions } = noting(whole);
  const folder = mkdtempSync(join(tmpdir(), "cold-"));
  cpSync(join(ROOT, "dist"), folder, { recursive: true });
  writeFileSync(join(folder, `${stem}_bg.wasm`), wasm);
  const script = readFileSync(join(WHOLE, `${stem}.js`), "utf8");
  const shown = script.replace("wasm = instance.exports;", "wasm = instance.exports; self.noted = wasm;");
  writeFileSync(join(folder, `${stem}.js`), shown);
  const site = await serve("/", folder);
  const stays = new Uint8Array(functions);
  for (const [opened, seconds, calls] of PLAYED[stem]) {
    const page = await browser.newPage({ viewport: DESKTOP });
    await page.goto(site.address + opened);
    await ready(page);
    if (stem === "page") await look(page);
    await press(page, " ");
    await settled(page, async () => 0 < (await now(page)));
    await page.waitForTimeout(seconds * 1_000);
    const read = ([at, count]) => [...new Uint32Array(self.noted.memory.buffer, at, count)];
    const counts = await (stem === "page" ? page : page.workers()[0]).evaluate(read, [address, functions]);
    counts.forEach((count, number) => (stays[number] |= count >= calls));
    console.log(`    ${stem} ${opened}: ${counts.filter(Boolean).length} of ${functions} functions ran`);
    await page.close();
  }
  await site.close();
  rmSync(folder, { recursive: true });
  return { whole, stays };
}

/** What a person does before the first play: looks around, by pointer and keys. */
async function look(page) {
  for (const [x, y] of [[300, 300], [700, 250], [700, 700], [1_200, 400], [600, 860]]) await page.mouse.move(x, y);
  await press(page, "Tab", 12);
  await page.evaluate(() => document.activeElement.blur());
  await page.setViewportSize(PHONE);
  await page.waitForTimeout(300);
  await page.setViewportSize(DESKTOP);
  await page.waitForTimeout(300);
}

/** Names of functions that can wait. */
function lines({ whole, stays }) {
  const list = sections(whole);
  const first = imported(list.find((section) => section.id === IMPORTS));
  const groups = new Map();
  for (const [number, name] of [...names(list)].sort(([a], [b]) => a - b)) {
    if (number < first) continue;
    const plain = name.replace(/::h[0-9a-f]{16}$/u, "");
    groups.set(plain, [...(groups.get(plain) ?? []), stays[number - first]]);
  }
  const lines = [];
  for (const [name, stay] of groups) {
    // Several functions may share a name: all of them must be able to wait. Whether a view is thrown
    // away before it is drawn, a moment decides.
    const chance = name.includes("drop_in_place") && name.includes("yew::");
    if (!chance && stay.every((stays_here) => !stays_here)) lines.push(name);
  }
  return lines.sort();
}

const browser = await launch();
try {
  for (const [stem, list] of Object.entries(LISTS)) {
    const found = lines(await stays(stem, browser));
    writeFileSync(list, `${found.join("\n")}\n`);
    console.log(`    ${found.length} lines of what can wait of the ${stem}`);
  }
} finally {
  await browser.close();
}
