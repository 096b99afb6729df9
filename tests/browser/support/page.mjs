// The page in the words of the tests: what a person reads and presses, by role and name.

import assert from "node:assert/strict";

/** Waits until the worker has answered for the first time. */
export const ready = (page) => page.locator('[data-ready="true"]').waitFor();

export const clock = (page) => page.getByTestId("clock");

/** Virtual time in nanoseconds. */
export const now = async (page) => Number(await clock(page).getAttribute("data-ns"));

/** Events so far. */
export const ordinal = async (page) => Number(await clock(page).getAttribute("data-ordinal"));

/** A number of the ledger: `sent`, `stored`, `delivered`, `consumed`, `lost`, … */
export async function ledger(page, key) {
  const text = await page.locator(`[data-figure="ledger.${key}"] .number`).textContent();
  return Number(text.replace(/\D/gu, ""));
}

/** Presses a key as a person who looks at the page and not into a field. */
export async function press(page, key, times = 1) {
  for (let time = 0; time < times; time += 1) await page.keyboard.press(key);
}

/** Waits until nothing is being computed and the clock shows `check`. */
export async function settled(page, check = () => true, timeout = 30_000) {
  const from = Date.now();
  for (;;) {
    const busy = await page.locator(".reached", { hasText: "Seeking" }).count();
    if (!busy && (await check())) return;
    assert.ok(Date.now() - from < timeout, `the page did not settle; clock ${await now(page)} ns`);
    await page.waitForTimeout(20);
  }
}

/** Waits for the end of the scenario. */
export const ended = (page, timeout = 90_000) =>
  page.locator('[data-testid="clock"][data-ended="true"]').waitFor({ timeout });

/** History and state digest, as the help sheet shows them. */
export async function digests(page) {
  await press(page, "?");
  const sheet = page.getByRole("dialog");
  await sheet.waitFor();
  const digest = async (which) => {
    const place = sheet.getByTestId(`${which}-digest`);
    await place.filter({ hasText: /^[0-9a-f]{16}$/ }).waitFor();
    return place.textContent();
  };
  const both = { history: await digest("history"), state: await digest("state") };
  await press(page, "Escape");
  await sheet.waitFor({ state: "hidden" });
  return both;
}

/** The journey as rows: words, the wait in nanoseconds (`null` for a step beside the main path). */
export const journey = (page) =>
  page.locator(".journey .step").evaluateAll((rows) =>
    rows.map((row) => ({
      words: row.querySelector(".step-words").textContent,
      wait: row.querySelector("data.step-wait")?.value ?? null,
      current: row.querySelector('[aria-current="step"]') !== null,
      side: row.classList.contains("is-side"),
    })),
  );

/** The selected message's time from send to the listener's end (or to now), in nanoseconds. */
export async function total(page) {
  return BigInt(await page.locator("data.phases-total").getAttribute("value"));
}
