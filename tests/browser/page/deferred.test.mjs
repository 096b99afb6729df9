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

/** The page's own later part does not come as long as `lost.is` says so. */
async function losing(page, how) {
  const lost = { is: true };
  await page.route(/page_more\.wasm$/u, (route) => (lost.is ? how(route) : route.continue()));
  return lost;
}

const FAILS = {
  "without a connection": (route) => route.abort(),
  "where the host has lost it": (route) => route.fulfill({ status: 404 }),
};
const broken = { at: "#", forgive: /page_more|XMLHttpRequest|NetworkError|404|Failed to load/iu };
for (const [when, how] of Object.entries(FAILS)) {
  visit(`${when} a view asks, and opens once it can`, broken, async (page) => {
    await ready(page);
    const lost = await losing(page, how);
    const asked = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      lost.is = asked.length < 2;
      return dialog.accept();
    });
    await press(page, "6");
    await page.getByRole("main", { name: "Figures" }).getByText("Requests of clients").waitFor();
    assert.equal(asked.length, 2, "it asks as long as it has to");
    assert.match(asked[0], /page_more\.wasm, could not be fetched .*try again/u);
    await press(page, "1");
    await press(page, " ");
    await settled(page, async () => 0 < (await now(page)));
  });
}

visit("who does not try again is told how to go on", broken, async (page) => {
  await ready(page);
  const lost = await losing(page, FAILS["without a connection"]);
  page.on("dialog", (dialog) => dialog.dismiss());
  await press(page, "6");
  await page.getByRole("alert").filter({ hasText: "Reload it when the connection is back" }).waitFor();
  lost.is = false;
  await page.reload();
  await ready(page);
  await press(page, "6");
  await page.getByRole("main", { name: "Figures" }).getByText("Requests of clients").waitFor();
});
