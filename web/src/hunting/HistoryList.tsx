import { Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { DeleteRegular, EditRegular, PlayRegular } from "@fluentui/react-icons";
import { useCallback, useEffect, useState } from "react";
import { api } from "../api/api";
import type { PastQuery } from "../api/types";
import { useApp } from "../app/context";
import { formatCount, formatSeconds, formatTime } from "../format/value";

const useStyles = makeStyles({
  head: { display: "flex", alignItems: "center", justifyContent: "space-between", color: tokens.colorNeutralForeground3 },
  list: { margin: 0, padding: 0, listStyleType: "none" },
  item: { borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, padding: "8px 0" },
  query: {
    display: "-webkit-box",
    WebkitLineClamp: 4,
    WebkitBoxOrient: "vertical",
    overflow: "hidden",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    margin: "4px 0",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase100,
  },
  facts: { display: "flex", alignItems: "center", gap: "6px", color: tokens.colorNeutralForeground3 },
  buttons: { display: "flex", gap: "4px" },
});

interface Props {
  /** Changes when there is a new query in the history. */
  ran: number;
  onUse: (query: string, name: string) => void;
  onRun: (query: string, name: string) => void;
}

/** The user's last queries: time, text, how long they took, how they ended. */
export function HistoryList({ ran, onUse, onRun }: Props) {
  const styles = useStyles();
  const { zone } = useApp();
  const [list, setList] = useState<PastQuery[]>([]);
  const reload = useCallback(() => {
    api.history().then(
      (r) => setList(r.history),
      () => setList([]),
    );
  }, []);
  useEffect(reload, [reload, ran]);
  if (list.length === 0) return <Text size={200}>Queries that you run are listed here.</Text>;
  return (
    <>
      <div className={styles.head}>
        <Text size={200}>The last 30 queries of 28 days</Text>
        <Button size="small" appearance="subtle" icon={<DeleteRegular />} onClick={() => void api.forgetHistory().finally(reload)}>
          Forget all
        </Button>
      </div>
      <ul className={styles.list} aria-label="Query history">
        {list.map((p) => (
          <li key={p.time} className={styles.item}>
            <Text size={100} className={styles.facts}>
              <Badge size="small" appearance="tint" color={p.state === "ok" ? "success" : p.state === "canceled" ? "informative" : "danger"}>
                {p.state === "ok" ? "Completed" : p.state.charAt(0).toUpperCase() + p.state.slice(1)}
              </Badge>
              {formatTime(p.time, zone).slice(0, 19)} · {formatSeconds(p.seconds)}
              {p.state === "ok" && ` · ${formatCount(p.rows)} ${p.rows === 1 ? "row" : "rows"}`}
            </Text>
            <code className={styles.query}>{p.query}</code>
            <div className={styles.buttons}>
              <Button size="small" appearance="subtle" icon={<PlayRegular />} onClick={() => onRun(p.query, "From history")}>
                Run
              </Button>
              <Button size="small" appearance="subtle" icon={<EditRegular />} onClick={() => onUse(p.query, "From history")}>
                Use in editor
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
