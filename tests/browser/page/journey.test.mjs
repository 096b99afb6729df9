// One message, walked with `n` from the question for a route to the committed offset.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { journey, press, ready, settled, total } from "../support/page.mjs";

/** What the journey must pass, in order, each by words that only that step has. */
const STATIONS = [
  ["route", /^Route of/],
  ["queue choice", /^Queue \d+ chosen/],
  ["wait for a send thread", /^Send thread/],
  ["append", /stored$/i],
  ["dispatch", /^Dispatched/],
  ["acknowledgement", /^Acknowledged/],
  ["pull", /^(First p|P)ull/],
  ["filter", /^Filter/],
  ["client queue", /^Thread \d+ of the consumer/],
  ["listener", /^Listener/],
  ["commit", /committed/],
];

visit("m1 is walked with n through its whole journey", { at: "#/first-program?select=m1" }, async (page) => {
  await ready(page);
  const seen = [];
  for (let steps = 0; steps < 60; steps += 1) {
    const before = (await journey(page)).length;
    await press(page, "n");
    const grown = async () => before < (await journey(page)).length;
    // The last step is behind us when `n` adds none any more.
    try {
      await settled(page, grown, 5_000);
    } catch {
      break;
    }
    seen.push((await journey(page)).findLast((row) => row.current).words);
  }

  let at = 0;
  for (const [station, words] of STATIONS) {
    const found = seen.findIndex((text, index) => at <= index && words.test(text));
    assert.ok(0 <= found, `no ${station} after step ${at} of: ${seen.join(" · ")}`);
    at = found;
  }

  const waits = (await journey(page)).filter((row) => row.wait !== null);
  const sum = waits.reduce((sum, row) => sum + BigInt(row.wait), 0n);
  assert.equal(sum, await total(page), "the waits add up to the nanosecond");
  assert.ok(20_000_000_000n < sum, "m1 waits for the second rebalance");

  await press(page, "p");
  await settled(page, async () => (await journey(page)).length < seen.length + 1);
});
