import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { DataUsageRegular } from "@fluentui/react-icons";
import type { ECharts } from "echarts/core";
import { lazy, memo, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useApp } from "../app/context";
import type { Result } from "../api/types";
import { formatCount, formatSeconds, plainText } from "../format/value";
import { type Cell, Grid } from "../grid/Grid";
import { makeLines } from "../grid/lines";
import { CellMenu, type Target, type ValueActions } from "./CellMenu";
import { type ChartChoice, choose, kindOf } from "./chart";
import { FilterBar } from "./FilterBar";
import { HeadMenu } from "./HeadMenu";
import { markStep } from "./marks";
import { ChartMenu, ColumnsButton, ExportMenu, GroupMenu } from "./ResultBar";
import { RowPanel } from "./RowPanel";
import type { Run } from "./useRuns";
import { emptyColumns, emptyView, moveColumn, toggled, type View, visibleColumns, visibleRows } from "./view";

const ChartView = lazy(() => import("./ChartView"));

const useStyles = makeStyles({
  root: { height: "100%", display: "grid", gridTemplateRows: "auto auto minmax(0, 1fr)", minWidth: 0, backgroundColor: tokens.colorNeutralBackground1 },
  bar: { display: "flex", alignItems: "center", flexWrap: "wrap", gap: "4px", padding: "4px 8px", minHeight: "36px" },
  grow: { flex: 1 },
  facts: { color: tokens.colorNeutralForeground2, padding: "0 6px", whiteSpace: "nowrap" },
  usage: { display: "flex", alignItems: "center", gap: "4px" },
  body: { minHeight: 0, minWidth: 0, display: "grid", gridTemplateColumns: "minmax(0, 1fr)", borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
  withPanel: { gridTemplateColumns: "minmax(0, 1fr) minmax(340px, 32%)" },
  side: { minHeight: 0, borderLeft: `1px solid ${tokens.colorNeutralStroke2}` },
  hint: { display: "grid", placeItems: "center", height: "100%", color: tokens.colorNeutralForeground3 },
  message: { margin: "4px 8px" },
  spacer: { minHeight: "2px" },
});

/** How the user looks at a result. */
interface Look {
  view: View;
  choice: ChartChoice | undefined;
}

/** Keeps the looks of the results of all tabs while the page is open. */
export type Looks = WeakMap<Result, Look>;

interface Props {
  run: Run | undefined;
  actions: Omit<ValueActions, "filter">;
  looks: Looks;
  /** What is shown before the first run. */
  children: ReactNode;
}

function useLook(result: Result | undefined, looks: Looks): [Look, (change: Partial<Look>) => void] {
  const first = (): Look => {
    const kept = result && looks.get(result);
    if (kept) return kept;
    const kind = kindOf(result?.render);
    return { view: emptyView, choice: result && kind ? choose(kind, result.schema, result.render) : undefined };
  };
  const [state, setState] = useState(() => ({ result, look: first() }));
  // A new result is looked at anew, in the same rendering.
  const now = state.result === result ? state : { result, look: first() };
  if (now !== state) setState(now);
  const change = (to: Partial<Look>) =>
    setState((s) => {
      const look = { ...s.look, ...to };
      if (s.result) looks.set(s.result, look);
      return { ...s, look };
    });
  return [now.look, change];
}

/** The results of a tab: table or chart, with what can be done with them. */
export const Results = memo(function Results({ run, actions: outer, looks, children }: Props) {
  const styles = useStyles();
  const { zone } = useApp();
  const result = run?.result;
  const [{ view, choice }, change] = useLook(result, looks);
  const setView = (v: View) => change({ view: v });
  const [open, setOpen] = useState<number>();
  const [menu, setMenu] = useState<{ target: Target; at: { x: number; y: number } }>();
  const [head, setHead] = useState<{ column: number; at: { x: number; y: number } }>();
  const chart = useRef<ECharts>(null);
  useEffect(() => setOpen(undefined), [result]);

  const columns = result?.schema ?? none;
  const rows = result?.rows ?? none;
  const empty = useMemo(() => emptyColumns(rows, columns), [rows, columns]);
  const { filters, search, sort, hidden, shown, order, groupBy, closed, expanded } = view;
  const shownRows = useMemo(() => visibleRows(rows, columns, { filters, search, sort }), [rows, columns, filters, search, sort]);
  const shownColumns = useMemo(() => visibleColumns(columns, empty, { hidden, shown, order }), [columns, empty, hidden, shown, order]);
  const lines = useMemo(() => {
    const by = columns.findIndex((c) => c.name === groupBy);
    return makeLines(shownRows, { textOf: by < 0 ? undefined : (row) => plainText(rows[row]?.[by] ?? null), closed, expanded });
  }, [shownRows, rows, columns, groupBy, closed, expanded]);

  const actions: ValueActions = {
    ...outer,
    filter: (name, text, exclude = false) => {
      const column = columns.findIndex((c) => c.name === name);
      if (column < 0) return;
      const old = filters.find((f) => f.column === column && f.exclude === true && exclude);
      setView({ ...view, filters: [...filters.filter((f) => f.column !== column), { column, values: [...(old?.values ?? []), text], exclude }] });
    },
  };
  const onMenu = (cell: Cell, at: { x: number; y: number }) => {
    const column = columns[cell.column];
    const row = rows[cell.row];
    if (column && row) setMenu({ target: { column, value: row[cell.column] ?? null, row: Object.fromEntries(columns.map((c, i) => [c.name, row[i] ?? null])) }, at });
  };
  const onSort = (column: number) => setView({ ...view, sort: sort?.column !== column ? { column, down: false } : sort.down ? undefined : { column, down: true } });
  const row = open === undefined ? undefined : rows[open];

  return (
    <section className={styles.root} aria-label="Results">
      <div>
        {run?.state === "running" ? <ProgressBar thickness="medium" aria-label="The query runs" /> : <div className={styles.spacer} />}
        {run && <Notices run={run} />}
        {result && (
          <div className={styles.bar}>
            <ExportMenu result={result} started={run.started} rows={shownRows} columns={shownColumns} chart={choice ? chart : undefined} />
            {!choice && <ColumnsButton columns={columns} shown={shownColumns} empty={empty} view={view} onView={setView} />}
            {!choice && <GroupMenu columns={columns} view={view} onView={setView} />}
            <ChartMenu choice={choice} onKind={(kind) => change({ choice: kind && choose(kind, columns, kindOf(result.render) === kind ? result.render : undefined) })} can={(kind) => choose(kind, columns) !== undefined} />
            <span className={styles.grow} />
            <Facts result={result} shown={shownRows.length} />
          </div>
        )}
      </div>
      {result && !choice && rows.length > 0 ? <FilterBar columns={columns} rows={rows} view={view} onView={setView} /> : <div />}
      <div className={`${styles.body} ${row && !choice ? styles.withPanel : ""}`}>
        {!result ? (
          run ? (
            <div className={styles.hint}>{run.state === "running" ? "The query runs…" : ""}</div>
          ) : (
            children
          )
        ) : choice ? (
          <Suspense fallback={<div className={styles.hint}>Loading the chart…</div>}>
            <ChartView result={result} choice={choice} onChoice={(c) => change({ choice: c })} onMark={(c) => markStep(c, choice, columns).forEach(outer.addStep)} chart={chart} />
          </Suspense>
        ) : rows.length === 0 ? (
          <div className={styles.hint}>No results found in the time range.</div>
        ) : (
          <Grid
            columns={columns}
            rows={rows}
            lines={lines}
            shown={shownColumns}
            grouped={groupBy ?? ""}
            zone={zone}
            sort={sort}
            selected={open}
            onSort={onSort}
            onOpen={setOpen}
            onClose={() => setOpen(undefined)}
            onMenu={onMenu}
            onHeadMenu={(column, at) => setHead({ column, at })}
            onGroup={(text) => setView({ ...view, closed: toggled(closed, text) })}
            onExpand={(r) => setView({ ...view, expanded: toggled(expanded, r) })}
            onMove={(from, to) => setView({ ...view, order: moveColumn(columns, shownColumns, from, to) })}
          />
        )}
        {row && !choice && (
          <div className={styles.side}>
            <RowPanel columns={columns} row={row} actions={actions} onMenu={(target, at) => setMenu({ target, at })} onClose={() => setOpen(undefined)} />
          </div>
        )}
      </div>
      <CellMenu target={menu?.target} at={menu?.at ?? { x: 0, y: 0 }} actions={actions} onClose={() => setMenu(undefined)} />
      <HeadMenu column={head?.column} at={head?.at ?? { x: 0, y: 0 }} columns={columns} shown={shownColumns} view={view} onView={setView} onClose={() => setHead(undefined)} />
    </section>
  );
});

const none: never[] = [];

function Facts({ result, shown }: { result: Result; shown: number }) {
  const styles = useStyles();
  const all = result.rows.length;
  return (
    <>
      <Text size={200} className={styles.facts} data-testid="facts" role="status">
        {shown === all ? `${formatCount(all)} ${all === 1 ? "row" : "rows"}` : `${formatCount(shown)} of ${formatCount(all)} rows`}
        {result.stats.truncated ? " (cut off at the limit)" : ""}
      </Text>
      <Text size={200} className={styles.facts} data-testid="time">
        Query time {formatSeconds(result.stats.seconds)}
      </Text>
      <Text size={200} className={`${styles.facts} ${styles.usage}`} title="Resource usage" data-testid="usage">
        <DataUsageRegular fontSize={16} /> {result.stats.usage}
      </Text>
    </>
  );
}

function Notices({ run }: { run: Run }) {
  const styles = useStyles();
  return (
    <>
      {run.error && (
        <MessageBar intent="error" className={styles.message} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{run.diagnostics.length > 0 ? "The query has errors" : "The query failed"}</MessageBarTitle>
            {run.error}
          </MessageBarBody>
        </MessageBar>
      )}
      {run.state === "canceled" && (
        <MessageBar intent="info" className={styles.message}>
          <MessageBarBody>The query was canceled.</MessageBarBody>
        </MessageBar>
      )}
      {run.result?.stats.truncated && (
        <MessageBar intent="warning" className={styles.message}>
          <MessageBarBody>These are the first {formatCount(run.result.rows.length)} rows of more. Use summarize, where or take to see less at once.</MessageBarBody>
        </MessageBar>
      )}
      {run.result?.warnings?.map((w) => (
        <MessageBar key={`${w.start} ${w.code} ${w.message}`} intent="warning" className={styles.message}>
          <MessageBarBody>{w.message}</MessageBarBody>
        </MessageBar>
      ))}
    </>
  );
}
