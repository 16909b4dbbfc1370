import { Button, Link, makeStyles, Menu, MenuButton, MenuItem, MenuList, MenuPopover, MenuTrigger, Subtitle2, tokens } from "@fluentui/react-components";
import { DesktopRegular, DismissRegular, FlowRegular, GlobeRegular, MoreHorizontalRegular, SearchRegular } from "@fluentui/react-icons";
import { type MouseEvent, useEffect, useRef } from "react";
import { useApp } from "../app/context";
import { addressOf, navigate } from "../app/router";
import type { Column, Value } from "../api/types";
import { type Member, parseBag } from "../details/bag";
import { fieldLabel, fieldNote, guessAction } from "../details/fields";
import { parseBanner } from "../details/ssh";
import { formatValue } from "../format/value";
import { connectionQuery, eventLabel, eventQuery, goHunt } from "../kql/goHunt";
import type { Target, ValueActions } from "./CellMenu";

const useStyles = makeStyles({
  panel: { height: "100%", overflow: "auto", padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`, backgroundColor: tokens.colorNeutralBackground1, outlineStyle: "none" },
  title: { display: "flex", alignItems: "center", justifyContent: "space-between" },
  section: { margin: `${tokens.spacingVerticalM} 0 ${tokens.spacingVerticalXS}`, color: tokens.colorNeutralForeground1 },
  hunt: { alignSelf: "flex-start", marginTop: "4px" },
  links: { display: "flex", flexDirection: "column", gap: "6px", padding: "8px 10px", margin: "6px 0", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground2, fontSize: tokens.fontSizeBase200 },
  link: { display: "flex", alignItems: "center", gap: "6px", textAlign: "left" },
  list: { margin: 0, fontSize: tokens.fontSizeBase200 },
  item: {
    position: "relative",
    display: "grid",
    gridTemplateColumns: "minmax(110px, 38%) 1fr 24px",
    alignItems: "start",
    gap: "8px",
    padding: "3px 0",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  name: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
  value: { margin: 0, overflowWrap: "anywhere", whiteSpace: "pre-wrap" },
  note: { color: tokens.colorNeutralForeground3 },
  more: { minWidth: "24px", height: "20px", padding: 0 },
});

interface Props {
  columns: Column[];
  row: Value[];
  actions: ValueActions;
  onMenu: (t: Target, at: { x: number; y: number }) => void;
  onClose: () => void;
}

/** All of one row, with the members of its bags in plain words. */
export function RowPanel({ columns, row, actions, onMenu, onClose }: Props) {
  const styles = useStyles();
  const { zone } = useApp();
  const panel = useRef<HTMLElement>(null);
  const values: Record<string, Value> = Object.fromEntries(columns.map((c, i) => [c.name, row[i] ?? null]));
  const menu = (t: Omit<Target, "row">) => (e: MouseEvent<HTMLElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    onMenu({ ...t, row: values }, { x: box.left, y: box.bottom });
  };
  useEffect(() => {
    panel.current?.scrollTo(0, 0); // a promise in new browsers, which is no cleanup
  }, [row]);
  const bags = columns.map((column, i) => ({ column, members: parseBag(row[i] ?? null) })).filter((b): b is { column: Column; members: Member[] } => b.members !== undefined);
  const action = String(values.ActionType ?? "") || guessAction(bags.flatMap((b) => b.members.map((m) => m.name)));
  const isBag = new Set(bags.map((b) => b.column.name));
  return (
    <aside ref={panel} className={styles.panel} aria-label="Inspect record" onKeyDown={(e) => e.key === "Escape" && onClose()}>
      <div className={styles.title}>
        <Subtitle2 as="h2">{action || "Inspect record"}</Subtitle2>
        <Button appearance="subtle" size="small" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />
      </div>
      <Links values={values} bags={bags} actions={actions} />
      {bags.map(({ column, members }) => (
        <section key={column.name} aria-label={column.name}>
          <Subtitle2 as="h3" block className={styles.section}>
            {column.name}
          </Subtitle2>
          <dl className={styles.list}>
            {members.map((m) => (
              <Item
                key={m.name}
                name={fieldLabel(action, m.name)}
                title={m.name}
                text={m.list ? m.list.join("\n") : m.text}
                note={fieldNote(m.name, m.text)}
                banner={action === "SshConnectionInspected" && (m.name === "client" || m.name === "server") ? m.text : ""}
                onMenu={menu({ column, value: m.text, member: m.name })}
              />
            ))}
          </dl>
        </section>
      ))}
      <Subtitle2 as="h3" block className={styles.section}>
        All details
      </Subtitle2>
      <dl className={styles.list}>
        {columns.map((column, i) => {
          const value = row[i] ?? null;
          if (value === null || value === "" || isBag.has(column.name)) return null;
          return <Item key={column.name} name={column.name} title={column.type} text={formatValue(value, column.type, zone)} onMenu={menu({ column, value })} />;
        })}
      </dl>
    </aside>
  );
}

interface ItemProps {
  name: string;
  title: string;
  text: string;
  note?: string;
  banner?: string;
  onMenu: (e: MouseEvent<HTMLElement>) => void;
}

function Item({ name, title, text, note, banner, onMenu }: ItemProps) {
  const styles = useStyles();
  const parts = banner ? parseBanner(banner) : undefined;
  return (
    <div className={styles.item}>
      <dt className={styles.name} title={title}>
        {name}
      </dt>
      <dd className={styles.value}>
        {text}
        {note && <span className={styles.note}> ({note})</span>}
        {parts && (
          <span className={styles.note} data-testid="banner">
            {"\n"}Product: {parts.product}
            {parts.version && `\nVersion: ${parts.version}`}
            {parts.system && `\nOperating system: ${parts.system}`}
          </span>
        )}
      </dd>
      <dd className={styles.value}>
        <Button className={styles.more} appearance="subtle" size="small" icon={<MoreHorizontalRegular />} aria-label={`Actions of ${name}`} onClick={onMenu} />
      </dd>
    </div>
  );
}

/** The device, the peer, and the connection's other rows. */
function Links({ values, bags, actions }: { values: Record<string, Value>; bags: { members: Member[] }[]; actions: ValueActions }) {
  const styles = useStyles();
  const text = (name: string) => (typeof values[name] === "string" ? values[name] : "");
  const device = text("DeviceId") || text("OrigDeviceId");
  const peer = text("RemoteIP") || text("id.resp_h");
  const uid = text("uid") || bags.flatMap((b) => b.members).find((m) => m.name === "uid")?.text || "";
  if (!device && !peer && !uid) return null;
  const event = eventQuery(values);
  const hunts = [
    ...goHunt("DeviceId", device, values),
    ...goHunt("RemoteIP", peer, values),
    ...goHunt("RemoteUrl", text("RemoteUrl"), values),
    ...(event ? [{ label: eventLabel, name: "Go hunt: event", query: event }] : []),
  ];
  return (
    <div className={styles.links}>
      {device && (
        <Link as="button" className={styles.link} onClick={() => navigate(addressOf("devices", { id: device }))}>
          <DesktopRegular /> Device {text("DeviceName") || device.slice(0, 12)}
        </Link>
      )}
      {peer && (
        <Link as="button" className={styles.link} onClick={() => navigate(addressOf("devices", { ip: peer }))}>
          <GlobeRegular /> Address {peer}
        </Link>
      )}
      {uid && (
        <Link as="button" className={styles.link} onClick={() => actions.open(connectionQuery(uid), uid)}>
          <FlowRegular /> All rows of connection {uid}
        </Link>
      )}
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <MenuButton size="small" className={styles.hunt} icon={<SearchRegular />}>
            Go hunt
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {hunts.map((h) => (
              <MenuItem key={h.label} onClick={() => actions.open(h.query, h.name)}>
                {h.label}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}
