import { makeStyles } from "@fluentui/react-components";
import { type RefObject, useEffect, useImperativeHandle, useRef } from "react";
import { useApp } from "../app/context";
import { type Block, blockAt } from "../kql/blocks";
import { Checker } from "./check";
import { monaco, setSchema, showDiagnostics, themeNames } from "./kusto";
import type { Tab } from "./tabs";

const useStyles = makeStyles({ host: { height: "100%", minHeight: 0 } });

/** What the page asks of the editor. */
export interface EditorHandle {
  /** The selected text, or else the query at the cursor. */
  current(): { text: string; start: number };
  insert(text: string): void;
  /** Replaces a query that is in the text, or else the one at the cursor. */
  replaceQuery(query: string, by: string): void;
  /** All that is in the editor. */
  text(): string;
  focus(): void;
}

interface Props {
  tab: Tab;
  onText: (id: string, text: string) => void;
  onRun: () => void;
  handle: RefObject<EditorHandle | null>;
}

/** The query editor; each tab has a model, so undo is by tab. */
export default function Editor({ tab, onText, onRun, handle }: Props) {
  const styles = useStyles();
  const { schema, theme } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(null);
  const latest = useRef({ onText, onRun });
  latest.current = { onText, onRun };
  const views = useRef(new Map<string, monaco.editor.ICodeEditorViewState | null>());

  useEffect(() => {
    if (!host.current) return;
    const e = monaco.editor.create(host.current, {
      model: null,
      automaticLayout: true,
      ariaLabel: "Query editor",
      fontSize: 13,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      fixedOverflowWidgets: true,
      wordBasedSuggestions: "off",
      quickSuggestions: { other: true, comments: false, strings: false },
      // Tab leaves the editor after Ctrl+M, which screen readers announce.
      renderLineHighlight: "line",
      padding: { top: 6, bottom: 6 },
    });
    editor.current = e;
    e.addAction({
      id: "run",
      label: "Run query",
      keybindings: [monaco.KeyMod.Shift | monaco.KeyCode.Enter],
      run: () => {
        e.trigger("run", "hideSuggestWidget", {});
        latest.current.onRun();
      },
    });
    return () => {
      e.dispose();
      for (const m of monaco.editor.getModels()) m.dispose();
      editor.current = null;
    };
  }, []);

  useEffect(() => {
    monaco.editor.setTheme(theme.dark ? themeNames.dark : themeNames.light);
  }, [theme.dark]);

  const id = tab.id;
  useEffect(() => {
    const e = editor.current;
    if (!e) return;
    const uri = monaco.Uri.parse(`inmemory://tab/${id}.kql`);
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(tab.text, "kusto", uri);
    e.setModel(model);
    e.restoreViewState(views.current.get(id) ?? null);
    const checker = new Checker();
    let timer = 0;
    const check = () => {
      void checker.check(model.getValue()).then((found) => {
        if (found && !model.isDisposed()) showDiagnostics(model, found);
      });
    };
    // The page hears of what is typed in pauses, so that keys do not wait.
    let telling = 0;
    const tell = () => {
      clearTimeout(telling);
      telling = 0;
      if (!model.isDisposed()) latest.current.onText(id, model.getValue());
    };
    const listener = model.onDidChangeContent((change) => {
      clearTimeout(timer);
      timer = window.setTimeout(check, 350);
      clearTimeout(telling);
      telling = window.setTimeout(tell, 120);
      if (change.isFlush || change.changes.some((c) => c.text.length > 100)) tell();
    });
    check();
    const kept = views.current;
    return () => {
      if (telling !== 0) tell();
      clearTimeout(timer);
      listener.dispose();
      kept.set(id, e.saveViewState());
    };
    // The model has the text from its creation on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (schema && model) void setSchema(schema, model.uri);
  }, [schema]);

  useImperativeHandle(handle, () => handleOf(editor), []);

  return <div ref={host} className={styles.host} data-testid="editor" />;
}

function handleOf(ref: RefObject<monaco.editor.IStandaloneCodeEditor | null>): EditorHandle {
  const block = (e: monaco.editor.IStandaloneCodeEditor, model: monaco.editor.ITextModel): Block | undefined => {
    const at = e.getPosition();
    return blockAt(model.getValue(), at ? model.getOffsetAt(at) : 0);
  };
  const replace = (start: number, end: number, text: string) => {
    const e = ref.current;
    const model = e?.getModel();
    if (!e || !model) return;
    const range = monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end));
    e.pushUndoStop();
    e.executeEdits("wirehunt", [{ range, text, forceMoveMarkers: true }]);
    e.pushUndoStop();
  };
  return {
    current() {
      const e = ref.current;
      const model = e?.getModel();
      if (!e || !model) return { text: "", start: 0 };
      const selection = e.getSelection();
      if (selection && !selection.isEmpty()) return { text: model.getValueInRange(selection), start: model.getOffsetAt(selection.getStartPosition()) };
      const b = block(e, model);
      return b ? { text: model.getValue().slice(b.start, b.end), start: b.start } : { text: "", start: 0 };
    },
    insert(text) {
      const e = ref.current;
      const s = e?.getSelection();
      if (!e || !s) return;
      e.executeEdits("wirehunt", [{ range: s, text, forceMoveMarkers: true }]);
      e.focus();
    },
    replaceQuery(query, by) {
      const e = ref.current;
      const model = e?.getModel();
      if (!e || !model) return;
      const text = model.getValue();
      const cursor = block(e, model);
      const at = cursor && text.slice(cursor.start, cursor.end) === query ? cursor.start : text.indexOf(query);
      if (query !== "" && at >= 0) replace(at, at + query.length, by);
      else replace(text.length, text.length, `${text.trim() ? "\n\n" : ""}${by}`);
      const start = query !== "" && at >= 0 ? at : model.getValue().length - by.length;
      e.setPosition(model.getPositionAt(start));
    },
    text: () => ref.current?.getModel()?.getValue() ?? "",
    focus: () => ref.current?.focus(),
  };
}
