// Monaco with Microsoft's Kusto language service, fed from our schema.

// The editor's services must be registered before the first use of Monaco,
// which is the import of its Kusto mode.
import "monaco-editor/esm/vs/editor/editor.all.js";
import { getKustoWorker, kustoDefaults, themeNames } from "@kusto/monaco-kusto";
import KustoWorker from "@kusto/monaco-kusto/release/esm/kusto.worker.js?worker";
import * as monaco from "monaco-editor/esm/vs/editor/editor.api";
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import type { Diagnostic, Schema } from "../api/types";

export { monaco, themeNames };

declare global {
  interface Window {
    MonacoEnvironment?: monaco.Environment;
  }
}

window.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => (label === "kusto" ? new KustoWorker() : new EditorWorker()),
};

kustoDefaults.setLanguageSettings({
  ...kustoDefaults.languageSettings,
  includeControlCommands: false,
  // Colours at once, before the language service has loaded.
  useTokenColorization: true,
  openSuggestionDialogAfterPreviousSuggestionAccepted: false,
  completionOptions: { includeExtendedSyntax: false },
});

const compiler = "wirehunt"; // owns the marks

/** Shows what the compiler says; offsets are those of the model. */
export function showDiagnostics(model: monaco.editor.ITextModel, list: Diagnostic[]): void {
  monaco.editor.setModelMarkers(
    model,
    compiler,
    list.map((d) => {
      const start = model.getPositionAt(d.start);
      const end = model.getPositionAt(Math.max(d.end, d.start + 1));
      return {
        message: d.hint ? `${d.message}\n${d.hint}` : d.message,
        code: d.code,
        severity: d.severity === "error" ? monaco.MarkerSeverity.Error : d.severity === "warning" ? monaco.MarkerSeverity.Warning : monaco.MarkerSeverity.Info,
        startLineNumber: start.lineNumber,
        startColumn: start.column,
        endLineNumber: end.lineNumber,
        endColumn: end.column,
      };
    }),
  );
}

/** Tells the language service of our tables. */
export async function setSchema(schema: Schema, uri: monaco.Uri): Promise<void> {
  const database = {
    name: schema.database,
    majorVersion: 1,
    minorVersion: 0,
    entityGroups: [],
    functions: [],
    tables: schema.tables.map((t) => ({
      name: t.name,
      docstring: t.doc,
      columns: t.columns.map((c) => {
        const examples = c.name === "ActionType" ? t.actionTypes?.map((a) => a.name) : undefined;
        return { name: c.name, type: c.type, docstring: c.doc ?? "", ...(examples ? { examples } : {}) };
      }),
    })),
  };
  const accessor = await getKustoWorker();
  const worker = await accessor(uri);
  await worker.setSchema({
    clusterType: "Engine",
    cluster: { connectionString: location.origin, databases: [database] },
    database,
  });
}
