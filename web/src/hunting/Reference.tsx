import { Badge, Button, DrawerBody, DrawerHeader, DrawerHeaderTitle, makeStyles, OverlayDrawer, SearchBox, Subtitle2, Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, Text, tokens } from "@fluentui/react-components";
import { DismissRegular, PlayRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import type { ActionType, NamedColumn, Table as TableInfo } from "../api/types";
import { actionMeaning } from "../details/actions";
import { stringLiteral } from "../kql/literal";

const useStyles = makeStyles({
  search: { width: "100%", maxWidth: "none" },
  section: { margin: `${tokens.spacingVerticalL} 0 ${tokens.spacingVerticalXS}` },
  action: { borderTop: `1px solid ${tokens.colorNeutralStroke2}`, padding: "8px 0" },
  head: { display: "flex", alignItems: "center", gap: "8px" },
  members: { display: "flex", flexWrap: "wrap", gap: "4px", paddingTop: "4px" },
  cell: { overflowWrap: "anywhere", whiteSpace: "normal", height: "auto", padding: "4px 8px", verticalAlign: "top" },
  name: { width: "34%" },
  type: { width: "84px" },
});

interface Props {
  table: TableInfo | undefined;
  onOpen: (query: string, name: string) => void;
  onClose: () => void;
}

/** What a table holds: columns, action types with their members, samples. */
export function Reference({ table, onOpen, onClose }: Props) {
  const styles = useStyles();
  const samples = table ? sampleQueries(table) : [];
  const [search, setSearch] = useState("");
  useEffect(() => setSearch(""), [table]);
  const wanted = search.trim().toLowerCase();
  const has = (...texts: (string | undefined)[]) => texts.some((t) => t?.toLowerCase().includes(wanted));
  const actions = table?.actionTypes?.filter((a) => has(a.name, actionMeaning(a.name), ...(a.additionalFields?.map((m) => m.name) ?? []))) ?? [];
  return (
    <OverlayDrawer position="end" size="medium" open={table !== undefined} onOpenChange={(_, d) => !d.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />}>{table?.name}</DrawerHeaderTitle>
        <Text>{table?.doc}</Text>
      </DrawerHeader>
      <DrawerBody>
        <SearchBox className={styles.search} placeholder="Search action types and columns" aria-label="Search the reference" value={search} onChange={(_, d) => setSearch(d.value)} />
        <Subtitle2 as="h3" block className={styles.section}>
          Sample queries
        </Subtitle2>
        {samples.map((s) => (
          <Button key={s.name} size="small" appearance="subtle" icon={<PlayRegular />} onClick={() => onOpen(s.query, s.name)}>
            {s.name}
          </Button>
        ))}
        {table && actions.length > 0 && (
          <>
            <Subtitle2 as="h3" block className={styles.section}>
              Action types
            </Subtitle2>
            {actions.map((a) => (
              <Action key={a.name} action={a} onOpen={() => onOpen(`${table.name}\n| where ActionType == ${stringLiteral(a.name)}\n| take 100`, a.name)} />
            ))}
          </>
        )}
        <Subtitle2 as="h3" block className={styles.section}>
          Columns
        </Subtitle2>
        <Columns list={table?.columns.filter((c) => has(c.name, c.doc)) ?? []} />
      </DrawerBody>
    </OverlayDrawer>
  );
}

function sampleQueries(t: TableInfo): { name: string; query: string }[] {
  const time = t.columns.find((c) => c.type === "datetime")?.name;
  const out = [{ name: "First rows", query: `${t.name}\n| take 100` }];
  if (time) out.push({ name: "Rows over time", query: `${t.name}\n| summarize Rows = count() by bin(${time}, 1m)${t.actionTypes?.length ? ", ActionType" : ""}\n| render timechart` });
  if (t.actionTypes?.length) out.push({ name: "Rows by action type", query: `${t.name}\n| summarize Rows = count() by ActionType\n| sort by Rows desc` });
  return out;
}

function Action({ action, onOpen }: { action: ActionType; onOpen: () => void }) {
  const styles = useStyles();
  return (
    <div className={styles.action}>
      <div className={styles.head}>
        <Text weight="semibold">{action.name}</Text>
        {!action.hasRows && (
          <Badge appearance="outline" color="informative">
            no rows
          </Badge>
        )}
        <Button size="small" appearance="subtle" icon={<PlayRegular />} aria-label={`Query ${action.name}`} onClick={onOpen} />
      </div>
      <Text size={200} block>
        {actionMeaning(action.name)}
      </Text>
      <div className={styles.members}>
        {action.additionalFields?.map((m) => (
          <Badge key={m.name} appearance="tint" color="informative" title={m.doc}>
            {m.name}
          </Badge>
        ))}
      </div>
    </div>
  );
}

function Columns({ list }: { list: NamedColumn[] }) {
  const styles = useStyles();
  return (
    <Table size="small" aria-label="Columns">
      <TableHeader>
        <TableRow>
          <TableHeaderCell className={styles.name}>Column</TableHeaderCell>
          <TableHeaderCell className={styles.type}>Type</TableHeaderCell>
          <TableHeaderCell>Description</TableHeaderCell>
        </TableRow>
      </TableHeader>
      <TableBody>
        {list.map((c) => (
          <TableRow key={c.name}>
            <TableCell className={styles.cell}>{c.name}</TableCell>
            <TableCell className={styles.cell}>{c.type}</TableCell>
            <TableCell className={styles.cell}>{c.doc}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
