import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// Microsoft's Kusto language service is compiled from C# to plain scripts that
// share globals through `this`.  Modules have no such `this`, so they get one.
function kustoScripts(): Plugin {
  const script = /@kusto\/language-service(-next)?\/[^/]+\.js$/;
  return {
    name: "kusto-scripts",
    transform(code, id) {
      if (!script.test(id)) return null;
      // The signature comments at the end are of no use in a bundle.
      const text = code.replace(/^\/\/ SIG \/\/.*$/gm, "");
      return { code: `(function(define, module){${text}\n}).call(globalThis);\nexport {};`, map: null };
    },
  };
}

// Our compiler alone says what is wrong with a query, because it runs it.  The
// Kusto mode's own check cannot be turned off, and removes others' marks.
function noKustoCheck(): Plugin {
  const start = "DiagnosticsAdapter.prototype._doValidate = function (model, languageId, intervals) {";
  return {
    name: "no-kusto-check",
    transform(code, id) {
      if (!id.endsWith("/monaco-kusto/release/esm/languageFeatures.js")) return null;
      if (!code.includes(start)) throw new Error("monaco-kusto has changed: its check is not where it was");
      return { code: code.replace(start, `${start} return;`), map: null };
    },
  };
}

// The server embeds the built files packed.
function pack(to: string): Plugin {
  return {
    name: "pack",
    apply: "build",
    enforce: "post",
    writeBundle: {
      sequential: true,
      order: "post",
      handler({ dir = "dist" }) {
        rmSync(to, { recursive: true, force: true });
        for (const e of readdirSync(dir, { recursive: true, withFileTypes: true })) {
          if (!e.isFile()) continue;
          const from = join(e.parentPath, e.name);
          const path = join(to, from.slice(dir.length)) + ".gz";
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, gzipSync(readFileSync(from), { level: 9 }));
        }
      },
    },
  };
}

const server = process.env.WIREHUNT_URL ?? "http://127.0.0.1:8443";

export default defineConfig({
  plugins: [react(), kustoScripts(), noKustoCheck(), pack("../internal/web/dist")],
  base: "/",
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 8000,
  },
  worker: { format: "es", plugins: () => [kustoScripts()] },
  server: { proxy: { "/api": server } },
  test: { include: ["src/**/*.test.ts"] },
});
