import { Link, makeStyles, MessageBar, MessageBarBody, mergeClasses, SearchBox, Spinner, Text, Title3, tokens } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { api } from "../api/api";
import type { Panel, Value } from "../api/types";
import { useApp } from "../app/context";
import { addressOf, useLocation } from "../app/router";
import { formatCount, formatTime } from "../format/value";
import { rowOf } from "../panels/drill";
import { follow } from "../panels/PanelCard";
import { usePanels } from "../panels/usePanels";
import { AddressView } from "./AddressView";
import { DeviceView } from "./DeviceView";

const useStyles = makeStyles({
  page: { height: "100%", display: "grid", gridTemplateColumns: "minmax(300px, 28%) minmax(0, 1fr)" },
  list: { minHeight: 0, overflow: "auto", padding: "12px", borderRight: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground1 },
  search: { margin: "8px 0", width: "100%", maxWidth: "none" },
  items: { margin: 0, padding: 0, listStyleType: "none" },
  item: { display: "block", padding: "6px 8px", borderRadius: tokens.borderRadiusMedium, color: tokens.colorNeutralForeground1, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1, textDecorationLine: "none" }, ":hover:active": { color: tokens.colorNeutralForeground1, textDecorationLine: "none" } },
  current: { backgroundColor: tokens.colorNeutralBackground1Selected, boxShadow: `inset 3px 0 0 ${tokens.colorBrandStroke1}` },
  name: { display: "flex", justifyContent: "space-between", gap: "8px", fontWeight: tokens.fontWeightSemibold },
  facts: { display: "block", color: tokens.colorNeutralForeground3, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  view: { minHeight: 0, minWidth: 0, overflow: "auto" },
  hint: { display: "grid", placeItems: "center", height: "100%", color: tokens.colorNeutralForeground3 },
});

/** The devices that were seen, and one of them. */
export default function DevicesPage() {
  const styles = useStyles();
  const { zone } = useApp();
  const params = new URLSearchParams(useLocation().split("?")[1] ?? "");
  const id = params.get("id") ?? "";
  const ip = params.get("ip") ?? "";
  const { panels, error } = usePanels(api.devices);
  const [search, setSearch] = useState("");
  const devices = useMemo(() => rowsOf(panels?.panels[0]), [panels]);
  const wanted = search.trim().toLowerCase();
  const found = devices.filter((d) => JSON.stringify([d.DeviceName, d.DeviceId, d.Addresses]).toLowerCase().includes(wanted));
  return (
    <div className={styles.page}>
      <div className={styles.list}>
        <Title3 as="h1">Devices</Title3>
        <SearchBox className={styles.search} size="small" placeholder="Search names and addresses" aria-label="Search devices" value={search} onChange={(_, d) => setSearch(d.value)} />
        {error && (
          <MessageBar intent="error">
            <MessageBarBody>{error}</MessageBarBody>
          </MessageBar>
        )}
        {!panels && !error && <Spinner size="small" label="Loading" />}
        <ul className={styles.items}>
          {found.map((d) => {
            const device = String(d.DeviceId);
            const address = addressOf("devices", { id: device });
            return (
              <li key={device}>
                <Link href={address} className={mergeClasses(styles.item, device === id && styles.current)} aria-current={device === id ? "true" : undefined} onClick={(e) => follow(e, address)}>
                  <span className={styles.name}>
                    <span>{String(d.DeviceName || device.slice(0, 12))}</span>
                    <span>{formatCount(Number(d.Events))}</span>
                  </span>
                  <Text size={200} className={styles.facts}>
                    {Array.isArray(d.Addresses) ? d.Addresses.map(String).join(", ") : ""} · last {formatTime(String(d.LastSeen), zone).slice(0, 19)}
                  </Text>
                </Link>
              </li>
            );
          })}
        </ul>
        {panels && found.length === 0 && <Text size={200}>No devices.</Text>}
      </div>
      <div className={styles.view}>{ip ? <AddressView key={ip} ip={ip} /> : id ? <DeviceView key={id} id={id} /> : <div className={styles.hint}>Choose a device, or open an address from a query's results.</div>}</div>
    </div>
  );
}

function rowsOf(p: Panel | undefined): Record<string, Value>[] {
  return p ? p.rows.map((r) => rowOf(p, r)) : [];
}
