// Takes the screenshots of docs/screens: `node screens.mjs FOLDER`.

import { join } from "node:path";
import { DESKTOP, PHONE, launch } from "./support/browser.mjs";
import { MOMENTS } from "./support/moments.mjs";
import { ready, settled } from "./support/page.mjs";
import { serve } from "./support/site.mjs";

const [folder] = process.argv.slice(2);
const site = await serve();
const browser = await launch();
try {
  for (const { scenario, at } of MOMENTS) {
    for (const colorScheme of ["light", "dark"]) {
      for (const viewport of [DESKTOP, PHONE]) {
        const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
        const page = await context.newPage();
        await page.goto(site.address + at);
        await ready(page);
        await settled(page);
        const name = `${scenario}-${viewport.width}-${colorScheme}.png`;
        await page.screenshot({ path: join(folder, name) });
        console.log(`    ${name}`);
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  await site.close();
}
