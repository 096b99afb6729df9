// One seed, one history: the command line and the browser end every shipped scenario with equal digests.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { visit } from "../support/kit.mjs";
import { digests, ended, press, ready } from "../support/page.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const NATIVE = process.env.ROCKETSCOPE_NATIVE ?? join(ROOT, "target/debug/rocketscope");
const SHIPPED = readdirSync(join(ROOT, "static/scenarios"))
  .filter((file) => file.endsWith(".toml"))
  .map((file) => file.replace(/\.toml$/, ""));

for (const scenario of SHIPPED) {
  visit(`${scenario}: native = browser`, { at: `#/${scenario}` }, async (page) => {
    const native = JSON.parse(execFileSync(NATIVE, ["run", scenario, "--json"], { maxBuffer: 1 << 28 }));
    await ready(page);
    await press(page, "End");
    await ended(page);
    const browser = await digests(page);
    assert.equal(browser.history, native.digest.history);
    assert.equal(browser.state, native.digest.state);
  });
}
