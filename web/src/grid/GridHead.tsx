import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular } from "@fluentui/react-icons";
import { type PointerEvent, useState } from "react";
import type { Column } from "../api/types";
import type { Sort } from "../hunting/view";
import { headHeight } from "./lines";

const useStyles = makeStyles({
  head: { position: "sticky", top: 0, zIndex: 2, height: `${headHeight}px`, minWidth: "100%", backgroundColor: tokens.colorNeutralBackground2, borderBottom: `1px solid ${tokens.colorNeutralStroke1}` },
  name: {
    position: "absolute",
    top: 0,
    height: `${headHeight - 1}px`,
    display: "flex",
    alignItems: "center",
    padding: `0 ${tokens.spacingHorizontalS}`,
    gap: "4px",
    fontWeight: tokens.fontWeightSemibold,
    cursor: "pointer",
    userSelect: "none",
    color: tokens.colorNeutralForeground1,
    ":hover": { backgroundColor: tokens.colorNeutralBackground2Hover },
  },
  end: { justifyContent: "flex-end" },
  drop: { boxShadow: `inset 3px 0 0 ${tokens.colorBrandStroke1}` },
  text: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  grip: { position: "absolute", right: 0, top: "7px", bottom: "7px", width: "7px", cursor: "col-resize", borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
});

const numbers = new Set(["int", "long", "real", "decimal"]);
export const isNumber = (c: Column | undefined): boolean => numbers.has(c?.type ?? "");

interface Props {
  columns: Column[];
  shown: number[];
  place: { lefts: number[]; widths: number[]; total: number };
  sort: Sort | undefined;
  onSort: (column: number) => void;
  onMenu: (column: number, at: { x: number; y: number }) => void;
  onMove: (from: number, to: number) => void;
  /** Sets the width of a column; undefined for what fits its values. */
  onWidth: (column: number, width?: number) => void;
}

/** The names of the columns: click sorts, drag moves, the grip resizes. */
export function GridHead({ columns, shown, place, sort, onSort, onMenu, onMove, onWidth }: Props) {
  const styles = useStyles();
  const [drop, setDrop] = useState(-1);
  const resize = (at: number) => (e: PointerEvent<HTMLElement>) => {
    e.preventDefault();
    e.stopPropagation();
    const from = e.clientX - (place.widths[at] ?? 120);
    const grip = e.currentTarget;
    grip.setPointerCapture(e.pointerId);
    grip.onpointermove = (m) => onWidth(shown[at] ?? 0, Math.max(48, m.clientX - from));
    grip.onpointerup = () => {
      grip.onpointermove = null;
    };
  };
  const drag = (at: number) => (e: PointerEvent<HTMLElement>) => {
    if (e.button !== 0) return;
    const name = e.currentTarget;
    const start = e.clientX;
    const left = name.parentElement?.getBoundingClientRect().left ?? 0;
    let to = -1;
    name.setPointerCapture(e.pointerId);
    name.onpointermove = (m) => {
      if (to < 0 && Math.abs(m.clientX - start) < 6) return;
      to = Math.max(0, place.lefts.findLastIndex((x) => x <= m.clientX - left));
      setDrop(to);
    };
    name.onpointerup = () => {
      name.onpointermove = null;
      name.onpointerup = null;
      setDrop(-1);
      if (to < 0) onSort(shown[at] ?? 0);
      else if (to !== at) onMove(at, to);
    };
  };
  return (
    <div role="rowgroup" className={styles.head} style={{ width: place.total }}>
      <div role="row" aria-rowindex={1}>
        {shown.map((i, at) => {
          const sorted = sort?.column === i ? sort : undefined;
          const column = columns[i];
          return (
            <div
              key={i}
              id={`grid-head-${at}`}
              data-head=""
              role="columnheader"
              aria-colindex={at + 2}
              aria-sort={sorted ? (sorted.down ? "descending" : "ascending") : "none"}
              className={mergeClasses(styles.name, isNumber(column) && styles.end, drop === at && styles.drop)}
              style={{ left: place.lefts[at], width: place.widths[at] }}
              title={`${column?.name} (${column?.type})`}
              onPointerDown={drag(at)}
              onContextMenu={(e) => {
                e.preventDefault();
                onMenu(i, { x: e.clientX, y: e.clientY });
              }}
            >
              <span className={styles.text}>{column?.name}</span>
              {sorted && (sorted.down ? <ArrowDownRegular /> : <ArrowUpRegular />)}
              <span className={styles.grip} onPointerDown={resize(at)} onDoubleClick={() => onWidth(i)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
