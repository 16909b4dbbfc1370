import { Badge, Button, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, SearchBox, Text, tokens } from "@fluentui/react-components";
import { DeleteRegular, FolderRegular, LibraryRegular, MoreHorizontalRegular, PeopleRegular, PersonRegular } from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import { api } from "../api/api";
import type { Hunt, SavedQuery } from "../api/types";

const useStyles = makeStyles({
  section: { display: "flex", alignItems: "center", gap: "6px", padding: "10px 0 4px", margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  folder: { display: "flex", alignItems: "center", gap: "4px", padding: "4px 0 2px 6px", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  list: { margin: 0, padding: 0, listStyleType: "none" },
  item: { display: "flex", alignItems: "center", gap: "4px" },
  open: { flex: 1, justifyContent: "flex-start", textAlign: "left", minWidth: 0, fontWeight: tokens.fontWeightRegular },
  text: { color: tokens.colorNeutralForeground3, paddingLeft: "6px" },
});

export interface QueryListProps {
  saved: SavedQuery[];
  onSavedChange: () => void;
  onOpen: (query: string, name: string, saved?: string) => void;
}

/** Saved queries in folders, mine and shared, and those that come with us. */
export function QueryList({ saved, onSavedChange, onOpen }: QueryListProps) {
  const styles = useStyles();
  const [hunts, setHunts] = useState<Hunt[]>([]);
  const [search, setSearch] = useState("");
  useEffect(() => {
    api.hunts().then(
      (r) => setHunts(r.hunts),
      () => setHunts([]),
    );
  }, []);
  const has = (...texts: string[]) => texts.some((t) => t.toLowerCase().includes(search.trim().toLowerCase()));
  const match = saved.filter((q) => has(q.name, q.folder ?? "", q.query));
  const remove = (q: SavedQuery) => void api.deleteSaved(q).finally(onSavedChange);
  const share = (q: SavedQuery) => void api.changeSaved({ ...q, shared: !q.shared }).finally(onSavedChange);
  const row = (q: SavedQuery) => (
    <li key={q.id} className={styles.item}>
      <Button size="small" appearance="subtle" className={styles.open} title={q.query} onClick={() => onOpen(q.query, q.name, q.id)}>
        {q.name}
      </Button>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button size="small" appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={`Actions of ${q.name}`} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem icon={<PeopleRegular />} onClick={() => share(q)}>
              {q.shared ? "Stop sharing" : "Share"}
            </MenuItem>
            <MenuItem icon={<DeleteRegular />} onClick={() => remove(q)}>
              Delete
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
    </li>
  );
  return (
    <>
      <SearchBox size="small" placeholder="Search queries" aria-label="Search queries" value={search} onChange={(_, d) => setSearch(d.value)} />
      <Section icon={<PeopleRegular />} title="Shared queries">
        <Folders list={match.filter((q) => q.shared)} row={row} />
      </Section>
      <Section icon={<PersonRegular />} title="My queries">
        <Folders list={match.filter((q) => !q.shared)} row={row} />
      </Section>
      <Section icon={<LibraryRegular />} title="Hunts">
        <ul className={styles.list}>
          {hunts
            .filter((h) => has(h.name, h.title, h.technique ?? "", h.query))
            .map((h) => (
              <li key={h.name} className={styles.item}>
                <Button size="small" appearance="subtle" className={styles.open} title={h.query} onClick={() => onOpen(h.query, h.title)}>
                  {h.title}
                </Button>
                {h.technique && (
                  <Badge appearance="outline" size="small" color="brand" title="MITRE ATT&CK technique">
                    {h.technique}
                  </Badge>
                )}
              </li>
            ))}
        </ul>
      </Section>
    </>
  );
}

function Section({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section aria-label={title}>
      <h2 className={styles.section}>
        {icon} {title}
      </h2>
      {children}
    </section>
  );
}

function Folders({ list, row }: { list: SavedQuery[]; row: (q: SavedQuery) => ReactNode }) {
  const styles = useStyles();
  if (list.length === 0)
    return (
      <Text size={200} className={styles.text}>
        None
      </Text>
    );
  const folders = new Map<string, SavedQuery[]>();
  for (const q of list) folders.set(q.folder ?? "", [...(folders.get(q.folder ?? "") ?? []), q]);
  return [...folders].map(([name, queries]) => (
    <div key={name}>
      {name && (
        <div className={styles.folder}>
          <FolderRegular /> {name}
        </div>
      )}
      <ul className={styles.list}>{queries.map(row)}</ul>
    </div>
  ));
}
