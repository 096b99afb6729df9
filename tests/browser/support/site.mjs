// A plain static server for the built page, at the root of an address or below a sub-path: what
// any host of static files does, with no header that the page could lean on.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const KINDS = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};

/** The folder with the built page. */
export const DIST = process.env.ROCKETSCOPE_DIST ?? fileURLToPath(new URL("../../../dist", import.meta.url));

/** Serves the page below `under`, which begins and ends with a slash; `from` another folder. */
export async function serve(under = "/", from = DIST) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://host").pathname;
    const inside = path.startsWith(under) ? normalize(path.slice(under.length) || "index.html") : "..";
    if (inside.startsWith("..")) return response.writeHead(404).end();
    try {
      const body = await readFile(join(from, inside));
      response.writeHead(200, { "content-type": KINDS[extname(inside)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}${under}`;
  return { address, close: () => new Promise((resolve) => server.close(resolve)) };
}
