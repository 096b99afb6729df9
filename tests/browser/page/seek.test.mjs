// Back in time: the same state as a run that never went further, and the same end.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { digests, ended, ordinal, press, ready, settled } from "../support/page.mjs";

const SEEKS = 20;

/** A fixed sequence of fractions, so that a failure can be repeated. */
function* fractions(seed) {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const goTo = async (page, site, position) => {
  await page.goto(`${site.address}#/first-program?at=o${position}`);
  await settled(page, async () => (await ordinal(page)) === position);
};

const open = { at: "#/first-program", timeout: 300_000 };
visit("20 random seeks backwards equal fresh runs to the same event", open, async (page, site) => {
  await ready(page);
  const first = await ordinal(page);
  await press(page, "End");
  await ended(page);
  const end = await digests(page);
  const last = await ordinal(page);

  const draw = fractions(3);
  const positions = Array.from({ length: SEEKS }, () => first + Math.floor(draw.next().value * (last - first)));
  positions.sort((a, b) => b - a);
  const back = [];
  for (const position of positions) {
    await goTo(page, site, position);
    back.push((await digests(page)).state);
  }

  const fresh = await page.context().newPage();
  for (const [index, position] of positions.entries()) {
    await fresh.goto("about:blank");
    await goTo(fresh, site, position);
    assert.equal((await digests(fresh)).state, back[index], `state after ${position} events`);
  }

  await press(page, "End");
  await ended(page);
  assert.deepEqual(await digests(page), end, "playing on gives the original end");
});
