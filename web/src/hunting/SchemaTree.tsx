import { Button, makeStyles, mergeClasses, SearchBox, tokens } from "@fluentui/react-components";
import { BookInformationRegular, ChevronDownRegular, ChevronRightRegular, TableRegular } from "@fluentui/react-icons";
import { type KeyboardEvent, useDeferredValue, useMemo, useState } from "react";
import { useApp } from "../app/context";
import { useFavourites } from "../app/favourites";
import { Star } from "../app/Star";
import { columnName } from "../kql/literal";
import { type Node, schemaNodes } from "./schemaNodes";

const useStyles = makeStyles({
  pane: { height: "100%", display: "grid", gridTemplateRows: "auto minmax(0, 1fr)", gap: "6px" },
  tree: { overflow: "auto", fontSize: tokens.fontSizeBase200, outlineStyle: "none", paddingBottom: "8px" },
  node: {
    display: "flex",
    alignItems: "center",
    gap: "4px",
    height: "24px",
    paddingRight: "4px",
    cursor: "pointer",
    borderRadius: tokens.borderRadiusSmall,
    whiteSpace: "nowrap",
    color: tokens.colorNeutralForeground1,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
    "& button": { visibility: "hidden" },
    "& button[data-star=on]": { visibility: "visible" },
    ":hover button": { visibility: "visible" },
    ":focus-within button": { visibility: "visible" },
  },
  group: { fontWeight: tokens.fontWeightSemibold },
  empty: { color: tokens.colorNeutralForeground3 },
  label: { flex: 1, overflow: "hidden", textOverflow: "ellipsis" },
  type: { color: tokens.colorNeutralForeground3, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase100 },
  icon: { flexShrink: 0 },
  info: { minWidth: "22px", maxWidth: "22px", height: "20px", padding: 0 },
  search: { width: "100%", maxWidth: "none" },
});

interface Props {
  onInsert: (text: string) => void;
  onReference: (table: string) => void;
}

/** Tables by group, their columns and action types; a double click inserts the name. */
export function SchemaTree({ onInsert, onReference }: Props) {
  const styles = useStyles();
  const { schema } = useApp();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(["g:Favourites", "g:Defender", "g:Zeek"]));
  const { has } = useFavourites();
  const nodes = useMemo(() => schemaNodes(schema, open, wanted, (name) => has("table", name)), [schema, open, wanted, has]);
  const toggle = (key: string, on = !open.has(key)) => {
    const next = new Set(open);
    if (on) next.add(key);
    else next.delete(key);
    setOpen(next);
  };
  const insert = (n: Node) => {
    if (n.kind === "column") onInsert(columnName(n.name));
    else if (n.kind === "action") onInsert(`"${n.name}"`);
    else if (n.kind === "table") onInsert(n.name);
  };
  const onKey = (n: Node) => (e: KeyboardEvent<HTMLElement>) => {
    const item = e.currentTarget;
    const focus = (x: Element | null | undefined) => x instanceof HTMLElement && x.focus();
    if (e.target !== item) return;
    if (e.key === "ArrowDown") focus(item.nextElementSibling);
    else if (e.key === "ArrowUp") focus(item.previousElementSibling);
    else if (e.key === "ArrowRight" && n.open === false) toggle(n.key, true);
    else if (e.key === "ArrowLeft" && n.open === true) toggle(n.key, false);
    else if (e.key === "Enter") insert(n);
    else if (e.key === " " && n.open !== undefined) toggle(n.key, !n.open);
    else if (e.key === "F1" && n.kind === "table") onReference(n.name);
    else return;
    e.preventDefault();
  };
  return (
    <div className={styles.pane}>
      <SearchBox className={styles.search} size="small" placeholder="Search tables, columns, action types" aria-label="Search the schema" value={search} onChange={(_, d) => setSearch(d.value)} />
      <div className={styles.tree} role="tree" aria-label="Schema">
        {nodes.map((n, i) => (
          <div
            key={n.key}
            role="treeitem"
            aria-label={n.type ? `${n.name}, ${n.type}` : n.name}
            aria-level={n.level + 1}
            aria-expanded={n.open}
            tabIndex={i === 0 ? 0 : -1}
            className={mergeClasses(styles.node, n.kind === "group" && styles.group, n.empty && styles.empty)}
            style={{ paddingLeft: 4 + n.level * 14 }}
            title={n.type ? `${n.name}: ${n.type}${n.doc ? `\n${n.doc}` : ""}` : n.doc}
            onClick={() => n.open !== undefined && toggle(n.key, !n.open)}
            onDoubleClick={() => insert(n)}
            onKeyDown={onKey(n)}
          >
            {n.open !== undefined && (n.open ? <ChevronDownRegular className={styles.icon} /> : <ChevronRightRegular className={styles.icon} />)}
            {n.kind === "table" && <TableRegular className={styles.icon} />}
            <span className={styles.label}>{n.name}</span>
            {n.type && <span className={styles.type}>{n.type}</span>}
            {n.kind === "table" && <Star kind="table" id={n.name} name={n.name} className={styles.info} tabIndex={-1} />}
            {n.kind === "table" && (
              <Button
                className={styles.info}
                size="small"
                appearance="subtle"
                tabIndex={-1}
                icon={<BookInformationRegular />}
                aria-label={`Reference of ${n.name}`}
                onClick={(e) => {
                  e.stopPropagation();
                  onReference(n.name);
                }}
              />
            )}
          </div>
        ))}
      </div>
    </div>
  );
}
