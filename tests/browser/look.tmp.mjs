import { DESKTOP, launch } from "./support/browser.mjs";
import { serve } from "./support/site.mjs";
const [at, out, keys, wait] = process.argv.slice(2);
const site = await serve(); const browser = await launch();
const page = await (await browser.newContext({ viewport: DESKTOP })).newPage();
page.on("console", (m) => console.log(m.type(), m.text().slice(0, 600)));
page.on("pageerror", (e) => console.log("ERR", String(e).slice(0, 600)));
await page.goto(site.address + at);
await page.waitForTimeout(Number(process.env.W ?? 3000));
for (const k of (keys ?? "").split(" ").filter(Boolean)) { await page.keyboard.press(k === "Sp" ? " " : k); await page.waitForTimeout(Number(process.env.K ?? 300)); }
await page.waitForTimeout(Number(wait ?? 0));
await page.screenshot({ path: out });
await browser.close(); await site.close();
