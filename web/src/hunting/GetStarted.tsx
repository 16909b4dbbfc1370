import { Badge, Link, makeStyles, Subtitle2, Text, Title3, tokens } from "@fluentui/react-components";
import type { Hunt } from "../api/types";
import { byTactic } from "./mitre";

const useStyles = makeStyles({
  page: { height: "100%", overflow: "auto", padding: "16px 20px", backgroundColor: tokens.colorNeutralBackground1 },
  intro: { display: "block", color: tokens.colorNeutralForeground2, margin: "4px 0 12px" },
  grid: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(300px, 1fr))" },
  card: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, padding: "10px 14px 12px", backgroundColor: tokens.colorNeutralBackground2 },
  list: { margin: "6px 0 0", padding: 0, listStyleType: "none" },
  item: { display: "flex", alignItems: "baseline", justifyContent: "space-between", gap: "8px", padding: "3px 0" },
  link: { fontSize: tokens.fontSizeBase200, textAlign: "left" },
  badge: { flexShrink: 0 },
});

const first: Hunt[] = [
  { name: "types", title: "What happened: rows by action type", query: "DeviceNetworkEvents\n| summarize Rows = count(), Devices = dcount(DeviceId), Last = max(Timestamp) by ActionType\n| sort by Rows desc" },
  { name: "time", title: "When it happened: rows over time", query: "let first = toscalar(DeviceNetworkEvents | summarize min(Timestamp));\nlet last = toscalar(DeviceNetworkEvents | summarize max(Timestamp));\nDeviceNetworkEvents\n| summarize Rows = count() by bin(Timestamp, max_of((last - first) / 60, 1s)), ActionType\n| render timechart" },
  { name: "who", title: "Who talked to whom, by bytes", query: "ZeekConn\n| summarize Connections = count(), Bytes = sum(coalesce(orig_ip_bytes, 0) + coalesce(resp_ip_bytes, 0)) by Source = ['id.orig_h'], Destination = ['id.resp_h'], Service = service\n| top 50 by Bytes desc" },
  { name: "software", title: "Which software was seen: SSH banners", query: 'DeviceNetworkEvents\n| where ActionType == "SshConnectionInspected"\n| extend Fields = todynamic(AdditionalFields)\n| summarize Connections = count(), Devices = make_set(DeviceName, 10) by Client = tostring(Fields.client), Server = tostring(Fields.server)\n| sort by Connections desc' },
];

/** Sample queries by goal, where no query ran yet. */
export function GetStarted({ hunts, onOpen }: { hunts: Hunt[]; onOpen: (query: string, name: string) => void }) {
  const styles = useStyles();
  const groups: [string, Hunt[]][] = [["See what is there", first], ...byTactic(hunts).filter(([tactic]) => tactic !== "General")];
  return (
    <section className={styles.page} aria-label="Get started">
      <Title3 as="h2">Get started</Title3>
      <Text size={200} className={styles.intro}>
        Run the query at the cursor with Shift+Enter, or start from one of these.
      </Text>
      <div className={styles.grid}>
        {groups.map(([goal, list]) => (
          <div key={goal} className={styles.card}>
            <Subtitle2 as="h3">{goal}</Subtitle2>
            <ul className={styles.list}>
              {list.map((h) => (
                <li key={h.name} className={styles.item}>
                  <Link as="button" className={styles.link} onClick={() => onOpen(h.query, h.title)}>
                    {h.title}
                  </Link>
                  {h.technique && (
                    <Badge className={styles.badge} appearance="outline" size="small" color="informative" title="MITRE ATT&CK technique">
                      {h.technique}
                    </Badge>
                  )}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}
