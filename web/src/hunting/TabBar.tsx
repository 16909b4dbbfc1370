import { Button, Input, makeStyles, mergeClasses, Spinner, tokens } from "@fluentui/react-components";
import { AddRegular, DismissRegular } from "@fluentui/react-icons";
import { type KeyboardEvent, useState } from "react";
import type { TabAction, Tabs } from "./tabs";

const useStyles = makeStyles({
  bar: { display: "flex", alignItems: "end", gap: "2px", minHeight: "36px", padding: "4px 8px 0", overflowX: "auto", borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, scrollbarWidth: "thin" },
  tabs: { display: "flex", alignItems: "end", gap: "2px" },
  tab: {
    display: "flex",
    alignItems: "center",
    gap: "6px",
    height: "31px",
    maxWidth: "240px",
    border: "none",
    padding: "0 4px 0 10px",
    borderRadius: `${tokens.borderRadiusMedium} ${tokens.borderRadiusMedium} 0 0`,
    backgroundColor: "transparent",
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  active: { backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold, boxShadow: `inset 0 2px 0 ${tokens.colorBrandForeground1}` },
  name: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  close: { display: "grid", placeItems: "center", width: "20px", height: "20px", borderRadius: tokens.borderRadiusSmall, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  rename: { width: "180px", marginBottom: "2px" },
});

interface Props {
  tabs: Tabs;
  running: (id: string) => boolean;
  dispatch: (a: TabAction) => void;
}

/** The query tabs. */
export function TabBar({ tabs, running, dispatch }: Props) {
  const styles = useStyles();
  const [renaming, setRenaming] = useState<string>();
  const finish = (id: string, name: string) => {
    setRenaming(undefined);
    if (name.trim()) dispatch({ do: "rename", id, name: name.trim().slice(0, 60) });
  };
  const onKey = (at: number) => (e: KeyboardEvent<HTMLElement>) => {
    const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    const next = tabs.list[(at + step + tabs.list.length) % tabs.list.length];
    if (step !== 0 && next) {
      dispatch({ do: "select", id: next.id });
      document.getElementById(`tab-${next.id}`)?.focus();
    } else if (e.key === "F2") setRenaming(tabs.list[at]?.id);
    else if (e.key === "Delete") dispatch({ do: "close", id: tabs.list[at]?.id ?? "" });
  };
  return (
    <div className={styles.bar}>
      <div className={styles.tabs} role="tablist" aria-label="Queries">
        {tabs.list.map((t, i) => renaming === t.id ? (
          <Input
            key={t.id}
            className={styles.rename}
            size="small"
            autoFocus
            aria-label="Name of the tab"
            defaultValue={t.name}
            onBlur={(e) => finish(t.id, e.target.value)}
            onKeyDown={(e) => {
              if (e.key === "Enter") finish(t.id, e.currentTarget.value);
              else if (e.key === "Escape") setRenaming(undefined);
            }}
          />
        ) : (
          <button
            key={t.id}
            id={`tab-${t.id}`}
            type="button"
            role="tab"
            aria-selected={t.id === tabs.active}
            tabIndex={t.id === tabs.active ? 0 : -1}
            title={`${t.name}\nDouble click or F2 renames, Delete closes`}
            onDoubleClick={() => setRenaming(t.id)}
            className={mergeClasses(styles.tab, t.id === tabs.active && styles.active)}
            onClick={() => dispatch({ do: "select", id: t.id })}
            onAuxClick={(e) => e.button === 1 && dispatch({ do: "close", id: t.id })}
            onKeyDown={onKey(i)}
          >
            {running(t.id) && <Spinner size="extra-tiny" />}
            <span className={styles.name}>{t.name}</span>
            <span
              className={styles.close}
              aria-hidden="true"
              data-testid="close-tab"
              onClick={(e) => {
                e.stopPropagation();
                dispatch({ do: "close", id: t.id });
              }}
            >
              <DismissRegular />
            </span>
          </button>
        ))}
      </div>
      <Button size="small" appearance="subtle" icon={<AddRegular />} onClick={() => dispatch({ do: "new" })}>
        Create new
      </Button>
    </div>
  );
}
