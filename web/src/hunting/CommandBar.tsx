import { Button, makeStyles, Toolbar, ToolbarDivider, tokens, Tooltip } from "@fluentui/react-components";
import { CheckmarkRegular, DataUsageRegular, PlayFilled, SaveRegular, ShareRegular, StopRegular, TextAlignLeftRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import type { Range } from "./range";
import { TimeRange } from "./TimeRange";

const useStyles = makeStyles({
  bar: { gap: "4px", padding: "4px 8px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, flexWrap: "wrap" },
  grow: { flex: 1 },
});

interface Props {
  running: boolean;
  range: Range;
  newest: string | undefined;
  onRun: () => void;
  onCancel: () => void;
  onRange: (r: Range) => void;
  onSave: () => void;
  onShare: () => void;
  onFormat: () => void;
  onReport: () => void;
}

/** What can be done with a query. */
export function CommandBar(p: Props) {
  const styles = useStyles();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Toolbar className={styles.bar} size="small" aria-label="Query">
      {p.running ? (
        <Button size="small" appearance="primary" icon={<StopRegular />} onClick={p.onCancel}>
          Cancel
        </Button>
      ) : (
        <Tooltip content="Run the query at the cursor (Shift+Enter)" relationship="description">
          <Button size="small" appearance="primary" icon={<PlayFilled />} onClick={p.onRun}>
            Run query
          </Button>
        </Tooltip>
      )}
      <TimeRange range={p.range} newest={p.newest} onChange={p.onRange} />
      <ToolbarDivider />
      <Button size="small" appearance="subtle" icon={<SaveRegular />} onClick={p.onSave}>
        Save
      </Button>
      <Button
        size="small"
        appearance="subtle"
        icon={copied ? <CheckmarkRegular /> : <ShareRegular />}
        onClick={() => {
          p.onShare();
          setCopied(true);
        }}
      >
        {copied ? "Link copied" : "Share link"}
      </Button>
      <Button size="small" appearance="subtle" icon={<TextAlignLeftRegular />} onClick={p.onFormat}>
        Format
      </Button>
      <span className={styles.grow} />
      <Button size="small" appearance="subtle" icon={<DataUsageRegular />} onClick={p.onReport}>
        Resources report
      </Button>
    </Toolbar>
  );
}
