// One seed, one history: the command line and the browser end every shipped scenario with equal digests.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { visits } from "../support/kit.mjs";
import { digests, ended, press, ready } from "../support/page.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const NATIVE = process.env.ROCKETSCOPE_NATIVE ?? join(ROOT, "target/debug/rocketscope");
const SHIPPED = readdirSync(join(ROOT, "static/scenarios"))
  .filter((file) => file.endsWith(".toml"))
  .map((file) => file.replace(/\.toml$/, ""));
const LONGEST = "two-million";

// The longest one does not come last and alone.
SHIPPED.sort((one, other) => (other === LONGEST) - (one === LONGEST));

const run = promisify(execFile);
const native = async (scenario) => {
  const { stdout } = await run(NATIVE, ["run", scenario, "--json"], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout).digest;
};

const all = SHIPPED.map((scenario) => ({ name: scenario, at: `#/${scenario}` }));
visits("native = browser", all, async (page, { name }) => {
  const inBrowser = async () => {
    await ready(page);
    await press(page, "End");
    await ended(page);
    return digests(page);
  };
  const [browser, { history, state }] = await Promise.all([inBrowser(), native(name)]);
  assert.deepEqual(browser, { history, state });
});
