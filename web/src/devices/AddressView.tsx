import { makeStyles, MessageBar, MessageBarBody, Spinner, Title3, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";
import type { Panel } from "../api/types";
import { stringLiteral } from "../kql/literal";
import { HuntLink, PanelCard } from "../panels/PanelCard";

const EventsChart = lazy(() => import("../panels/EventsChart"));

const useStyles = makeStyles({
  page: { padding: "12px 16px" },
  intro: { display: "flex", gap: "16px", padding: "6px 0 12px", color: tokens.colorNeutralForeground2 },
  chart: { minHeight: "300px", paddingBottom: "12px" },
  grid: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(420px, 1fr))", gridAutoRows: "300px" },
});

/** The panels of an address; their queries are what a hunter would write. */
function panelsOf(ip: string): Pick<Panel, "name" | "title" | "query">[] {
  const s = stringLiteral(ip);
  const either = `['id.orig_h'] == ${s} or ['id.resp_h'] == ${s}`;
  return [
    {
      name: "actions",
      title: "Events over time",
      query: `let seen = DeviceNetworkEvents | where RemoteIP == ${s} or LocalIP == ${s};\nlet span = toscalar(seen | summarize max(Timestamp) - min(Timestamp));\nseen\n| summarize Events = count() by Time = bin(Timestamp, max_of(span / 60, 1s)), ActionType\n| sort by Time asc`,
    },
    { name: "devices-of", title: "Devices that talked to it", query: `DeviceNetworkEvents\n| where RemoteIP == ${s}\n| summarize Events = count(), First = min(Timestamp), Last = max(Timestamp) by DeviceName\n| top 50 by Events desc` },
    { name: "connections", title: "Services", query: `ZeekConn\n| where ${either}\n| summarize Connections = count(), Bytes = sum(coalesce(orig_ip_bytes, 0) + coalesce(resp_ip_bytes, 0)) by Service = service, Port = ['id.resp_p'], Protocol = proto\n| top 50 by Connections desc` },
    { name: "urls", title: "Names in HTTP and TLS", query: `DeviceNetworkEvents\n| where RemoteIP == ${s} and isnotempty(RemoteUrl)\n| summarize Events = count(), Devices = dcount(DeviceId), Last = max(Timestamp) by RemoteUrl\n| top 50 by Events desc` },
    { name: "names-of", title: "DNS names that led to it", query: `ZeekDns\n| where tostring(answers) has ${s}\n| summarize Answers = count(), Last = max(ts) by Query = query\n| top 50 by Answers desc` },
    { name: "certificates", title: "TLS", query: `ZeekSsl\n| where ${either}\n| summarize Connections = count(), Last = max(ts) by ServerName = server_name, Version = version, Cipher = cipher\n| top 50 by Connections desc` },
    { name: "agents-of", title: "User agents", query: `ZeekHttp\n| where ${either}\n| summarize Requests = count(), Last = max(ts) by UserAgent = user_agent\n| top 50 by Requests desc` },
  ];
}

/** An address: who talked to it, when, and over what. */
export function AddressView({ ip }: { ip: string }) {
  const styles = useStyles();
  const [panels, setPanels] = useState<Panel[]>();
  const [error, setError] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const out: Panel[] = [];
      for (const p of panelsOf(ip)) {
        const r = await api.query({ query: p.query, quiet: true, now: "latest" }, abort.signal);
        out.push({ ...p, columns: r.schema, rows: r.rows, seconds: r.stats.seconds, about: ip });
      }
      setPanels(out);
    };
    load().catch((e: unknown) => !abort.signal.aborted && setError(messageOf(e)));
    return () => abort.abort();
  }, [ip]);
  const chart = panels?.find((p) => p.name === "actions");
  return (
    <div className={styles.page}>
      <Title3 as="h2">{ip}</Title3>
      <div className={styles.intro}>
        <HuntLink query={`DeviceNetworkEvents\n| where RemoteIP == ${stringLiteral(ip)} or LocalIP == ${stringLiteral(ip)}\n| sort by Timestamp desc`} name={ip}>
          Hunt for this address
        </HuntLink>
        <HuntLink query={`search in (DeviceNetworkEvents, DeviceProcessEvents, DeviceFileEvents, DeviceLogonEvents, DeviceEvents, ZeekConn, ZeekDns, ZeekHttp, ZeekSsl)\n${stringLiteral(ip)}\n| summarize Rows = count() by Table = $table\n| sort by Rows desc`} name={`Go hunt: ${ip}`}>
          Go hunt in all tables
        </HuntLink>
      </div>
      {error && (
        <MessageBar intent="error">
          <MessageBarBody>{error}</MessageBarBody>
        </MessageBar>
      )}
      {!panels && !error && <Spinner label="Loading" />}
      {chart && chart.rows.length > 0 && (
        <div className={styles.chart}>
          <Suspense>
            <EventsChart panel={chart} />
          </Suspense>
        </div>
      )}
      <div className={styles.grid}>
        {panels
          ?.filter((p) => p !== chart)
          .map((p) => (
            <PanelCard key={p.name} panel={p} />
          ))}
      </div>
    </div>
  );
}
