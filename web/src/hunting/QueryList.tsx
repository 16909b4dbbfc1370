import { Badge, Button, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, SearchBox, Text, tokens } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular, DeleteRegular, EditRegular, FolderRegular, LibraryRegular, MoreHorizontalRegular, PeopleRegular, PersonRegular, PlayRegular, StarRegular } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";
import { api } from "../api/api";
import type { Hunt, SavedQuery } from "../api/types";
import { useFavourites } from "../app/favourites";
import { Star } from "../app/Star";
import { byTactic } from "./mitre";
import { RenameDialog } from "./RenameDialog";

const useStyles = makeStyles({
  search: { width: "100%", maxWidth: "none" },
  section: { display: "flex", alignItems: "center", gap: "6px", padding: "10px 0 4px", margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  folder: {
    display: "flex",
    alignItems: "center",
    gap: "4px",
    width: "100%",
    padding: "4px 0 2px 2px",
    border: "none",
    background: "none",
    cursor: "pointer",
    fontFamily: tokens.fontFamilyBase,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    textAlign: "left",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  list: { margin: 0, padding: "0 0 0 14px", listStyleType: "none" },
  top: { paddingLeft: 0 },
  item: { display: "flex", alignItems: "center", gap: "2px" },
  open: { flex: 1, justifyContent: "flex-start", textAlign: "left", minWidth: 0, fontWeight: tokens.fontWeightRegular },
  text: { color: tokens.colorNeutralForeground3, paddingLeft: "6px" },
});

export interface QueryListProps {
  saved: SavedQuery[];
  hunts: Hunt[];
  onSavedChange: () => void;
  onOpen: (query: string, name: string, saved?: string) => void;
  onRun: (query: string, name: string) => void;
}

/** Saved queries in folders, mine and shared, and those that come with us. */
export function QueryList({ saved, hunts, onSavedChange, onOpen, onRun }: QueryListProps) {
  const styles = useStyles();
  const [search, setSearch] = useState("");
  const [renamed, setRenamed] = useState<SavedQuery>();
  const favourites = useFavourites();
  const has = (...texts: string[]) => texts.some((t) => t.toLowerCase().includes(search.trim().toLowerCase()));
  const match = saved.filter((q) => has(q.name, q.folder ?? "", q.query));
  const found = hunts.filter((h) => has(h.name, h.title, h.technique ?? "", h.query));
  const remove = (q: SavedQuery) => void api.deleteSaved(q).finally(onSavedChange);
  const share = (q: SavedQuery) => void api.changeSaved({ ...q, shared: !q.shared }).finally(onSavedChange);
  const row = (q: SavedQuery) => (
    <li key={q.id} className={styles.item}>
      <Button size="small" appearance="subtle" className={styles.open} title={q.query} onClick={() => onOpen(q.query, q.name, q.id)}>
        {q.name}
      </Button>
      <Star kind="query" id={q.id} name={q.name} />
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button size="small" appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={`Actions of ${q.name}`} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem icon={<PlayRegular />} onClick={() => onRun(q.query, q.name)}>
              Run
            </MenuItem>
            <MenuItem icon={<EditRegular />} onClick={() => setRenamed(q)}>
              Rename or move
            </MenuItem>
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
  const hunt = (h: Hunt) => (
    <li key={h.name} className={styles.item}>
      <Button size="small" appearance="subtle" className={styles.open} title={h.query} onClick={() => onOpen(h.query, h.title)}>
        {h.title}
      </Button>
      {h.technique && (
        <Badge appearance="outline" size="small" color="brand" title="MITRE ATT&CK technique">
          {h.technique}
        </Badge>
      )}
      <Star kind="hunt" id={h.name} name={h.title} />
    </li>
  );
  const starred = [...match.filter((q) => favourites.has("query", q.id)).map(row), ...found.filter((h) => favourites.has("hunt", h.name)).map(hunt)];
  return (
    <>
      <SearchBox className={styles.search} size="small" placeholder="Search queries" aria-label="Search queries" value={search} onChange={(_, d) => setSearch(d.value)} />
      {starred.length > 0 && (
        <Section icon={<StarRegular />} title="Favourites">
          <ul className={`${styles.list} ${styles.top}`}>{starred}</ul>
        </Section>
      )}
      <Section icon={<PeopleRegular />} title="Shared queries">
        <Saved list={match.filter((q) => q.shared)} row={row} />
      </Section>
      <Section icon={<PersonRegular />} title="My queries">
        <Saved list={match.filter((q) => !q.shared)} row={row} />
      </Section>
      <Section icon={<LibraryRegular />} title="Hunts">
        {byTactic(found).map(([tactic, list]) => (
          <Folder key={tactic} name={tactic}>
            {list.map(hunt)}
          </Folder>
        ))}
      </Section>
      <RenameDialog query={renamed} onClose={() => setRenamed(undefined)} onDone={onSavedChange} />
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

/** A folder that opens and closes. */
function Folder({ name, children }: { name: string; children: ReactNode }) {
  const styles = useStyles();
  const [open, setOpen] = useState(true);
  return (
    <div>
      <button type="button" className={styles.folder} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <ChevronDownRegular /> : <ChevronRightRegular />}
        <FolderRegular /> {name}
      </button>
      {open && <ul className={styles.list}>{children}</ul>}
    </div>
  );
}

function Saved({ list, row }: { list: SavedQuery[]; row: (q: SavedQuery) => ReactNode }) {
  const styles = useStyles();
  if (list.length === 0)
    return (
      <Text size={200} className={styles.text}>
        None
      </Text>
    );
  const folders = new Map<string, SavedQuery[]>();
  for (const q of list) folders.set(q.folder ?? "", [...(folders.get(q.folder ?? "") ?? []), q]);
  return [...folders].map(([name, queries]) =>
    name ? (
      <Folder key={name} name={name}>
        {queries.map(row)}
      </Folder>
    ) : (
      <ul key="" className={`${styles.list} ${styles.top}`}>
        {queries.map(row)}
      </ul>
    ),
  );
}
