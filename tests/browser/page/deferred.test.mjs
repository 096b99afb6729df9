// The worker comes in two parts: what can wait is fetched when it is needed, and once.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { now, press, ready, settled } from "../support/page.mjs";

const MORE = /worker_more\.wasm$/u;
const WRONG = "#/first-program?set=client.Producer.workload.pause:%2212 apples%22";

/** Requests for the part that can wait, by the way they are made. */
function requests(page) {
  const made = [];
  page.on("request", (request) => MORE.test(request.url()) && made.push(request.resourceType()));
  return made;
}

visit("words about an error are fetched before the first play", { at: "#" }, async (page, site) => {
  await ready(page);
  const made = requests(page);
  await page.goto("about:blank");
  await page.goto(site.address + WRONG);
  await page.getByRole("alert").filter({ hasText: "12 apples" }).waitFor();
  assert.deepEqual(made, ["xhr"]);
});

visit("what was fetched while playing is there when it is needed", {}, async (page) => {
  const made = requests(page);
  await ready(page);
  await press(page, " ");
  await settled(page, async () => 0 < (await now(page)) && made.length > 0);
  await press(page, " ");
  await page.evaluate((hash) => {
    location.hash = hash;
  }, WRONG);
  await page.getByRole("alert").filter({ hasText: "12 apples" }).waitFor();
  assert.deepEqual(made, ["fetch"]);
});

const lost = { at: "#", forgive: /worker_more|engine|XMLHttpRequest|NetworkError/iu };
visit("where it cannot be fetched the page says so and goes on", lost, async (page, site) => {
  await ready(page);
  await page.route(MORE, (route) => route.abort());
  await page.evaluate((hash) => {
    location.hash = hash;
  }, WRONG);
  const alert = page.getByRole("alert");
  await alert.filter({ hasText: "worker_more.wasm" }).waitFor();
  await page.keyboard.press("Escape");
  await page.unroute(MORE);
  await page.evaluate(() => {
    location.hash = "#/first-program";
  });
  await settled(page);
  await press(page, " ");
  await settled(page, async () => 0 < (await now(page)));
});

/** How the page asked for its own later part. */
function own(page) {
  const made = [];
  page.on("request", (request) => /page_more\.wasm$/u.test(request.url()) && made.push(request.resourceType()));
  return made;
}

visit("the page's later part comes once something plays", { at: "#" }, async (page, site) => {
  await ready(page);
  const made = own(page);
  await page.goto("about:blank");
  await page.goto(site.address);
  await ready(page);
  assert.deepEqual(made, []);
  await press(page, " ");
  await settled(page, async () => 0 < (await now(page)) && made.length > 0);
  await press(page, "6");
  await page.getByRole("main", { name: "Figures" }).getByText("Requests of clients").waitFor();
  assert.deepEqual(made, ["fetch"]);
});

visit("a view that is opened before waits for it", { at: "#" }, async (page, site) => {
  await ready(page);
  const made = own(page);
  await page.goto("about:blank");
  await page.goto(site.address + "#/first-program?view=figures");
  await page.getByRole("main", { name: "Figures" }).getByText("0 of 3 hold, the others are not decided yet").waitFor();
  assert.deepEqual(made, ["xhr"]);
});
