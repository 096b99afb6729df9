// What is fetched until the first play, in bytes as `gzip -9` makes them and in files.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { visit } from "../support/kit.mjs";
import { DIST } from "../support/site.mjs";
import { now, press, ready, settled } from "../support/page.mjs";

const MOST_BYTES = 500_000;
const MOST_FILES = 24;
const MOST_ELEMENTS = 1_500;

visit("the page is small", {}, async (page, site) => {
  const fetched = new Set(["index.html"]);
  let played = false;
  page.on("request", (request) => {
    // What can wait is asked for once something plays; where the play stands still for it, it counts.
    if (!played || request.resourceType() !== "fetch") fetched.add(name(request.url()));
  });
  const name = (url) => new URL(url).pathname.slice(1) || "index.html";
  // A second load sees every request from the first one on; the first must have ended.
  await ready(page);
  await page.goto("about:blank");
  await page.goto(site.address);
  await ready(page);
  played = true;
  await press(page, " ");
  await settled(page, async () => 0 < (await now(page)));

  const sizes = [];
  for (const file of [...fetched].sort()) {
    sizes.push([file, execFileSync("gzip", ["-9", "-n", "-c", join(DIST, file)]).length]);
  }
  const sum = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`    ${sum} B in ${sizes.length} files:`);
  for (const [file, size] of sizes) console.log(`    ${String(size).padStart(8)} B  ${file}`);
  assert.ok(sum <= MOST_BYTES, `${sum} B are more than ${MOST_BYTES} B`);
  assert.ok(sizes.length <= MOST_FILES, `${sizes.length} files are more than ${MOST_FILES}`);

  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  console.log(`    ${elements} elements`);
  assert.ok(elements <= MOST_ELEMENTS, `${elements} elements are more than ${MOST_ELEMENTS}`);
});
