// The first program, played to its end: nothing is consumed before 20 s, then everything is.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { ended, ledger, press, ready } from "../support/page.mjs";

/** Reads clock and ledger at every frame of the screen until the scenario is over. */
function sampled(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const samples = [];
        const clock = document.querySelector('[data-testid="clock"]');
        const consumed = document.querySelector('[data-figure="ledger.consumed"] .number');
        const look = () => {
          samples.push([Number(clock.dataset.ns), Number(consumed.textContent)]);
          if (clock.dataset.ended === "true") resolve(samples);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

visit("first-program is ready to play and runs to its end", { timeout: 180_000 }, async (page) => {
  await ready(page);
  await page.getByRole("heading", { name: "The first program" }).waitFor();
  assert.equal(await ledger(page, "sent"), 0);
  await page.getByRole("button", { name: /^Play/ }).first().click();
  await press(page, "+", 4);
  const samples = await sampled(page);

  const early = samples.filter(([at]) => at < 20e9);
  assert.ok(10 <= early.length, `only ${early.length} samples before 20 s`);
  assert.deepEqual(early.filter(([, consumed]) => consumed !== 0), [], "consumed before 20 s");

  await ended(page);
  const figures = {};
  for (const key of ["sent", "stored", "delivered", "consumed", "lost", "dead", "duplicated"]) {
    figures[key] = await ledger(page, key);
  }
  const all = { sent: 30, stored: 30, delivered: 30, consumed: 30 };
  assert.deepEqual(figures, { ...all, lost: 0, dead: 0, duplicated: 0 });
});
