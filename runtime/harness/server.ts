/** A small static file server on 127.0.0.1, for tools and tests. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { pipeline } from "node:stream";

/** Content types by file name extension. Other files are served as plain bytes. */
export const contentTypes: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".xml": "application/xml",
};

export interface Server {
  /** The address of the folder, with a slash at the end. */
  url: string;
  close(): Promise<void>;
  /** Returns how many bytes of files the server has begun to send. It does not compress files. */
  sent(): number;
}

/** Called with each request before the server answers it. Returns true if it has answered. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

async function findFile(root: string, path: string): Promise<string | undefined> {
  // `normalize` resolves "..", so that nothing outside the folder is served.
  const file = join(root, normalize(decodeURIComponent(path)));
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return file;
  if (found?.isDirectory() && path.endsWith("/")) return findFile(root, path + "index.html");
  return undefined;
}

/** Serves a folder as static hosts do: index.html for a folder, 404.html for a missing file. */
export async function serve(root: string, intercept: Intercept = () => false): Promise<Server> {
  let sent = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (intercept(request, response)) return;
    const path = (request.url ?? "/").split(/[?#]/)[0]!;
    const file = await findFile(root, path);
    const shown = file ?? (await findFile(root, "/404.html"));
    if (shown === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = contentTypes[extname(shown)] ?? "application/octet-stream";
    response.writeHead(file ? 200 : 404, { "content-type": type });
    const { size } = await stat(shown);
    // The browser may have closed the connection in the meantime.
    if (response.destroyed) return;
    sent += size;
    pipeline(createReadStream(shown), response, () => {});
  };
  const server = createServer((request, response) => {
    // If a file cannot be read, the connection is closed. Nothing else would handle the rejection.
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
