import { Badge, Button, makeStyles, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import type { Job } from "../api/types";
import { formatBytes, formatCount, formatSeconds } from "../format/value";

const useStyles = makeStyles({
  job: { display: "grid", gap: "6px", padding: "10px 12px", backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium },
  head: { display: "flex", alignItems: "center", gap: "8px" },
  name: { flex: 1, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  facts: { color: tokens.colorNeutralForeground2 },
  rows: { display: "flex", flexWrap: "wrap", gap: "4px" },
  error: { color: tokens.colorPaletteRedForeground1 },
});

/** A file on its way to the server. */
export interface Sending {
  key: string;
  name: string;
  bytes: number;
  share: number;
  error: string;
  abort: AbortController;
}

const words: Record<Job["state"], { text: string; color: "informative" | "success" | "danger" | "warning" | "brand" }> = {
  queued: { text: "Waits", color: "informative" },
  running: { text: "Imports", color: "brand" },
  done: { text: "Imported", color: "success" },
  duplicate: { text: "Imported before", color: "warning" },
  failed: { text: "Failed", color: "danger" },
  canceled: { text: "Canceled", color: "informative" },
};

function Frame({ name, badge, button, children }: { name: string; badge: ReactNode; button?: ReactNode; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.job} data-testid="job">
      <div className={styles.head}>
        <Text weight="semibold" className={styles.name}>
          {name}
        </Text>
        {badge}
        {button}
      </div>
      {children}
    </div>
  );
}

interface Props {
  job?: Job;
  sending?: Sending;
  onCancel?: () => void;
  onDismiss?: () => void;
}

/** An upload or import: how far it is, and what came of it. */
export function JobView({ job, sending, onCancel, onDismiss }: Props) {
  const styles = useStyles();
  if (sending)
    return (
      <Frame
        name={sending.name}
        badge={<Badge color={sending.error ? "danger" : "brand"}>{sending.error ? "Failed" : "Uploads"}</Badge>}
        button={<Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={sending.error ? "Dismiss" : "Cancel"} onClick={() => (sending.error ? onDismiss?.() : sending.abort.abort())} />}
      >
        {sending.error ? (
          <Text size={200} className={styles.error}>
            {sending.error}
          </Text>
        ) : (
          <ProgressBar value={sending.share} aria-label={`Upload of ${sending.name}`} />
        )}
      </Frame>
    );
  if (!job) return null;
  const going = job.state === "queued" || job.state === "running";
  const word = words[job.state];
  return (
    <Frame name={job.name} badge={<Badge color={word.color}>{word.text}</Badge>} button={going && <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={`Cancel the import of ${job.name}`} onClick={onCancel} />}>
      {going && <ProgressBar value={job.bytes > 0 ? job.read / job.bytes : 0} aria-label={`Import of ${job.name}`} />}
      <Text size={200} className={styles.facts}>
        {formatBytes(job.bytes)}
        {job.packets > 0 && ` · ${formatCount(job.packets)} packets`}
        {!going && ` · ${formatSeconds(job.seconds)}`}
        {job.before && ` · imported before as ${job.before}`}
      </Text>
      {job.error && (
        <Text size={200} className={styles.error}>
          {job.error}
        </Text>
      )}
      {job.warnings?.map((w) => (
        <Text key={w} size={200}>
          {w}
        </Text>
      ))}
      {job.rows && (
        <div className={styles.rows}>
          {Object.entries(job.rows).map(([name, n]) => (
            <Badge key={name} appearance="tint" color="informative">
              {name} {formatCount(n)}
            </Badge>
          ))}
        </div>
      )}
    </Frame>
  );
}
