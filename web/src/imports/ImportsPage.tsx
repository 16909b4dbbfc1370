import { Badge, Button, makeStyles, MessageBar, MessageBarBody, mergeClasses, Subtitle2, Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, Text, Title3, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular } from "@fluentui/react-icons";
import { type DragEvent, useCallback, useEffect, useRef, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";
import type { ImportInfo, Job } from "../api/types";
import { useApp } from "../app/context";
import { formatBytes, formatCount, formatTime } from "../format/value";
import { JobView, type Sending } from "./JobView";
import { upload } from "./upload";

const useStyles = makeStyles({
  page: { height: "100%", overflow: "auto", padding: "12px 16px" },
  drop: { margin: "10px 0", padding: "22px", display: "grid", justifyItems: "center", gap: "8px", border: `2px dashed ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, fontSize: "28px", color: tokens.colorNeutralForeground2 },
  over: { border: `2px dashed ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  jobs: { display: "grid", gap: "8px", paddingBottom: "12px" },
  table: { backgroundColor: tokens.colorNeutralBackground1 },
  section: { padding: "8px 0 4px" },
  narrow: { width: "110px" },
  time: { width: "160px" },
  tables: { display: "flex", flexWrap: "wrap", gap: "4px", padding: "3px 0" },
  hidden: { display: "none" },
  cell: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
});

const going = (j: Job) => j.state === "queued" || j.state === "running";

/** What was imported, and uploads. */
export default function ImportsPage() {
  const styles = useStyles();
  const { zone, session, reloadSchema } = useApp();
  const [imports, setImports] = useState<ImportInfo[]>([]);
  const [jobs, setJobs] = useState<Job[]>([]);
  const [sending, setSending] = useState<Sending[]>([]);
  const [error, setError] = useState("");
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  const reload = useCallback(async () => {
    try {
      const r = await api.imports();
      setImports(r.imports);
      setJobs(r.jobs ?? []);
      setError("");
    } catch (e) {
      setError(messageOf(e));
    }
  }, []);
  useEffect(() => void reload(), [reload]);
  const active = jobs.some(going);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => void reload(), 500);
    return () => {
      clearInterval(timer);
      reloadSchema(); // Tables that were empty may have rows now.
    };
  }, [active, reload, reloadSchema]);

  const change = (s: Sending, to: Partial<Sending>) => setSending((all) => all.map((x) => (x.key === s.key ? { ...x, ...to } : x)));
  const send = async (files: File[]) => {
    const list = files.map((file): Sending & { file: File } => ({ key: crypto.randomUUID(), name: file.name, bytes: file.size, share: 0, error: "", abort: new AbortController(), file }));
    setSending((all) => [...list, ...all]);
    for (const s of list) {
      try {
        await upload(s.file, (share) => change(s, { share }), s.abort.signal);
        setSending((all) => all.filter((x) => x.key !== s.key));
      } catch (e) {
        change(s, { error: messageOf(e) });
      }
      await reload();
    }
  };
  const onDrop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void send([...e.dataTransfer.files]);
  };
  const may = session.role !== "reader";
  return (
    <div className={styles.page}>
      <Title3 as="h1">Captures and imports</Title3>
      {error && (
        <MessageBar intent="error">
          <MessageBarBody>{error}</MessageBarBody>
        </MessageBar>
      )}
      {may && (
        <div
          className={mergeClasses(styles.drop, over && styles.over)}
          data-testid="drop"
          onDragOver={(e) => {
            e.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        >
          <ArrowUploadRegular />
          <Text>Drop captures (pcap, pcapng, gzip or zstd of them), Zeek logs or Defender exports here.</Text>
          <Button appearance="primary" onClick={() => picker.current?.click()}>
            Choose files
          </Button>
          <input
            ref={picker}
            type="file"
            multiple
            className={styles.hidden}
            aria-label="Files to import"
            onChange={(e) => {
              void send([...(e.target.files ?? [])]);
              e.target.value = "";
            }}
          />
        </div>
      )}
      <div className={styles.jobs} aria-live="polite">
        {sending.map((s) => (
          <JobView key={s.key} sending={s} onDismiss={() => setSending((all) => all.filter((x) => x !== s))} />
        ))}
        {jobs.map((j) => (
          <JobView key={j.id} job={j} onCancel={() => void api.cancelImport(j.id).finally(() => void reload())} />
        ))}
      </div>
      <Subtitle2 as="h2" block className={styles.section}>
        Imported files
      </Subtitle2>
      <Table size="small" className={styles.table} aria-label="Imported files">
        <TableHeader>
          <TableRow>
            <TableHeaderCell>Name</TableHeaderCell>
            <TableHeaderCell className={styles.narrow}>Kind</TableHeaderCell>
            <TableHeaderCell className={styles.time}>Imported</TableHeaderCell>
            <TableHeaderCell className={styles.narrow}>Size</TableHeaderCell>
            <TableHeaderCell className={styles.narrow}>Rows</TableHeaderCell>
            <TableHeaderCell>Rows by table</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {[...imports].reverse().map((i) => (
            <TableRow key={`${i.sha256} ${i.time}`}>
              <TableCell className={styles.cell} title={`${i.name}\nSHA-256 ${i.sha256}`}>
                {i.name}
              </TableCell>
              <TableCell>{i.kind}</TableCell>
              <TableCell>{formatTime(i.time, zone).slice(0, 19)}</TableCell>
              <TableCell>{formatBytes(i.bytes)}</TableCell>
              <TableCell>{formatCount(total(i.rows))}</TableCell>
              <TableCell>
                <div className={styles.tables}>
                  {Object.entries(i.rows ?? {}).map(([name, n]) => (
                    <Badge key={name} size="small" appearance="tint" color="informative">
                      {name} {formatCount(n)}
                    </Badge>
                  ))}
                </div>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {imports.length === 0 && <Text size={200}>Nothing is imported yet.</Text>}
    </div>
  );
}

const total = (rows: Record<string, number> | null) => Object.values(rows ?? {}).reduce((a, b) => a + b, 0);
