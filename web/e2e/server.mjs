// Servers and browsers for the tests.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

// Milliseconds until a test gives up: a machine may be busy.
const patience = 60_000;

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

async function freePort() {
  const s = createServer();
  await new Promise((done) => s.listen(0, "127.0.0.1", done));
  const { port } = s.address();
  await new Promise((done) => s.close(done));
  return port;
}

/** Imports the range and starts a server. */
export async function start(programs, range, out) {
  const dir = mkdtempSync(join(tmpdir(), "wirehunt-e2e-"));
  const db = join(dir, "range.db");
  execFileSync(programs.wirehunt, ["import", "--db", db, range], { stdio: "ignore", cwd: dir });
  const children = [];
  const serve = async (...args) => {
    const port = await freePort();
    const child = spawn(programs.wirehunt, ["serve", "--listen", `127.0.0.1:${port}`, ...args], { stdio: "ignore", cwd: dir });
    children.push(child);
    const url = `http://127.0.0.1:${port}`;
    for (let i = 0; i < 300; i++) {
      if (await fetch(`${url}/healthz`).then((r) => r.ok, () => false)) return url;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`the server did not start at ${url}`);
  };
  const url = await serve("--insecure-local", "--db", db);
  const browsers = [];
  const open = async (browser, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.setDefaultNavigationTimeout(patience);
    page.problems = [];
    page.on("pageerror", (e) => page.problems.push(String(e)));
    // What the content-security policy refuses is told on the console.
    page.on("console", (m) => m.type() === "error" && !/Failed to load resource/.test(m.text()) && page.problems.push(m.text()));
    return page;
  };
  return {
    /** The servers with a browser of its own, and so a clipboard of its own. */
    async withBrowser() {
      const browser = await chromium.launch({ executablePath: programs.chromium, headless: true, args: flags });
      browsers.push(browser);
      return {
        url,
        dir,
        out,
        serve,
        wirehunt: (...args) => execFileSync(programs.wirehunt, args, { cwd: dir, encoding: "utf8" }),
        open: (options) => open(browser, options),
      };
    },
    async stop() {
      await Promise.all(browsers.map((b) => b.close()));
      for (const c of children) c.kill("SIGTERM");
      await Promise.all(children.map((c) => (c.exitCode === null ? new Promise((done) => c.once("exit", done)) : undefined)));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
