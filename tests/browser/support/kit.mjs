// A test that visits the page: one browser a file, one fresh context a test, and no test passes
// while the page has put an error on the console, thrown, or asked for anything outside its files.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, launch } from "./browser.mjs";
import { serve } from "./site.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * Declares a test. `options`: `at` (what follows the page's address), `under` (sub-path),
 * `viewport`, `scheme` (`light` or `dark`), `motion`, `forgive` (a pattern of console errors that
 * the test provokes on purpose).
 */
export function visit(name, options, body) {
  test(name, { timeout: options.timeout ?? 120_000 }, async () => {
    const site = await serve(options.under);
    const context = await browser.newContext({
      viewport: options.viewport ?? DESKTOP,
      colorScheme: options.scheme ?? "light",
      reducedMotion: options.motion ?? "no-preference",
    });
    const page = await context.newPage();
    context.setDefaultTimeout(10_000);
    const complaints = watch(page, site.address, options.forgive);
    try {
      await page.goto(site.address + (options.at ?? ""));
      await body(page, site);
      assert.deepEqual(complaints, [], "the page complained");
    } catch (error) {
      // What the page said is mostly the reason why it did not do what the test waited for.
      if (complaints.length) error.message += `\nthe page complained:\n${complaints.join("\n")}`;
      throw error;
    } finally {
      await context.close();
      await site.close();
    }
  });
}

/** Collects what must not happen, as it happens. */
export function watch(page, address, forgive) {
  const complaints = [];
  const complain = (text) => {
    if (!forgive?.test(text)) complaints.push(text);
  };
  page.on("pageerror", (error) => complain(`thrown: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (message.type() === "error") complain(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    // The browser lets its own fetch of the icon go when a page is left; that is no fault of the page.
    const left = request.failure()?.errorText === "net::ERR_ABORTED" && request.url().endsWith("/icon.svg");
    if (!left) complain(`failed: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complain(`${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) complain(`outside: ${url}`);
  });
  return complaints;
}
