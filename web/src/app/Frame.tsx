import { Button, makeStyles, Menu, MenuItem, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, mergeClasses, Text, tokens, Tooltip } from "@fluentui/react-components";
import {
  ArrowUploadFilled,
  ArrowUploadRegular,
  bundleIcon,
  DesktopFilled,
  DesktopRegular,
  HomeFilled,
  HomeRegular,
  SearchSquareFilled,
  SearchSquareRegular,
  SettingsRegular,
} from "@fluentui/react-icons";
import type { MouseEvent, ReactNode } from "react";
import { api } from "../api/api";
import type { Zone } from "../format/value";
import { useApp } from "./context";
import { addressOf, navigate, type Page } from "./router";
import type { ThemeChoice } from "./theme";

const entries = [
  { page: "start", label: "Overview", Icon: bundleIcon(HomeFilled, HomeRegular) },
  { page: "hunting", label: "Advanced hunting", Icon: bundleIcon(SearchSquareFilled, SearchSquareRegular) },
  { page: "devices", label: "Devices", Icon: bundleIcon(DesktopFilled, DesktopRegular) },
  { page: "imports", label: "Captures and imports", Icon: bundleIcon(ArrowUploadFilled, ArrowUploadRegular) },
] as const satisfies { page: Page; label: string; Icon: unknown }[];

const useStyles = makeStyles({
  frame: { height: "100%", display: "grid", gridTemplateRows: "40px 1fr", gridTemplateColumns: "48px minmax(0, 1fr)" },
  top: {
    gridColumn: "1 / 3",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `0 ${tokens.spacingHorizontalS} 0 14px`,
    backgroundColor: "#0c3b5e",
    color: "#ffffff",
  },
  brand: { color: "#ffffff", fontSize: tokens.fontSizeBase400, textDecoration: "none", fontWeight: tokens.fontWeightSemibold },
  grow: { flex: 1 },
  onTop: { color: "#ffffff", ":hover": { color: "#ffffff", backgroundColor: "#ffffff22" } },
  nav: { display: "flex", flexDirection: "column", gap: "2px", padding: "6px 4px", borderRight: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground3 },
  link: {
    display: "grid",
    placeItems: "center",
    height: "40px",
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    fontSize: "20px",
    ":hover": { backgroundColor: tokens.colorNeutralBackground3Hover, color: tokens.colorNeutralForeground1 },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  current: { backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorBrandForeground1, boxShadow: `inset 3px 0 0 ${tokens.colorBrandForeground1}` },
  main: { minWidth: 0, minHeight: 0, overflow: "hidden" },
});

/** The bar on top, the pages' links at the left, and a page. */
export function Frame({ page, onSignedOut, children }: { page: Page; onSignedOut: () => void; children: ReactNode }) {
  const styles = useStyles();
  const { session, theme, zone, setZone } = useApp();
  const go = (to: Page) => (e: MouseEvent) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
    e.preventDefault();
    navigate(addressOf(to));
  };
  return (
    <div className={styles.frame}>
      <header className={styles.top}>
        <a href="/" className={styles.brand} onClick={go("start")}>
          wirehunt
        </a>
        <span className={styles.grow} />
        <Text size={200}>{session.local ? "local" : `${session.name ?? ""} (${session.role ?? ""})`}</Text>
        <Menu
          checkedValues={{ theme: [theme.choice], zone: [zone] }}
          onCheckedValueChange={(_, d) => {
            const value = d.checkedItems[0];
            if (d.name === "theme") theme.choose(value as ThemeChoice);
            if (d.name === "zone") setZone(value as Zone);
          }}
        >
          <MenuTrigger disableButtonEnhancement>
            <Button appearance="transparent" className={styles.onTop} icon={<SettingsRegular />} aria-label="Settings" />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItemRadio name="theme" value="system">
                Theme of the system
              </MenuItemRadio>
              <MenuItemRadio name="theme" value="light">
                Light theme
              </MenuItemRadio>
              <MenuItemRadio name="theme" value="dark">
                Dark theme
              </MenuItemRadio>
              <MenuItemRadio name="zone" value="utc">
                Times in UTC
              </MenuItemRadio>
              <MenuItemRadio name="zone" value="local">
                Times in local time
              </MenuItemRadio>
              {!session.local && <MenuItem onClick={() => void api.signOut().finally(onSignedOut)}>Sign out</MenuItem>}
              <MenuItem disabled>Version {session.version}</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      </header>
      <nav className={styles.nav} aria-label="Pages">
        {entries.map(({ page: to, label, Icon }) => (
          <Tooltip key={to} content={label} relationship="label" positioning="after">
            <a href={addressOf(to)} className={mergeClasses(styles.link, page === to && styles.current)} aria-current={page === to ? "page" : undefined} onClick={go(to)}>
              <Icon filled={page === to} />
            </a>
          </Tooltip>
        ))}
      </nav>
      <main className={styles.main}>{children}</main>
    </div>
  );
}
