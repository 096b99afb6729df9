// Pull, short poll and push on one clock: a question, the run, the answer, the load.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { ended, press, ready } from "../support/page.mjs";

const LANES = ["pull", "short poll", "push"];

/** Figures of a lane: a ratio, a share, and two waits in ms. */
async function lane(page, index) {
  const read = async (key, attribute) => {
    const place = page.locator(`[data-lane="${index}"] [data-figure="lane.${key}"]`);
    return Number(await place.getAttribute(attribute));
  };
  return {
    requests: await read("requests_per_message", "data-value"),
    empty: await read("empty", "data-value"),
    mean: (await read("mean_wait", "data-ns")) / 1e6,
    p99: (await read("p99", "data-ns")) / 1e6,
  };
}

const lanes = (page) => Promise.all(LANES.map((_, index) => lane(page, index)));

visit("the three lanes part as they should", { at: "#/pull-and-push" }, async (page) => {
  await ready(page);
  const show = page.getByRole("region", { name: "Before you play" }).getByRole("button", { name: "Play" });
  assert.ok(await show.isDisabled(), "no answer is shown before one was given");
  await page.getByRole("radio", { name: /^Push/ }).first().check();
  assert.ok(await show.isDisabled(), "both questions want an answer");
  await page.getByRole("radio", { name: /^Short/ }).nth(1).check();
  await show.click();
  await press(page, "+", 6);
  await ended(page);

  const [pull, short, push] = await lanes(page);
  const figures = JSON.stringify({ pull, short, push }, null, 1);
  assert.ok(2_000 <= pull.mean && pull.mean <= 3_000, `pull waits 2 to 3 s: ${figures}`);
  assert.ok(300 <= short.mean && short.mean <= 1_200, `short poll waits 0.3 to 1.2 s: ${figures}`);
  assert.ok(0 < push.mean && push.mean < 10, `push waits under 10 ms: ${figures}`);
  assert.ok(pull.requests < short.requests && push.requests < short.requests, `who asks most: ${figures}`);
  assert.ok(push.empty < short.empty, `push asks in vain less often: ${figures}`);
  assert.match(await page.getByTestId("answer").first().textContent(), /push/i);
});

visit("at 50 messages a second push asks most", { at: "#/pull-and-push" }, async (page) => {
  await ready(page);
  const load = page.getByRole("slider", { name: "Messages a second" });
  await load.focus();
  await press(page, "End");
  await press(page, "+", 0);
  await page.getByRole("button", { name: "Skip" }).click();
  await press(page, "End");
  await ended(page);
  const [pull, short, push] = await lanes(page);
  const figures = JSON.stringify({ pull, short, push }, null, 1);
  assert.ok(pull.requests < push.requests && short.requests < push.requests, figures);
});
