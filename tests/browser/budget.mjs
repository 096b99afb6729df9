// Measures the page's timed figures in a real Chromium, each the median of five, and prints a table.
// `node budget.mjs [tasks|marks|speed|sends|seeks|million]…`; ends with 1 where a limit is not held.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { DESKTOP, launch } from "./support/browser.mjs";
import { ended, ledger, now, ordinal, press, ready, settled } from "./support/page.mjs";
import { serve } from "./support/site.mjs";

const TIMES = 5;
const PLAYED_MS = 10_000;

/** 7 000 messages a second over links of 300 ms: 2 000 marks or more are on their way at any moment. */
const CROWD =
  "#/slow-consumer?at=t10000000000&set=network.latency:%22300ms%22" +
  "&set=client.Steady.workload.rate:%227000/s%22";
/** 600 s of the scenario, as `rocketscope bench` runs it. */
const LONG = "#/slow-consumer?set=end:%22600s%22";
/** Long enough for 20 000 000 events. */
const VAST = "#/slow-consumer?set=end:%223600s%22";

const site = await serve();
const browser = await launch();
const rows = [];

function row(name, samples, unit, limit, least = 0) {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const held = median >= least && (limit === undefined || median <= limit);
  rows.push({ name, median: round(median), unit, limit: limit ?? (least || undefined), held });
  console.log(`    ${name}: ${round(median)} ${unit} (${sorted.map(round).join(", ")})`);
}

const round = (number) => (number < 100 ? Math.round(number * 100) / 100 : Math.round(number));
const percentile = (sorted, share) => sorted[Math.ceil(sorted.length * share) - 1];

async function visit(address, body) {
  const context = await browser.newContext({ viewport: DESKTOP });
  try {
    const page = await context.newPage();
    await page.goto(site.address + address);
    await ready(page);
    await settled(page, undefined, 120_000);
    return await body(page);
  } finally {
    await context.close();
  }
}

/** Plays for a while; the longest task in ms and the gaps between frames of the screen. */
async function played(page) {
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.tasks.push(entry.duration);
    }).observe({ type: "longtask" });
  });
  await press(page, " ");
  await page.waitForTimeout(500);
  const gaps = await page.evaluate(
    (length) =>
      new Promise((resolve) => {
        const gaps = [];
        const from = performance.now();
        let last = from;
        const look = (at) => {
          gaps.push(at - last);
          last = at;
          if (at - from < length) requestAnimationFrame(look);
          else resolve(gaps.slice(1).sort((a, b) => a - b));
        };
        requestAnimationFrame(look);
      }),
    PLAYED_MS,
  );
  const tasks = await page.evaluate(() => globalThis.tasks);
  return { gaps, longest: Math.max(0, ...tasks), count: tasks.length };
}

async function repeated(body) {
  const results = [];
  for (let time = 0; time < TIMES; time += 1) results.push(await body());
  return results;
}

/** No task over 50 ms while slow-consumer plays (the browser names only tasks over 50 ms). */
async function tasks() {
  const runs = await repeated(() => visit("#/slow-consumer", played));
  row("tasks over 50 ms in 10 s of slow-consumer", runs.map((run) => run.count), "", 0);
  row("longest of them", runs.map((run) => run.longest), "ms");
}

async function marks() {
  const runs = await repeated(() => visit(CROWD, played));
  row("2 000 marks: median gap between frames", runs.map((run) => percentile(run.gaps, 0.5)), "ms", 17);
  row("2 000 marks: p95 gap", runs.map((run) => percentile(run.gaps, 0.95)), "ms", 34);
}

/** Presses End in the page and waits there for the end; the seconds, without the test's own waiting. */
const toTheEnd = () =>
  new Promise((resolve) => {
    const clock = document.querySelector('[data-testid="clock"]');
    const from = performance.now();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
    const look = () => {
      if (clock.dataset.ended !== "true") return requestAnimationFrame(look);
      return resolve((performance.now() - from) / 1000);
    };
    look();
  });

/** Keeps a copy of what the page posts to its worker. */
const keepRequests = () => {
  globalThis.requests = [];
  globalThis.Worker = class extends Worker {
    postMessage(request, ...more) {
      globalThis.requests.push([...new Uint8Array(request)]);
      super.postMessage(request, ...more);
    }
  };
};

/** Posts them to a worker beside which nothing else runs, six times; the seconds of each. */
const replayed = async (requests) => {
  const worker = new Worker("./worker_loader.js");
  const answer = () => new Promise((resolve) => (worker.onmessage = resolve));
  await answer();
  const seconds = [];
  while (seconds.length < 6) {
    const from = performance.now();
    for (const request of requests) {
      worker.postMessage(new Uint8Array(request).buffer);
      await answer();
    }
    seconds.push((performance.now() - from) / 1000);
  }
  worker.terminate();
  return seconds;
};

/** Events a second to the end of a run, by the page's requests: in its worker and natively. */
async function speed() {
  const context = await browser.newContext({ viewport: DESKTOP });
  const page = await context.newPage();
  await page.addInitScript(keepRequests);
  await page.goto(site.address + LONG);
  await ready(page);
  await settled(page, async () => (await now(page)) === 0, 60_000);
  const before = await ordinal(page);
  const whole = await page.evaluate(toTheEnd);
  const events = (await ordinal(page)) - before;
  const requests = await page.evaluate(() => globalThis.requests);
  await page.goto(`${site.address}style.css`);
  const [, ...warm] = await page.evaluate(replayed, requests);
  await context.close();
  const what = "600 s of slow-consumer";
  row(`events a second, ${what}: a page just opened`, [events / whole], "/s");
  row("the same, its worker alone", warm.map((seconds) => events / seconds), "/s");
  const native = nativeFigure("slow-consumer", "as the page plays it");
  row("the same, natively", native.samples, "/s");
  row("native by worker", warm.map((seconds) => (native.median * seconds) / events), "times", 1.5);
}

/** Sends stored a second: one broker, 128 B, no network, no page beside it. */
async function sends() {
  const most = 2_000_000;
  await visit("", async (page) => {
    const seconds = [];
    for (let time = 0; time <= TIMES; time += 1) {
      const [stored, millis] = await page.workers()[0].evaluate((most) => {
        const from = performance.now();
        const stored = wasm_bindgen.measureSends(most);
        return [stored, performance.now() - from];
      }, most);
      assert.equal(stored, most, "every send is acknowledged");
      seconds.push(millis / 1000);
    }
    // The first one is the browser's compiler's.
    row("sends stored, one broker, no network", seconds.slice(1).map((time) => most / time), "/s", undefined, 1_000_000);
  });
}

/** A figure of `rocketscope bench`, measured now. */
function nativeFigure(which, name) {
  const text = execFileSync(process.env.ROCKETSCOPE_NATIVE, ["bench", which, "--json"], { encoding: "utf8" });
  return JSON.parse(text).figures.find((figure) => figure.name.endsWith(name));
}

async function seeks() {
  await visit(VAST, async (page) => {
    await press(page, "End");
    await ended(page, 600_000);
    const last = await ordinal(page);
    console.log(`    a run of ${last} events`);
    const times = [];
    for (let seek = 0; seek < 20; seek += 1) {
      const target = Math.floor(((seek * 7 + 3) % 20) * (last / 20) + last / 41);
      const from = performance.now();
      await page.evaluate((at) => location.replace(`${location.hash.replace(/[&?]at=[^&]*/, "")}&at=o${at}`), target);
      await settled(page, async () => (await ordinal(page)) === target);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    row("20 random seeks: p95", [percentile(times, 0.95)], "ms", 300);
  });
}

/** Two million messages, consumed: from the key to the end, with the page beside it. */
async function million() {
  const seconds = [];
  for (let time = 0; time < 3; time += 1) {
    await visit("#/two-million", async (page) => {
      const end = page.evaluate(
        (clock) =>
          new Promise((resolve) => {
            const from = performance.now();
            const look = () => {
              if (document.querySelector(clock)) resolve((performance.now() - from) / 1000);
              else requestAnimationFrame(look);
            };
            look();
          }),
        '[data-testid="clock"][data-ended="true"]',
      );
      await press(page, "End");
      seconds.push(await end);
      assert.equal(await ledger(page, "consumed"), 2_000_000);
    });
  }
  row("two-million to its end", seconds, "s", 9);
}

try {
  const figures = { tasks, marks, speed, sends, seeks, million };
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(figures);
  for (const figure of chosen) await figures[figure]();
} finally {
  await browser.close();
  await site.close();
}
console.table(rows);
process.exitCode = rows.every(({ held }) => held) ? 0 : 1;
