// A Chromium with the flags that tests, screenshots and measurements share.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Starts it; `more` are further flags. */
export function launch(more = []) {
  const executablePath = process.env.ROCKETSCOPE_BROWSER;
  assert.ok(executablePath, "ROCKETSCOPE_BROWSER must name a Chromium; `cargo xtask test` sets it");
  return chromium.launch({ executablePath, args: [...FLAGS, ...more] });
}
