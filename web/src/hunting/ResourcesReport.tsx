import { Badge, Button, DrawerBody, DrawerHeader, DrawerHeaderTitle, makeStyles, MessageBar, MessageBarBody, OverlayDrawer, Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, Text, tokens } from "@fluentui/react-components";
import { DismissRegular, EditRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";
import type { UsedResources } from "../api/types";
import { useApp } from "../app/context";
import { formatCount, formatSeconds, formatTime } from "../format/value";

const useStyles = makeStyles({
  intro: { display: "block", color: tokens.colorNeutralForeground2, paddingBottom: "8px" },
  table: { tableLayout: "auto" },
  query: { maxWidth: "420px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase100 },
  cell: { whiteSpace: "nowrap" },
});

const names: Record<string, string> = { portal: "Portal", defender: "Defender API", xdr: "Defender XDR API", graph: "Graph API", kusto: "Kusto API" };
const colors = { Low: "success", Medium: "warning", High: "danger" } as const;

/** What queries used: of everybody for an administrator, else one's own. */
export function ResourcesReport({ open, onOpen, onClose }: { open: boolean; onOpen: (query: string, name: string) => void; onClose: () => void }) {
  const styles = useStyles();
  const { zone } = useApp();
  const [list, setList] = useState<UsedResources[]>([]);
  const [error, setError] = useState("");
  useEffect(() => {
    if (!open) return;
    api.resources().then(
      (r) => {
        setList(r.queries);
        setError("");
      },
      (e: unknown) => setError(messageOf(e)),
    );
  }, [open]);
  return (
    <OverlayDrawer position="end" size="full" open={open} onOpenChange={(_, d) => !d.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />}>Query resources report</DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <Text className={styles.intro} size={200}>
          The latest queries since the server started, from all interfaces: Low is below 2 seconds, High 20 seconds and more.
        </Text>
        {error && (
          <MessageBar intent="error">
            <MessageBarBody>{error}</MessageBarBody>
          </MessageBar>
        )}
        <Table size="small" className={styles.table} aria-label="Query resources">
          <TableHeader>
            <TableRow>
              {["Time", "Interface", "User", "Resource usage", "State", "Query time", "Rows", "Time range", "Query", "Open"].map((h) => (
                <TableHeaderCell key={h}>{h}</TableHeaderCell>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {list.map((q) => (
              <TableRow key={q.id}>
                <TableCell className={styles.cell}>{formatTime(q.time, zone).slice(0, 19)}</TableCell>
                <TableCell className={styles.cell}>{names[q.interface] ?? q.interface}</TableCell>
                <TableCell className={styles.cell}>{q.user || "local"}</TableCell>
                <TableCell>
                  <Badge appearance="tint" color={colors[q.usage]}>
                    {q.usage}
                  </Badge>
                </TableCell>
                <TableCell className={styles.cell}>{q.state === "ok" ? "Completed" : q.state}</TableCell>
                <TableCell className={styles.cell}>{formatSeconds(q.seconds)}</TableCell>
                <TableCell className={styles.cell}>{formatCount(q.rows)}</TableCell>
                <TableCell className={styles.cell}>{q.from || q.to ? `${(q.from ?? "…").slice(0, 16)} – ${(q.to ?? "…").slice(0, 16)}` : "Set in query"}</TableCell>
                <TableCell className={styles.query} title={q.query}>
                  {q.query}
                </TableCell>
                <TableCell>
                  <Button size="small" appearance="subtle" icon={<EditRegular />} aria-label="Open the query" onClick={() => onOpen(q.query, "From the report")} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </DrawerBody>
    </OverlayDrawer>
  );
}
