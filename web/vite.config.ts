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

const server = process.env.WIREHUNT_URL ?? "http://127.0.0.1:8443";

export default defineConfig({
  plugins: [react(), kustoScripts()],
  base: "/",
  build: {
    outDir: "../internal/web/dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 8000,
  },
  worker: { format: "es", plugins: () => [kustoScripts()] },
  server: { proxy: { "/api": server } },
  test: { include: ["src/**/*.test.ts"] },
});
