import { Badge, Button, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, SearchBox, tokens } from "@fluentui/react-components";
import { AddRegular, BracesRegular, CodeRegular, DeleteRegular, MoreHorizontalRegular, PeopleRegular, StarRegular, TextAddRegular } from "@fluentui/react-icons";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { api } from "../api/api";
import type { FunctionInfo, UserFunction } from "../api/types";
import { useApp } from "../app/context";
import { useFavourites } from "../app/favourites";
import { Star } from "../app/Star";
import { FunctionDialog } from "./FunctionDialog";

const useStyles = makeStyles({
  search: { width: "100%", maxWidth: "none" },
  save: { marginTop: "4px" },
  title: { display: "flex", alignItems: "center", gap: "6px", padding: "10px 0 2px", margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  list: { margin: 0, padding: 0, listStyleType: "none", fontSize: tokens.fontSizeBase200 },
  item: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto auto", alignItems: "start", padding: "4px 0", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  code: {
    textAlign: "left",
    border: "none",
    padding: "2px 0",
    background: "none",
    cursor: "pointer",
    overflowWrap: "anywhere",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorBrandForegroundLink,
    ":hover": { textDecorationLine: "underline" },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  doc: { gridColumn: "1 / 4", color: tokens.colorNeutralForeground3 },
  more: { color: tokens.colorNeutralForeground3, padding: "6px 0" },
});

const most = 80;

interface Props {
  onInsert: (text: string) => void;
  onOpen: (query: string, name: string) => void;
}

interface ListProps extends Props {
  /** The query at the cursor, to save it as a function. */
  query: () => string;
}

/** The functions that a query can call: ours, saved ones, and Kusto's. */
export function FunctionList({ onInsert, onOpen, query }: ListProps) {
  const styles = useStyles();
  const { schema, session } = useApp();
  const [saved, setSaved] = useState<UserFunction[]>([]);
  const [saving, setSaving] = useState(false);
  const reload = useCallback(() => {
    api.functions().then(
      (r) => setSaved(r.functions),
      () => setSaved([]),
    );
  }, []);
  useEffect(reload, [reload]);
  const { has } = useFavourites();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const own = saved.map((f): FunctionInfo => ({ name: f.name, kind: "saved", doc: f.doc ?? "", signatures: f.signature ? [f.signature] : null, code: f.text }));
  const found = [...own, ...(schema?.functions ?? [])].filter((f) => f.name.toLowerCase().includes(wanted) || (wanted.length > 2 && f.doc.toLowerCase().includes(wanted)));
  const line = (f: FunctionInfo) => <Line key={`${f.kind} ${f.name}`} f={f} onInsert={onInsert} onOpen={onOpen} onDelete={f.kind === "saved" && session.role !== "reader" ? () => void api.deleteFunction(f.name).finally(reload) : undefined} />;
  const section = (title: string, icon: ReactNode, list: FunctionInfo[]) =>
    list.length > 0 && (
      <section aria-label={title}>
        <h2 className={styles.title}>
          {icon} {title}
        </h2>
        <ul className={styles.list}>{list.slice(0, most).map(line)}</ul>
        {list.length > most && <div className={styles.more}>{list.length - most} more: search for them</div>}
      </section>
    );
  return (
    <>
      <SearchBox className={styles.search} size="small" placeholder="Search functions" aria-label="Search functions" value={search} onChange={(_, d) => setSearch(d.value)} />
      {session.role !== "reader" && (
        <Button className={styles.save} size="small" appearance="subtle" icon={<AddRegular />} onClick={() => setSaving(true)}>
          Save the query as a function
        </Button>
      )}
      <FunctionDialog open={saving} query={query} onClose={() => setSaving(false)} onSaved={reload} />
      {section("Favourites", <StarRegular />, found.filter((f) => has("function", f.name)))}
      {section("Saved functions", <PeopleRegular />, found.filter((f) => f.kind === "saved"))}
      {section("Built-in functions", <BracesRegular />, found.filter((f) => f.kind === "library"))}
      {section("Functions of the language", <CodeRegular />, found.filter((f) => f.kind === "scalar" || f.kind === "aggregate"))}
    </>
  );
}

function Line({ f, onInsert, onOpen, onDelete }: Props & { f: FunctionInfo; onDelete: (() => void) | undefined }) {
  const styles = useStyles();
  return (
    <li className={styles.item}>
      <button type="button" className={styles.code} title={`Insert ${f.name}`} onClick={() => onInsert(f.kind === "library" && f.tabular ? `invoke ${f.name}()` : `${f.name}()`)}>
        {f.signatures?.[0] ?? `${f.name}()`}
      </button>
      {f.kind === "aggregate" ? (
        <Badge size="small" appearance="outline" color="informative">
          summarize
        </Badge>
      ) : (
        <span />
      )}
      <span>
        <Star kind="function" id={f.name} name={f.name} />
        {f.code && (
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <Button size="small" appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={`Actions of ${f.name}`} />
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem icon={<CodeRegular />} onClick={() => onOpen(f.code ?? "", f.name)}>
                  Load function code
                </MenuItem>
                <MenuItem icon={<TextAddRegular />} onClick={() => onInsert(f.code ?? "")}>
                  Insert function code
                </MenuItem>
                {onDelete && (
                  <MenuItem icon={<DeleteRegular />} onClick={onDelete}>
                    Delete
                  </MenuItem>
                )}
              </MenuList>
            </MenuPopover>
          </Menu>
        )}
      </span>
      <span className={styles.doc}>{f.doc}</span>
    </li>
  );
}
