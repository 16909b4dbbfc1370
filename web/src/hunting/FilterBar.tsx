import { Button, Checkbox, Input, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Popover, PopoverSurface, PopoverTrigger, SearchBox, Switch, tokens } from "@fluentui/react-components";
import { AddFilled, DismissRegular, SearchRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";
import type { Column, Value } from "../api/types";
import { frequentValues, type Filter, type View } from "./view";

const useStyles = makeStyles({
  bar: { display: "flex", alignItems: "center", flexWrap: "wrap", gap: "6px", padding: "2px 8px 6px" },
  pill: { borderRadius: tokens.borderRadiusCircular, maxWidth: "360px" },
  pillText: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  values: { display: "flex", flexDirection: "column", maxHeight: "360px", overflowY: "auto", minWidth: "240px", maxWidth: "480px", padding: tokens.spacingHorizontalS },
  menu: { maxHeight: "360px", overflowY: "auto" },
});

const mostValues = 200;

interface Props {
  columns: Column[];
  rows: Value[][];
  view: View;
  onView: (v: View) => void;
}

/** Search in the results, and a pill by filtered column. */
export function FilterBar({ columns, rows, view, onView }: Props) {
  const styles = useStyles();
  const set = (filters: Filter[]) => onView({ ...view, filters });
  return (
    <div className={styles.bar}>
      <Input size="small" contentBefore={<SearchRegular />} placeholder="Search results" aria-label="Search results" value={view.search} onChange={(_, d) => onView({ ...view, search: d.value })} />
      {view.filters.map((f) => (
        <Pill key={f.column} column={columns[f.column]} rows={rows} filter={f} onChange={(n) => set(view.filters.map((o) => (o === f ? n : o)))} onRemove={() => set(view.filters.filter((o) => o !== f))} />
      ))}
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button size="small" appearance="subtle" icon={<AddFilled />}>
            Add filter
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList className={styles.menu}>
            {columns.map((c, i) => (
              <MenuItem key={c.name} disabled={view.filters.some((f) => f.column === i)} onClick={() => set([...view.filters, { column: i, values: [] }])}>
                {c.name}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}

function Pill({ column, rows, filter, onChange, onRemove }: { column: Column | undefined; rows: Value[][]; filter: Filter; onChange: (f: Filter) => void; onRemove: () => void }) {
  const styles = useStyles();
  const values = useMemo(() => frequentValues(rows, filter.column, mostValues), [rows, filter.column]);
  const [search, setSearch] = useState("");
  const shown = filter.values.length === 0 ? "Any" : `${filter.exclude ? "not " : ""}${filter.values.map((v) => v || "(empty)").join(", ")}`;
  const wanted = search.trim().toLowerCase();
  return (
    <span>
      <Popover trapFocus defaultOpen={filter.values.length === 0}>
        <PopoverTrigger disableButtonEnhancement>
          <Button size="small" className={styles.pill} data-testid="pill">
            <span className={styles.pillText}>
              {column?.name}: {shown}
            </span>
          </Button>
        </PopoverTrigger>
        <PopoverSurface className={styles.values} aria-label={`Values of ${column?.name ?? ""}`}>
          <SearchBox size="small" placeholder="Search values" aria-label="Search values" value={search} onChange={(_, d) => setSearch(d.value)} />
          <Switch label="Hide the ticked values" checked={filter.exclude ?? false} onChange={(_, d) => onChange({ ...filter, exclude: d.checked })} />
          {values.filter((v) => wanted === "" || v.text.toLowerCase().includes(wanted)).map((v) => (
            <Checkbox
              key={v.text}
              label={`${v.text.slice(0, 120) || "(empty)"} (${v.count})`}
              checked={filter.values.includes(v.text)}
              onChange={(_, d) => onChange({ ...filter, values: d.checked ? [...filter.values, v.text] : filter.values.filter((x) => x !== v.text) })}
            />
          ))}
        </PopoverSurface>
      </Popover>
      <Button size="small" appearance="transparent" icon={<DismissRegular />} aria-label={`Remove the filter of ${column?.name ?? ""}`} onClick={onRemove} />
    </span>
  );
}
