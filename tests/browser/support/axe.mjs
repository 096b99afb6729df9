// Accessibility: no serious or critical violation of the rules that axe knows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Fails with the rule and the elements where the page as it stands now violates one. */
export async function accessible(page, where) {
  // Through the debugger rather than a script element: the page's own policy allows none.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  // All violations, and no list of all that is well: a long list takes as long as the rules.
  const wanted = { resultTypes: ["violations"] };
  const { violations } = await page.evaluate((wanted) => globalThis.axe.run(document, wanted), wanted);
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target).join(" ")}`);
  assert.deepEqual(grave, [], where);
}
