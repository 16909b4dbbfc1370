/// <reference types="vite/client" />
declare module "monaco-editor/esm/vs/editor/editor.all.js";
declare module "@kusto/monaco-kusto/release/esm/kusto.worker.js?worker" {
  const KustoWorker: new () => Worker;
  export default KustoWorker;
}
declare module "monaco-editor/esm/vs/editor/editor.worker.js?worker" {
  const EditorWorker: new () => Worker;
  export default EditorWorker;
}
