// Tests that visit the page: one browser a file, one fresh context a test or, for many that are
// alike, a few windows that are used again. No test passes while the page has put an error on the
// console, thrown, or asked for anything outside its files.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DESKTOP, launch } from "./browser.mjs";
import { serve } from "./site.mjs";

const TIMEOUT = 120_000;
/** Windows beside each other: a machine for CI has two cores or more. */
const ABREAST = 2;

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
  test(name, { timeout: options.timeout ?? TIMEOUT }, async () => {
    const window = await open(options);
    try {
      await looked(window, options, body);
    } finally {
      await window.close();
    }
  });
}

/**
 * Declares many tests of one kind, `options` of `visit` with a `name` each. A few run at once, and a
 * window goes from test to test: what the browser has compiled for one need not be compiled again
 * for the next. Where a test fails its window is closed, and no test finds what another has stored.
 */
export function visits(kind, tests, body) {
  const left = [];
  describe(kind, { concurrency: ABREAST }, () => {
    for (const options of tests) {
      test(options.name, { timeout: TIMEOUT }, async () => {
        const window = left.pop() ?? (await open(options));
        try {
          await window.turn(options);
          await looked(window, options, (page) => body(page, options));
          left.push(window);
        } catch (error) {
          await window.close();
          throw error;
        }
      });
    }
    after(() => Promise.all(left.map((window) => window.close())));
  });
}

/** A window of its own, with a host of its own: nothing is shared with any other. */
async function open(options) {
  const site = await serve(options.under);
  const context = await browser.newContext({
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.scheme ?? "light",
    reducedMotion: options.motion ?? "no-preference",
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints = watch(page, site.address, options.forgive);
  const turn = async ({ viewport, scheme }) => {
    if (page.url().startsWith(site.address)) {
      await page.evaluate(() => localStorage.clear());
      await page.goto("about:blank");
    }
    await page.setViewportSize(viewport ?? DESKTOP);
    await page.emulateMedia({ colorScheme: scheme ?? "light" });
  };
  const close = async () => {
    await context.close();
    await site.close();
  };
  return { page, site, complaints, turn, close };
}

/** The test itself, in a window. */
async function looked({ page, site, complaints }, options, body) {
  // Whatever leaving the page before has put there is not this test's.
  complaints.length = 0;
  try {
    await page.goto(site.address + (options.at ?? ""));
    await body(page, site);
    assert.deepEqual(complaints, [], "the page complained");
  } catch (error) {
    // What the page said is mostly the reason why it did not do what the test waited for.
    if (complaints.length) error.message += `\nthe page complained:\n${complaints.join("\n")}`;
    throw error;
  }
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
