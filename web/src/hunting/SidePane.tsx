import { makeStyles, Tab as FluentTab, TabList, tokens } from "@fluentui/react-components";
import { useStoredChoice } from "../app/storage";
import { FunctionList } from "./FunctionList";
import { HistoryList } from "./HistoryList";
import { QueryList, type QueryListProps } from "./QueryList";
import { SchemaTree } from "./SchemaTree";

const useStyles = makeStyles({
  pane: { height: "100%", minHeight: 0, display: "grid", gridTemplateRows: "auto minmax(0, 1fr)", padding: "0 8px 0 8px", backgroundColor: tokens.colorNeutralBackground1 },
  body: { minHeight: 0, overflow: "auto", paddingTop: "6px", paddingBottom: "12px" },
  tree: { overflow: "hidden", paddingBottom: 0 },
});

const panes = ["schema", "functions", "queries", "history"] as const;

interface Props extends QueryListProps {
  onInsert: (text: string) => void;
  onReference: (table: string) => void;
  /** The query at the cursor. */
  query: () => string;
  /** Changes when there is a new query in the history. */
  ran: number;
}

/** The left pane: schema, functions, saved queries, history. */
export function SidePane({ onInsert, onReference, query, ran, ...queries }: Props) {
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
      <div className={pane === "schema" ? `${styles.body} ${styles.tree}` : styles.body}>
        {pane === "schema" && <SchemaTree onInsert={onInsert} onReference={onReference} />}
        {pane === "functions" && <FunctionList onInsert={onInsert} onOpen={queries.onOpen} query={query} />}
        {pane === "queries" && <QueryList {...queries} />}
        {pane === "history" && <HistoryList ran={ran} onUse={queries.onOpen} onRun={queries.onRun} />}
      </div>
    </div>
  );
}
