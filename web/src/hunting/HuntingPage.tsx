import { makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { api } from "../api/api";
import type { Hunt, SavedQuery } from "../api/types";
import { useApp } from "../app/context";
import { addressOf, navigate, useLocation } from "../app/router";
import { useStoredNumber } from "../app/storage";
import { addStep } from "../kql/literal";
import { decodeQuery, encodeQuery } from "../kql/share";
import { CommandBar } from "./CommandBar";
import type { EditorHandle } from "./Editor";
import { GetStarted } from "./GetStarted";
import { defaultRange, rangeOfLink, rangeRequest } from "./range";
import { Reference } from "./Reference";
import { ResourcesReport } from "./ResourcesReport";
import { type Looks, Results } from "./Results";
import { SaveDialog } from "./SaveDialog";
import { SidePane } from "./SidePane";
import { Splitter } from "./Splitter";
import { TabBar } from "./TabBar";
import { loadTabs, storeTabs, tabsReducer } from "./tabs";
import { useRuns } from "./useRuns";

const Editor = lazy(() => import("./Editor"));

const useStyles = makeStyles({
  page: { height: "100%", display: "grid", gridTemplateRows: "auto minmax(0, 1fr)" },
  body: { minHeight: 0, display: "grid" },
  work: { minWidth: 0, minHeight: 0, display: "grid" },
  top: { minHeight: 0, display: "grid", gridTemplateRows: "auto minmax(0, 1fr)", backgroundColor: tokens.colorNeutralBackground1 },
  wait: { display: "grid", placeItems: "center" },
});

/** The advanced hunting page. */
export default function HuntingPage() {
  const styles = useStyles();
  const { schema } = useApp();
  const [tabs, dispatch] = useReducer(tabsReducer, undefined, loadTabs);
  const { runs, start, cancel, forget } = useRuns();
  const [saved, setSaved] = useState<SavedQuery[]>([]);
  const [hunts, setHunts] = useState<Hunt[]>([]);
  const [saving, setSaving] = useState(false);
  const [report, setReport] = useState(false);
  const [looks] = useState<Looks>(() => new WeakMap());
  const [reference, setReference] = useState<string>();
  const [side, setSide] = useStoredNumber("side", 180, 640, 300);
  const [top, setTop] = useStoredNumber("top", 90, 900, 250);
  const [ran, setRan] = useState(0);
  const editor = useRef<EditorHandle>(null);
  const tab = tabs.list.find((t) => t.id === tabs.active) ?? tabs.list[0];
  const current = useRef(tab);
  current.current = tab;

  useEffect(() => {
    const timer = setTimeout(() => storeTabs(tabs), 200);
    return () => clearTimeout(timer);
  }, [tabs]);
  useEffect(() => {
    const flush = () => {
      const text = editor.current?.text();
      storeTabs(text === undefined ? tabs : tabsReducer(tabs, { do: "text", id: tabs.active, text }));
    };
    window.addEventListener("pagehide", flush);
    return () => window.removeEventListener("pagehide", flush);
  }, [tabs]);

  const reloadSaved = useCallback(() => {
    api.saved().then(
      (r) => setSaved(r.queries),
      () => setSaved([]),
    );
  }, []);
  useEffect(reloadSaved, [reloadSaved]);
  useEffect(() => {
    api.hunts().then(
      (r) => setHunts(r.hunts),
      () => setHunts([]),
    );
  }, []);

  const runText = useCallback(
    async (query: string) => {
      const t = current.current;
      if (!t || query.trim() === "") return;
      await start(t.id, { query, ...rangeRequest(t.range) });
      setRan((n) => n + 1);
    },
    [start],
  );
  const run = useCallback(() => void runText(editor.current?.current().text ?? ""), [runText]);

  // A link opens a tab with its query, and may run it.
  const address = useLocation();
  const pending = useRef<string>(undefined);
  useEffect(() => {
    const params = new URLSearchParams(address.split("?")[1] ?? "");
    const packed = params.get("query");
    if (packed === null) return;
    const query = decodeQuery(packed);
    navigate(addressOf("hunting"), true);
    if (query === undefined) return;
    const kind = rangeOfLink(params.get("timeRangeId"));
    dispatch({ do: "new", text: query, name: params.get("name") ?? "Shared query", range: { ...defaultRange, ...(kind ? { kind } : {}), latest: params.get("now") !== "clock" } });
    if (params.get("runQuery") === "true") pending.current = query;
  }, [address]);
  const activeId = tab?.id;
  const activeText = tab?.text;
  useEffect(() => {
    if (pending.current !== undefined && pending.current === activeText) {
      pending.current = undefined;
      void runText(activeText);
    }
  }, [activeId, activeText, runText]);

  const open = useCallback((query: string, name: string, from?: string) => {
    dispatch({ do: "new", text: query, name: name.slice(0, 60), ...(from ? { saved: from } : {}), ...(current.current ? { range: current.current.range } : {}) });
  }, []);
  const openAndRun = useCallback(
    (query: string, name: string) => {
      pending.current = query;
      open(query, name);
    },
    [open],
  );
  const lastRun = useRef<string>(undefined);
  lastRun.current = tab && runs[tab.id]?.query;
  const runStep = useCallback(
    (step: string) => {
      const old = lastRun.current ?? editor.current?.current().text ?? "";
      const query = addStep(old, step);
      editor.current?.replaceQuery(old, query);
      void runText(query);
    },
    [runText],
  );
  const actions = useMemo(() => ({ addStep: runStep, open: openAndRun }), [runStep, openAndRun]);
  const onText = useCallback((id: string, text: string) => dispatch({ do: "text", id, text }), []);
  const started = useMemo(() => <GetStarted hunts={hunts} onOpen={openAndRun} />, [hunts, openAndRun]);
  const insert = useCallback((t: string) => editor.current?.insert(t), []);
  const currentQuery = useCallback(() => editor.current?.current().text ?? "", []);
  const share = (): string => {
    const query = editor.current?.current().text ?? "";
    const params: Record<string, string> = { query: encodeQuery(query), runQuery: "true" };
    if (tab && tab.range.kind !== "query" && tab.range.kind !== "custom") params.timeRangeId = tab.range.kind;
    return location.origin + addressOf("hunting", params);
  };
  const format = async () => {
    const old = editor.current?.current().text ?? "";
    if (!old.trim()) return;
    const reply = await api.format(old).catch(() => undefined);
    if (reply?.query) editor.current?.replaceQuery(old, reply.query.trimEnd());
  };
  if (!tab) return null;
  const running = runs[tab.id]?.state === "running";
  return (
    <div className={styles.page}>
      <TabBar
        tabs={tabs}
        running={(id) => runs[id]?.state === "running"}
        dispatch={(a) => {
          if (a.do === "close") forget(a.id);
          dispatch(a);
        }}
      />
      <div className={styles.body} style={{ gridTemplateColumns: `${side}px 5px minmax(0, 1fr)` }}>
        <SidePane onInsert={insert} onReference={setReference} query={currentQuery} ran={ran} saved={saved} hunts={hunts} onSavedChange={reloadSaved} onOpen={open} onRun={openAndRun} />
        <Splitter direction="columns" label="Width of the side pane" value={side} onChange={setSide} />
        <div className={styles.work} style={{ gridTemplateRows: `${top}px 5px minmax(0, 1fr)` }}>
          <div className={styles.top}>
            <CommandBar
              running={running}
              onRun={run}
              onCancel={() => cancel(tab.id)}
              range={tab.range}
              newest={schema?.newest}
              onRange={(range) => dispatch({ do: "range", id: tab.id, range })}
              onSave={() => setSaving(true)}
              onShare={() => void navigator.clipboard.writeText(share())}
              onFormat={() => void format()}
              onReport={() => setReport(true)}
            />
            <Suspense fallback={<div className={styles.wait}><Spinner size="small" label="Loading the editor" /></div>}>
              <Editor tab={tab} onText={onText} onRun={run} handle={editor} />
            </Suspense>
          </div>
          <Splitter direction="rows" label="Height of the editor" value={top} onChange={setTop} />
          <Results key={tab.id} run={runs[tab.id]} actions={actions} looks={looks}>
            {started}
          </Results>
        </div>
      </div>
      <Reference table={schema?.tables.find((t) => t.name === reference)} onOpen={openAndRun} onClose={() => setReference(undefined)} />
      <ResourcesReport
        open={report}
        onOpen={(query, name) => {
          setReport(false);
          open(query, name);
        }}
        onClose={() => setReport(false)}
      />
      <SaveDialog
        open={saving}
        text={() => editor.current?.text() ?? tab.text}
        tab={tab}
        existing={saved.find((q) => q.id === tab.saved)}
        folders={[...new Set(saved.map((q) => q.folder ?? "").filter(Boolean))]}
        onClose={() => setSaving(false)}
        onSaved={(q) => {
          dispatch({ do: "rename", id: tab.id, name: q.name, saved: q.id });
          setSaving(false);
          reloadSaved();
        }}
      />
    </div>
  );
}
