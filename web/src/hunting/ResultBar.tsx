import { Button, Checkbox, Divider, makeStyles, Menu, MenuButton, MenuItem, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, Popover, PopoverSurface, PopoverTrigger, SearchBox, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular, ArrowDownRegular, ArrowUpRegular, ChartMultipleRegular, ColumnTripleEditRegular, GroupListRegular, TableRegular } from "@fluentui/react-icons";
import type { ECharts } from "echarts/core";
import { type RefObject, useState } from "react";
import type { Column, Result } from "../api/types";
import { toExcel } from "../format/excel";
import { download, toCsv, toJson } from "../format/export";
import { plainText } from "../format/value";
import { type ChartChoice, type ChartKind, chartKinds, chartNames } from "./chart";
import { moveColumn, type View } from "./view";

const useStyles = makeStyles({
  columns: { display: "flex", flexDirection: "column", width: "320px", maxHeight: "min(480px, 60vh)", padding: tokens.spacingHorizontalM },
  list: { overflowY: "auto", marginTop: "6px" },
  line: { display: "flex", alignItems: "center" },
  name: { flex: 1, minWidth: 0 },
  buttons: { display: "flex", gap: "8px", marginTop: "6px" },
  menu: { maxHeight: "420px", overflowY: "auto" },
});

interface ExportProps {
  result: Result;
  started: number;
  /** Indexes of the rows and columns that are shown. */
  rows: number[];
  columns: number[];
  /** The chart, where one is shown. */
  chart: RefObject<ECharts | null> | undefined;
}

const excelType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Saves the results as a file. */
export function ExportMenu({ result, started, rows, columns, chart }: ExportProps) {
  const pick = () => ({ columns: columns.flatMap((c) => result.schema[c] ?? []), rows: rows.map((r) => columns.map((c) => result.rows[r]?.[c] ?? null)) });
  const name = `wirehunt-${new Date(started).toISOString().slice(0, 19).replaceAll(":", "")}`;
  const image = (type: "png" | "jpeg") => {
    const a = document.createElement("a");
    a.href = chart?.current?.getDataURL({ type, pixelRatio: 2, backgroundColor: "#fff" }) ?? "";
    a.download = `${name}.${type}`;
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
        <MenuButton size="small" appearance="subtle" icon={<ArrowDownloadRegular />}>
          Export
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {chart && <MenuItem onClick={() => image("png")}>Chart as PNG</MenuItem>}
          {chart && <MenuItem onClick={() => image("jpeg")}>Chart as JPEG</MenuItem>}
          <MenuItem onClick={() => download(`${name}.xlsx`, excelType, toExcel(pick().columns, pick().rows))}>Excel of what is shown</MenuItem>
          <MenuItem onClick={() => download(`${name}.csv`, "text/csv", toCsv(pick().columns, pick().rows))}>CSV of what is shown</MenuItem>
          <MenuItem onClick={() => download(`${name}.json`, "application/json", toJson(pick().columns, pick().rows))}>JSON of what is shown</MenuItem>
          <MenuItem onClick={() => download(`${name}.csv`, "text/csv", toCsv(result.schema, result.rows))}>CSV of all rows and columns</MenuItem>
          <MenuItem onClick={copy}>Copy to the clipboard</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

interface ColumnsProps {
  columns: Column[];
  shown: number[];
  empty: Set<number>;
  view: View;
  onView: (v: View) => void;
}

/** Hides, shows and orders columns. */
export function ColumnsButton({ columns, shown, empty, view, onView }: ColumnsProps) {
  const styles = useStyles();
  const [search, setSearch] = useState("");
  const hidden = columns.length - shown.length;
  const name = (i: number) => columns[i]?.name ?? "";
  const toggle = (i: number, on: boolean) => {
    const without = (list: string[]) => list.filter((n) => n !== name(i));
    onView(on ? { ...view, hidden: without(view.hidden), shown: [...without(view.shown), name(i)] } : { ...view, hidden: [...without(view.hidden), name(i)], shown: without(view.shown) });
  };
  const all = [...shown, ...[...columns.keys()].filter((i) => !shown.includes(i))].filter((i) => name(i).toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <Popover trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle" icon={<ColumnTripleEditRegular />}>
          Columns{hidden > 0 ? ` (${hidden} hidden)` : ""}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className={styles.columns} aria-label="Columns">
        <SearchBox size="small" placeholder="Search columns" aria-label="Search columns" value={search} onChange={(_, d) => setSearch(d.value)} />
        <div className={styles.buttons}>
          <Button size="small" onClick={() => onView({ ...view, hidden: [], shown: columns.map((c) => c.name) })}>
            Show all
          </Button>
          <Button size="small" onClick={() => onView({ ...view, hidden: [], shown: [], order: [] })}>
            Reset
          </Button>
        </div>
        <div className={styles.list}>
          {all.map((i) => {
            const at = shown.indexOf(i);
            return (
              <div key={name(i)} className={styles.line}>
                <Checkbox className={styles.name} label={empty.has(i) ? `${name(i)} (empty)` : name(i)} checked={at >= 0} onChange={(_, d) => toggle(i, d.checked === true)} />
                <Button size="small" appearance="subtle" icon={<ArrowUpRegular />} aria-label={`Move ${name(i)} to the left`} disabled={at <= 0} onClick={() => onView({ ...view, order: moveColumn(columns, shown, at, at - 1) })} />
                <Button size="small" appearance="subtle" icon={<ArrowDownRegular />} aria-label={`Move ${name(i)} to the right`} disabled={at < 0 || at === shown.length - 1} onClick={() => onView({ ...view, order: moveColumn(columns, shown, at, at + 1) })} />
              </div>
            );
          })}
        </div>
      </PopoverSurface>
    </Popover>
  );
}

/** Groups the rows by a column. */
export function GroupMenu({ columns, view, onView }: { columns: Column[]; view: View; onView: (v: View) => void }) {
  const styles = useStyles();
  return (
    <Menu checkedValues={{ group: [view.groupBy ?? ""] }} onCheckedValueChange={(_, d) => onView({ ...view, groupBy: d.checkedItems[0] || undefined, closed: new Set() })}>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton size="small" appearance="subtle" icon={<GroupListRegular />}>
          {view.groupBy ? `Grouped by ${view.groupBy}` : "Group by"}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList className={styles.menu}>
          <MenuItemRadio name="group" value="">
            No groups
          </MenuItemRadio>
          {columns.map((c) => (
            <MenuItemRadio key={c.name} name="group" value={c.name}>
              {c.name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Shows the results as a table or a chart. */
export function ChartMenu({ choice, onKind, can }: { choice: ChartChoice | undefined; onKind: (k: ChartKind | undefined) => void; can: (k: ChartKind) => boolean }) {
  return (
    <Menu checkedValues={{ chart: [choice?.kind ?? "table"] }} onCheckedValueChange={(_, d) => onKind(chartKinds.find((k) => k === d.checkedItems[0]))}>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton size="small" appearance="subtle" icon={choice ? <ChartMultipleRegular /> : <TableRegular />}>
          {choice ? chartNames[choice.kind] : "Table"}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemRadio name="chart" value="table">
            Table
          </MenuItemRadio>
          <Divider />
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
