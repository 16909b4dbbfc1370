import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { api } from "../api/api";
import type { Value } from "../api/types";
import { formatBytes, formatCount } from "../format/value";
import { HuntLink } from "../panels/PanelCard";

const useStyles = makeStyles({
  tiles: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(5, minmax(0, 1fr))", paddingBottom: "12px" },
  tile: { backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, padding: "8px 14px 10px", minHeight: "66px" },
  name: { display: "block", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  value: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
});

const queries = [
  "DeviceNetworkEvents\n| summarize Events = count(), Devices = dcount(DeviceId), Peers = dcount(RemoteIP)",
  "ZeekConn\n| summarize Connections = count(), Bytes = sum(coalesce(orig_ip_bytes, 0) + coalesce(resp_ip_bytes, 0))",
];

const tiles = [
  { column: "Events", name: "Events", query: "DeviceNetworkEvents\n| summarize Events = count() by ActionType\n| sort by Events desc" },
  { column: "Devices", name: "Devices", query: "DeviceNetworkEvents\n| summarize Events = count(), Last = max(Timestamp) by DeviceName, DeviceId\n| sort by Events desc" },
  { column: "Peers", name: "Remote addresses", query: "DeviceNetworkEvents\n| summarize Events = count(), Devices = dcount(DeviceId) by RemoteIP\n| sort by Events desc" },
  { column: "Connections", name: "Connections", query: "ZeekConn\n| summarize Connections = count() by Service = service, Protocol = proto\n| sort by Connections desc" },
  { column: "Bytes", name: "IP bytes", query: "ZeekConn\n| summarize Bytes = sum(coalesce(orig_ip_bytes, 0) + coalesce(resp_ip_bytes, 0)) by Source = ['id.orig_h'], Destination = ['id.resp_h']\n| top 100 by Bytes desc" },
];

/** The numbers of all that was seen; each leads to the query behind it. */
export function Tiles() {
  const styles = useStyles();
  const [values, setValues] = useState<Record<string, Value>>({});
  useEffect(() => {
    const abort = new AbortController();
    for (const query of queries)
      api.query({ query, quiet: true }, abort.signal).then(
        (r) => setValues((all) => ({ ...all, ...Object.fromEntries(r.schema.map((c, i) => [c.name, r.rows[0]?.[i] ?? null])) })),
        () => {}, // The panels below tell what is wrong.
      );
    return () => abort.abort();
  }, []);
  return (
    <div className={styles.tiles}>
      {tiles.map((t) => {
        const v = values[t.column];
        return (
          <div key={t.column} className={styles.tile}>
            <span className={styles.name}>{t.name}</span>
            {typeof v === "number" && (
              <HuntLink query={t.query} name={t.name}>
                <span className={styles.value}>{t.column === "Bytes" ? formatBytes(v) : formatCount(v)}</span>
              </HuntLink>
            )}
          </div>
        );
      })}
    </div>
  );
}
