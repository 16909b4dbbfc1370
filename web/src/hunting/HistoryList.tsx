import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons";
import { useCallback, useEffect, useState } from "react";
import { api } from "../api/api";
import type { PastQuery } from "../api/types";
import { useApp } from "../app/context";
import { formatCount, formatSeconds, formatTime } from "../format/value";

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  item: { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  open: { display: "block", width: "100%", minWidth: 0, textAlign: "left", padding: "6px 4px", fontWeight: tokens.fontWeightRegular },
  query: { display: "-webkit-box", WebkitLineClamp: 3, WebkitBoxOrient: "vertical", overflow: "hidden", whiteSpace: "pre-wrap", fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase100 },
  facts: { display: "block", color: tokens.colorNeutralForeground3 },
});

/** The last queries of the user. */
export function HistoryList({ ran, onOpen }: { ran: number; onOpen: (query: string, name: string) => void }) {
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
      <Button size="small" appearance="subtle" icon={<DeleteRegular />} onClick={() => void api.forgetHistory().finally(reload)}>
        Forget all
      </Button>
      <ul className={styles.list}>
        {list.map((p) => (
          <li key={p.time} className={styles.item}>
            <Button appearance="subtle" className={styles.open} onClick={() => onOpen(p.query, "From history")}>
              <span className={styles.query}>{p.query}</span>
              <Text size={100} className={styles.facts}>
                {formatTime(p.time, zone).slice(0, 19)} · {p.state === "ok" ? `${formatCount(p.rows)} rows` : p.state} · {formatSeconds(p.seconds)}
              </Text>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
