// Everything by keyboard, and an address that is the moment one sees.

import assert from "node:assert/strict";
import { visit } from "../support/kit.mjs";
import { ended, ledger, now, ordinal, press, ready, settled } from "../support/page.mjs";

visit("keys step, run, and stop", { at: "#/first-program" }, async (page) => {
  await ready(page);
  // Nodes that start before time 0 have had events already.
  const first = await ordinal(page);
  await press(page, ".", 3);
  await settled(page, async () => (await ordinal(page)) === first + 3);
  await press(page, ",");
  await settled(page, async () => (await ordinal(page)) === first + 2);
  await press(page, " ");
  await page.getByRole("button", { name: "Pause" }).first().waitFor();
  await press(page, "k");
  await page.getByRole("button", { name: /^Play/ }).first().waitFor();
  await press(page, "End");
  await ended(page);
  await press(page, "Home");
  await settled(page, async () => (await ordinal(page)) === first);
  await press(page, "]");
  await settled(page, async () => first < (await ordinal(page)));
  await press(page, "ArrowRight");
  const after = await now(page);
  await press(page, "Shift+ArrowRight");
  await settled(page, async () => after < (await now(page)));
});

visit("a focused button keeps its own Space", { at: "#/first-program" }, async (page) => {
  await ready(page);
  const first = await ordinal(page);
  await page.getByRole("button", { name: "Next event" }).focus();
  await press(page, " ");
  await settled(page, async () => (await ordinal(page)) === first + 1);
  assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
});

visit("the address opens the same moment again", { at: "#/first-program" }, async (page, site) => {
  await ready(page);
  await press(page, "End");
  await ended(page);
  await press(page, "Home");
  await press(page, "]", 3);
  // The address follows the last of the three: wait until both say the same.
  let [moment, events, address] = [0, 0, ""];
  await settled(page, async () => {
    [moment, events, address] = [await now(page), await ordinal(page), page.url()];
    const stands = events === (await ordinal(page)) && moment === (await now(page));
    return 0 < moment && stands && address.includes(`at=o${events}`);
  });

  const other = await page.context().newPage();
  await other.goto(address);
  await ready(other);
  await settled(other, async () => (await ordinal(other)) === events);
  assert.equal(await now(other), moment);
  assert.ok(address.startsWith(site.address));
});

const drag = { at: "#/first-program?at=t15000000000" };
visit("the scenario picker loads another scenario", drag, async (page) => {
  await ready(page);
  assert.equal(await ledger(page, "stored"), 30);
  await page.getByRole("combobox", { name: "Scenario" }).selectOption("slow-consumer");
  await page.getByRole("heading", { name: "Slow consumer" }).waitFor();
  await settled(page, async () => (await now(page)) === 0);
  assert.equal(await ledger(page, "stored"), 0);
});

const wrong = { at: "#/no-such-scenario?seed=many" };
visit("an address that cannot be used says what would be right", wrong, async (page) => {
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /seed=many|no-such-scenario/);
});
