// The Figures view and what a scenario claims: a person sees that the promise was kept, how long
// messages took over time, how busy threads were, and which requests there were.

import assert from "node:assert/strict";
import { accessible } from "../support/axe.mjs";
import { visit } from "../support/kit.mjs";
import { ended, press, ready, settled } from "../support/page.mjs";

const claims = (page) => page.getByTestId("claims").getByRole("listitem");

visit("the first program's claims hold at its end", {}, async (page) => {
  await ready(page);
  assert.equal(await claims(page).count(), 0, "nothing is decided before the end");
  await press(page, "End");
  await ended(page);
  await claims(page).first().waitFor();
  const words = await claims(page).allTextContents();
  assert.equal(words.length, 3);
  for (const line of words) assert.match(line, /^Holds/u);
  assert.match(words[1], /21\.6\ss found; claimed: at least 15\.0\ss, at most 30\.0\ss/u);
});

visit("figures follow the clock and are read by keys", { at: "#/slow-consumer?at=t30000000000&view=figures" }, async (page) => {
  await ready(page);
  await settled(page);
  const figures = page.getByRole("main", { name: "Figures" });
  await figures.getByText("2 of 4 hold, the others are not decided yet").waitFor();
  const map = figures.locator('[data-heat="spans.waiting"]');
  const messages = async () => Number((await map.locator("figcaption span").textContent()).replace(/ in all.*/u, "").replace(/\D/gu, ""));
  const then = await messages();
  assert.ok(then > 20_000, `${then} messages were delivered within 30 s`);

  const pane = map.getByRole("slider", { name: "Read Stored to delivered" });
  await pane.focus();
  await press(page, "ArrowLeft");
  await press(page, "ArrowLeft");
  const said = await pane.getAttribute("aria-valuetext");
  assert.match(said, /^\d+\.\d\ss to \d+\.\d\ss, took .+ to .+: \d/u);
  assert.equal(await map.locator(".heat-read").textContent(), said);

  const counts = await map.getByRole("table").getByRole("row").locator("td:nth-child(2)").allTextContents();
  const sum = counts.reduce((sum, text) => sum + Number(text.replace(/\D/gu, "")), 0);
  assert.equal(sum, then, "the table tells of every message");

  const sends = figures.getByRole("row", { name: /^SEND_MESSAGE_V2/u });
  assert.match(await sends.textContent(), /ms$/u);
  const pool = figures.getByRole("row", { name: /^broker-a Send/u });
  assert.match(await pool.textContent(), /of 4/u);
  await accessible(page, "the Figures view");

  await page.evaluate(() => document.activeElement.blur());
  await press(page, "Home");
  await settled(page);
  await figures.getByText("0 of 4 hold, the others are not decided yet").waitFor();
  assert.ok((await messages()) < then, "what comes later is not known yet");
});

visit("a broker's card tells how busy its threads are", { at: "#/broker-busy?at=t8000000000&select=n1" }, async (page) => {
  await ready(page);
  await settled(page);
  const card = page.getByRole("complementary", { name: "Selected" });
  const row = async (name) => (await card.getByRole("row", { name: new RegExp(`^${name}`, "u") }).locator("td").allTextContents())[0];
  assert.match(await row("Utilisation"), /^\d+(\.\d+)?\s%$/u);
  assert.match(await row("Wait, longest"), /^2\d\d\sms$/u, "who waits 200 ms is refused");
  await card.getByText("sendMessageThreadPoolNums").first().waitFor();
});
