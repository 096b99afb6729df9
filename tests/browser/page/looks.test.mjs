// Every scenario in both themes, wide and narrow: nothing sticks out, nothing shuts anybody out.

import assert from "node:assert/strict";
import { accessible } from "../support/axe.mjs";
import { DESKTOP, PHONE } from "../support/browser.mjs";
import { visits } from "../support/kit.mjs";
import { press, ready, settled } from "../support/page.mjs";
import { MOMENTS } from "../support/moments.mjs";

const BOTH = ["light", "dark"];

const looks = MOMENTS.flatMap(({ scenario, at }, index) =>
  [DESKTOP, PHONE].flatMap((viewport, place) => {
    // Wide in one theme and narrow in the other, by turns; the first one in all four.
    const schemes = index === 0 ? BOTH : [BOTH[(index + place) % 2]];
    const name = (scheme) => `${scenario}, ${scheme}, ${viewport.width} px`;
    return schemes.map((scheme) => ({ name: name(scheme), at, scheme, viewport }));
  }),
);

visits("is accessible and fits", looks, async (page, { name, viewport }) => {
  await ready(page);
  await settled(page);
  await accessible(page, name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= viewport.width, `the page is ${wide} px wide`);
  await press(page, "?");
  await page.getByRole("dialog").waitFor();
  await accessible(page, `${name}, help`);
});
