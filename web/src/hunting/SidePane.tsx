import { makeStyles, SearchBox, Tab as FluentTab, TabList, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useApp } from "../app/context";
import { useStoredChoice } from "../app/storage";
import { HistoryList } from "./HistoryList";
import { QueryList, type QueryListProps } from "./QueryList";
import { SchemaTree } from "./SchemaTree";

const useStyles = makeStyles({
  pane: { height: "100%", minHeight: 0, display: "grid", gridTemplateRows: "auto minmax(0, 1fr)", padding: "0 8px 0 8px", backgroundColor: tokens.colorNeutralBackground1 },
  body: { minHeight: 0, overflow: "auto", paddingTop: "6px" },
  list: { margin: 0, padding: 0, listStyleType: "none", fontSize: tokens.fontSizeBase200 },
  item: { padding: "4px 0", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  code: {
    display: "block",
    width: "100%",
    textAlign: "left",
    border: "none",
    padding: 0,
    background: "none",
    cursor: "pointer",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorBrandForegroundLink,
    ":hover": { textDecorationLine: "underline" },
  },
  doc: { color: tokens.colorNeutralForeground3 },
});

const panes = ["schema", "functions", "queries", "history"] as const;

interface Props extends QueryListProps {
  onInsert: (text: string) => void;
  onReference: (table: string) => void;
  /** Changes when there is a new query in the history. */
  ran: number;
}

/** The left pane: schema, functions, saved queries, history. */
export function SidePane({ onInsert, onReference, ran, ...queries }: Props) {
  const styles = useStyles();
  const [pane, setPane] = useStoredChoice("pane", panes, "schema");
  return (
    <div className={styles.pane}>
      <TabList size="small" selectedValue={pane} onTabSelect={(_, d) => setPane(d.value as (typeof panes)[number])} aria-label="Side pane">
        <FluentTab value="schema">Schema</FluentTab>
        <FluentTab value="functions">Functions</FluentTab>
        <FluentTab value="queries">Queries</FluentTab>
        <FluentTab value="history">History</FluentTab>
      </TabList>
      <div className={styles.body}>
        {pane === "schema" && <SchemaTree onInsert={onInsert} onReference={onReference} />}
        {pane === "functions" && <Functions onInsert={onInsert} />}
        {pane === "queries" && <QueryList {...queries} />}
        {pane === "history" && <HistoryList ran={ran} onOpen={queries.onOpen} />}
      </div>
    </div>
  );
}

const mostFunctions = 80;

function Functions({ onInsert }: { onInsert: (text: string) => void }) {
  const styles = useStyles();
  const { schema } = useApp();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = (schema?.functions ?? []).filter((f) => f.name.toLowerCase().includes(wanted) || (wanted.length > 2 && f.doc.toLowerCase().includes(wanted)));
  return (
    <>
      <SearchBox size="small" placeholder="Search functions" aria-label="Search functions" value={search} onChange={(_, d) => setSearch(d.value)} />
      <ul className={styles.list}>
        {found.slice(0, mostFunctions).map((f) => (
          <li key={`${f.kind} ${f.name}`} className={styles.item}>
            <button type="button" className={styles.code} onClick={() => onInsert(`${f.name}()`)}>
              {f.signatures?.[0] ?? `${f.name}()`}
            </button>
            <span className={styles.doc}>{f.doc}</span>
          </li>
        ))}
        {found.length > mostFunctions && <li className={styles.doc}>{found.length - mostFunctions} more</li>}
      </ul>
    </>
  );
}
