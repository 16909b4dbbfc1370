import { makeStyles, MessageBar, MessageBarBody, Spinner, Title3, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useCallback } from "react";
import { api } from "../api/api";
import type { Panel } from "../api/types";
import { useApp } from "../app/context";
import { formatCount, formatValue } from "../format/value";
import { condition, stringLiteral } from "../kql/literal";
import { HuntLink, PanelCard } from "../panels/PanelCard";
import { usePanels } from "../panels/usePanels";

const EventsChart = lazy(() => import("../panels/EventsChart"));

const useStyles = makeStyles({
  page: { padding: "12px 16px" },
  links: { display: "flex", gap: "16px", paddingBottom: "12px" },
  facts: { display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(260px, 1fr))", gap: "4px 16px", margin: "8px 0 12px", padding: "10px 14px", backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, fontSize: tokens.fontSizeBase200 },
  name: { color: tokens.colorNeutralForeground3 },
  value: { margin: 0, overflowWrap: "anywhere" },
  chart: { minHeight: "300px", paddingBottom: "12px" },
  grid: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(420px, 1fr))", gridAutoRows: "300px" },
});

/** A device: identity, traffic over time, services, peers, software. */
export function DeviceView({ id }: { id: string }) {
  const styles = useStyles();
  const { zone } = useApp();
  const load = useCallback(() => api.device(id), [id]);
  const { panels, error } = usePanels(load);
  const by = (name: string): Panel | undefined => panels?.panels.find((p) => p.name === name);
  const chart = by("actions");
  const identity = by("identity");
  const row = identity?.rows[0];
  const text = (name: string) => {
    const i = identity?.columns.findIndex((c) => c.name === name) ?? -1;
    const v = row?.[i] ?? null;
    return Array.isArray(v) ? v.map(String).join(", ") : typeof v === "number" ? formatCount(v) : formatValue(v, identity?.columns[i]?.type ?? "string", zone);
  };
  const info = by("info");
  const known = info?.rows[0] ? info.columns.flatMap((c, i) => (["OSPlatform", "OSVersion", "DeviceType", "Vendor", "Model", "PublicIP", "LoggedOnUsers", "MachineGroup"].includes(c.name) && info.rows[0]?.[i] ? [[c.name, formatValue(info.rows[0][i] ?? null, c.type, zone)]] : [])) : [];
  return (
    <div className={styles.page}>
      {error && (
        <MessageBar intent="error">
          <MessageBarBody>{error}</MessageBarBody>
        </MessageBar>
      )}
      {!panels && !error && <Spinner label="Loading" />}
      {panels && (
        <>
          <Title3 as="h2">{text("DeviceName") || id}</Title3>
          <dl className={styles.facts}>
            {[["Device ID", id], ["Addresses", text("Addresses")], ["First seen", text("FirstSeen")], ["Last seen", text("LastSeen")], ["Events", text("Events")], ...known].map(([name = "", value = ""]) => (
              <div key={name}>
                <dt className={styles.name}>{name}</dt>
                <dd className={styles.value}>{value}</dd>
              </div>
            ))}
          </dl>
          <div className={styles.links}>
          <HuntLink query={`DeviceNetworkEvents\n| where ${condition("DeviceId", "string", "==", id)}\n| sort by Timestamp desc`} name={text("DeviceName") || id}>
            Hunt on this device
          </HuntLink>
          <HuntLink query={`search in (DeviceNetworkEvents, DeviceProcessEvents, DeviceFileEvents, DeviceLogonEvents, DeviceImageLoadEvents, DeviceEvents)\nDeviceId == ${stringLiteral(id)}\n| summarize Rows = count(), First = min(Timestamp), Last = max(Timestamp) by Table = $table, ActionType\n| sort by Rows desc`} name={`Go hunt: ${text("DeviceName") || id}`}>
            Go hunt in all tables
          </HuntLink>
          </div>
          {chart && chart.rows.length > 0 && (
            <div className={styles.chart}>
              <Suspense>
                <EventsChart panel={chart} device={id} />
              </Suspense>
            </div>
          )}
          <div className={styles.grid}>
            {["totals", "peers", "services", "tls", "agents", "processes"].map((name) => {
              const p = by(name);
              return p && <PanelCard key={name} panel={p} device={id} />;
            })}
          </div>
        </>
      )}
    </div>
  );
}
