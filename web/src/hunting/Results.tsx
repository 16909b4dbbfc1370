import { Button, Checkbox, makeStyles, Menu, MenuItem, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, MessageBarTitle, Popover, PopoverSurface, PopoverTrigger, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular, ChevronDownRegular, ColumnTripleEditRegular, DataUsageRegular } from "@fluentui/react-icons";
import type { ECharts } from "echarts/core";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useApp } from "../app/context";
import { download, toCsv, toJson } from "../format/export";
import { formatCount, formatSeconds, plainText } from "../format/value";
import { CellMenu, type Target, type ValueActions } from "./CellMenu";
import { type ChartChoice, chartKinds, chartNames, type ChartKind, choose, kindOf } from "./chart";
import { FilterBar } from "./FilterBar";
import { type Cell, Grid } from "./Grid";
import { RowPanel } from "./RowPanel";
import type { Run } from "./useRuns";
import { emptyColumns, emptyView, type View, visibleColumns, visibleRows } from "./view";
import { markStep } from "./marks";

const ChartView = lazy(() => import("./ChartView"));

const useStyles = makeStyles({
  root: { height: "100%", display: "grid", gridTemplateRows: "auto auto minmax(0, 1fr)", minWidth: 0, backgroundColor: tokens.colorNeutralBackground1 },
  bar: { display: "flex", alignItems: "center", flexWrap: "wrap", gap: "4px", padding: "4px 8px", minHeight: "36px" },
  grow: { flex: 1 },
  facts: { color: tokens.colorNeutralForeground2, padding: "0 6px", whiteSpace: "nowrap" },
  body: { minHeight: 0, minWidth: 0, display: "grid", gridTemplateColumns: "minmax(0, 1fr)", borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
  withPanel: { gridTemplateColumns: "minmax(0, 1fr) minmax(320px, 30%)" },
  side: { minHeight: 0, borderLeft: `1px solid ${tokens.colorNeutralStroke2}` },
  hint: { display: "grid", placeItems: "center", height: "100%", color: tokens.colorNeutralForeground3 },
  columns: { display: "flex", flexDirection: "column", maxHeight: "420px", overflowY: "auto", padding: tokens.spacingHorizontalS },
  message: { margin: "4px 8px" },
  spacer: { minHeight: "2px" },
});

interface Props {
  run: Run | undefined;
  actions: Omit<ValueActions, "filter">;
}

/** The results of a tab: table or chart, with what can be done with them. */
export function Results({ run, actions: outer }: Props) {
  const styles = useStyles();
  const { zone } = useApp();
  const result = run?.result;
  const [view, setView] = useState<View>(emptyView);
  const [choice, setChoice] = useState<ChartChoice>();
  const [open, setOpen] = useState<number>();
  const [menu, setMenu] = useState<{ target: Target; at: { x: number; y: number } }>();
  const chart = useRef<ECharts>(null);

  useEffect(() => {
    setView(emptyView);
    setOpen(undefined);
    const kind = kindOf(result?.render);
    setChoice(result && kind ? choose(kind, result.schema, result.render) : undefined);
  }, [result]);

  const columns = result?.schema ?? [];
  const rows = result?.rows ?? [];
  const empty = useMemo(() => emptyColumns(result?.rows ?? [], result?.schema ?? []), [result]);
  const shownRows = useMemo(() => visibleRows(result?.rows ?? [], result?.schema ?? [], view), [result, view]);
  const shownColumns = useMemo(() => visibleColumns(result?.schema ?? [], empty, view), [result, empty, view]);
  const actions: ValueActions = {
    ...outer,
    filter: (name, text) => {
      const column = columns.findIndex((c) => c.name === name);
      if (column >= 0) setView({ ...view, filters: [...view.filters.filter((f) => f.column !== column), { column, values: [text] }] });
    },
  };
  const onMenu = (cell: Cell, at: { x: number; y: number }) => {
    const column = columns[cell.column];
    const row = rows[cell.row];
    if (column && row) setMenu({ target: { column, value: row[cell.column] ?? null, row: Object.fromEntries(columns.map((c, i) => [c.name, row[i] ?? null])) }, at });
  };
  const onSort = (column: number) => {
    const s = view.sort;
    setView({ ...view, sort: s?.column !== column ? { column, down: false } : s.down ? undefined : { column, down: true } });
  };
  const row = open === undefined ? undefined : rows[open];

  return (
    <section className={styles.root} aria-label="Results">
      <div>
        {run?.state === "running" ? <ProgressBar thickness="medium" aria-label="The query runs" /> : <div className={styles.spacer} />}
        {run && <Notices run={run} />}
        {result && (
          <div className={styles.bar}>
            <ExportMenu run={run} rows={shownRows} columns={shownColumns} chart={choice ? chart : undefined} />
            <ColumnsButton names={columns.map((c) => c.name)} shown={shownColumns} empty={empty} view={view} onView={setView} />
            <ChartMenu choice={choice} onKind={(kind) => setChoice(kind && choose(kind, columns, kindOf(result.render) === kind ? result.render : undefined))} can={(kind) => choose(kind, columns) !== undefined} />
            <span className={styles.grow} />
            <Text size={200} className={styles.facts} data-testid="facts" role="status">
              {shownRows.length === rows.length ? `${formatCount(rows.length)} ${rows.length === 1 ? "row" : "rows"}` : `${formatCount(shownRows.length)} of ${formatCount(rows.length)} rows`}
              {result.stats.truncated ? " (cut off at the limit)" : ""}
            </Text>
            <Text size={200} className={styles.facts} data-testid="time">
              Query time {formatSeconds(result.stats.seconds)}
            </Text>
            <Text size={200} className={styles.facts}>
              <DataUsageRegular /> {result.stats.usage}
            </Text>
          </div>
        )}
      </div>
      {result && !choice && rows.length > 0 ? <FilterBar columns={columns} rows={rows} view={view} onView={setView} /> : <div />}
      <div className={`${styles.body} ${row ? styles.withPanel : ""}`}>
        {!result ? (
          <div className={styles.hint}>{run ? (run.state === "running" ? "The query runs…" : "") : "Run a query to see its results: Shift+Enter in the editor."}</div>
        ) : choice ? (
          <Suspense fallback={<div className={styles.hint}>Loading the chart…</div>}>
            <ChartView result={result} choice={choice} onChoice={setChoice} onMark={(c) => markStep(c, choice, columns).forEach(outer.addStep)} chart={chart} />
          </Suspense>
        ) : rows.length === 0 ? (
          <div className={styles.hint}>No results found in the time range.</div>
        ) : (
          <Grid columns={columns} rows={rows} visibleRows={shownRows} visibleColumns={shownColumns} zone={zone} sort={view.sort} onSort={onSort} selected={open} onOpen={setOpen} onMenu={onMenu} />
        )}
        {row && !choice && (
          <div className={styles.side}>
            <RowPanel columns={columns} row={row} actions={actions} onMenu={(target, at) => setMenu({ target, at })} onClose={() => setOpen(undefined)} />
          </div>
        )}
      </div>
      <CellMenu target={menu?.target} at={menu?.at ?? { x: 0, y: 0 }} actions={actions} onClose={() => setMenu(undefined)} />
    </section>
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
      {run.result?.warnings?.map((w) => (
        <MessageBar key={`${w.start} ${w.code} ${w.message}`} intent="warning" className={styles.message}>
          <MessageBarBody>{w.message}</MessageBarBody>
        </MessageBar>
      ))}
    </>
  );
}

function ExportMenu({ run, rows, columns, chart }: { run: Run | undefined; rows: number[]; columns: number[]; chart: { current: ECharts | null } | undefined }) {
  const result = run?.result;
  if (!result) return null;
  const pick = () => ({ columns: columns.flatMap((c) => result.schema[c] ?? []), rows: rows.map((r) => columns.map((c) => result.rows[r]?.[c] ?? null)) });
  const name = `wirehunt-${new Date(run.started).toISOString().slice(0, 19).replaceAll(":", "")}`;
  const image = () => {
    const a = document.createElement("a");
    a.href = chart?.current?.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" }) ?? "";
    a.download = `${name}.png`;
    a.click();
  };
  const copy = () => {
    const p = pick();
    const clean = (s: string) => s.replace(/[\t\r\n]+/g, " ");
    void navigator.clipboard.writeText([p.columns.map((c) => c.name), ...p.rows.map((r) => r.map((v) => clean(plainText(v))))].map((r) => r.join("\t")).join("\n"));
  };
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle" icon={<ArrowDownloadRegular />}>
          Export
          <ChevronDownRegular />
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => download(`${name}.csv`, "text/csv", toCsv(pick().columns, pick().rows))}>CSV of what is shown</MenuItem>
          <MenuItem onClick={() => download(`${name}.json`, "application/json", toJson(pick().columns, pick().rows))}>JSON of what is shown</MenuItem>
          <MenuItem onClick={() => download(`${name}.csv`, "text/csv", toCsv(result.schema, result.rows))}>CSV of all rows and columns</MenuItem>
          <MenuItem onClick={copy}>Copy to the clipboard</MenuItem>
          {chart && <MenuItem onClick={image}>Image of the chart</MenuItem>}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function ColumnsButton({ names, shown, empty, view, onView }: { names: string[]; shown: number[]; empty: Set<number>; view: View; onView: (v: View) => void }) {
  const styles = useStyles();
  const hidden = names.length - shown.length;
  const toggle = (name: string, on: boolean) => {
    const without = (list: string[]) => list.filter((n) => n !== name);
    onView(on ? { ...view, hidden: without(view.hidden), shown: [...without(view.shown), name] } : { ...view, hidden: [...without(view.hidden), name], shown: without(view.shown) });
  };
  return (
    <Popover trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle" icon={<ColumnTripleEditRegular />}>
          Columns{hidden > 0 ? ` (${hidden} hidden)` : ""}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className={styles.columns} aria-label="Columns">
        <Button size="small" onClick={() => onView({ ...view, hidden: [], shown: names })}>
          Show all
        </Button>
        {names.map((name, i) => (
          <Checkbox key={name} label={empty.has(i) ? `${name} (empty)` : name} checked={shown.includes(i)} onChange={(_, d) => toggle(name, d.checked === true)} />
        ))}
      </PopoverSurface>
    </Popover>
  );
}

function ChartMenu({ choice, onKind, can }: { choice: ChartChoice | undefined; onKind: (k: ChartKind | undefined) => void; can: (k: ChartKind) => boolean }) {
  return (
    <Menu checkedValues={{ chart: [choice?.kind ?? "table"] }} onCheckedValueChange={(_, d) => onKind(chartKinds.find((k) => k === d.checkedItems[0]))}>
      <MenuTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle">
          {choice ? chartNames[choice.kind] : "Table"}
          <ChevronDownRegular />
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemRadio name="chart" value="table">
            Table
          </MenuItemRadio>
          {chartKinds.map((k) => (
            <MenuItemRadio key={k} name="chart" value={k} disabled={!can(k)}>
              {chartNames[k]}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
