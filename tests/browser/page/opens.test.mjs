// The page opens from a plain host of static files, at the root and below a sub-path.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";

for (const under of ["/", "/some/where/"]) {
  visit(`the page opens at ${under}`, { under }, async (page) => {
    await page.waitForSelector(".app");
    assert.equal(await page.title(), "RocketScope");
  });
}

const provoked = { forgive: /Content Security Policy/ };
visit("no inline script runs but the one that starts the page", provoked, async (page) => {
  await page.waitForSelector(".app");
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.smuggled = true";
    document.head.append(script);
    return globalThis.smuggled === true;
  });
  assert.equal(ran, false);
});
