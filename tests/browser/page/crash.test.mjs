// A broken assumption in the worker: the page stays, says what happened, and goes on.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { ledger, now, press, ready, settled } from "../support/page.mjs";

// The page logs the panic on the console; that is what is provoked here.
const drill = { at: "#/first-program?at=t12000000000&drill=panic", forgive: /panic|unreachable|RuntimeError/i };
visit("after a panic a fresh worker goes on from the last good position", drill, async (page) => {
  await ready(page);
  await settled(page);
  const before = await now(page);
  await press(page, "?");
  await page.getByRole("button", { name: "Break the engine" }).click();

  const alert = page.getByRole("alert");
  await alert.waitFor();
  const said = await alert.textContent();
  assert.match(said, /seed/i);
  assert.match(said, /12/, `the position stands there: ${said}`);
  await press(page, "Escape");

  await settled(page, async () => (await now(page)) === before);
  assert.equal(await ledger(page, "stored"), 30);
  await press(page, "End");
  await settled(page, async () => (await ledger(page, "consumed")) === 30);
});
