import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover, type PositioningVirtualElement } from "@fluentui/react-components";
import { AddRegular, CopyRegular, FilterDismissRegular, FilterRegular, SearchRegular, SubtractRegular, TableAddRegular } from "@fluentui/react-icons";
import type { Column, Value } from "../api/types";
import { parseBag } from "../details/bag";
import { formatValue, plainText } from "../format/value";
import { goHunt } from "../kql/goHunt";
import { columnName, condition, memberPath, type Operator } from "../kql/literal";

/** What can be done with a value of the results. */
export interface ValueActions {
  /** Adds a step to the query and runs it. */
  addStep: (step: string) => void;
  /** Shows only rows of the results with the value. */
  filter: (column: string, text: string, exclude?: boolean) => void;
  /** Opens a query in a new tab. */
  open: (query: string, name: string) => void;
}

/** A value, and a name by which a query can speak of it. */
export interface Target {
  column: Column;
  value: Value;
  /** The member of the column's bag that the value is, if any. */
  member?: string;
  row: Record<string, Value>;
}

const operators: { op: Operator; label: string }[] = [
  { op: "==", label: "Add == to query" },
  { op: "!=", label: "Add != to query" },
];
const texts: { op: Operator; label: string }[] = [
  { op: "contains", label: "Add contains to query" },
  { op: "!contains", label: "Add !contains to query" },
  { op: "startswith", label: "Add startswith to query" },
  { op: "endswith", label: "Add endswith to query" },
];

/** The step that keeps rows by a value. */
export function stepFor(t: Target, op: Operator): string {
  if (t.member === undefined) return `where ${condition(t.column.name, t.column.type, op, t.value)}`;
  // A member is compared as a text: AdditionalFields has texts only.
  const path = `tostring(${memberPath(t.column.name, t.column.type, t.member)})`;
  return `where ${condition("x", "string", op, plainText(t.value)).replace(/^x\b|(?<=\()x(?=\))/, () => path)}`;
}

function extendSteps(t: Target): { label: string; step: string }[] {
  const path = (member: string) => `extend ${columnName(member)} = tostring(${memberPath(t.column.name, t.column.type, member)})`;
  if (t.member !== undefined) return [{ label: `Extend ${t.member} to a column`, step: path(t.member) }];
  return (parseBag(t.value) ?? []).slice(0, 40).map((m) => ({ label: `Extend ${m.name}`, step: path(m.name) }));
}

interface Props {
  target: Target | undefined;
  at: { x: number; y: number };
  actions: ValueActions;
  onClose: () => void;
}

/** The menu of a value. */
export function CellMenu({ target, at, actions, onClose }: Props) {
  if (!target) return null;
  const anchor: PositioningVirtualElement = { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) };
  const isText = target.member !== undefined || target.column.type === "string";
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  const extend = extendSteps(target);
  const hunts = goHunt(target.column.name, target.value, target.row);
  return (
    <Menu open onOpenChange={(_, d) => !d.open && onClose()} positioning={{ target: anchor, position: "below", align: "start" }}>
      <MenuPopover>
        <MenuList>
          {[...operators, ...(isText && target.value !== "" ? texts : [])].map(({ op, label }) => (
            <MenuItem key={op} icon={op === "!=" ? <SubtractRegular /> : <AddRegular />} onClick={() => actions.addStep(stepFor(target, op))}>
              {label}
            </MenuItem>
          ))}
          {target.member === undefined && (
            <MenuItem icon={<FilterRegular />} onClick={() => actions.filter(target.column.name, plainText(target.value))}>
              Show only this value
            </MenuItem>
          )}
          {target.member === undefined && (
            <MenuItem icon={<FilterDismissRegular />} onClick={() => actions.filter(target.column.name, plainText(target.value), true)}>
              Hide this value
            </MenuItem>
          )}
          {hunts.length > 0 && <MenuDivider />}
          {hunts.map((h) => (
            <MenuItem key={h.label} icon={<SearchRegular />} onClick={() => actions.open(h.query, h.name)}>
              Go hunt: {h.label}
            </MenuItem>
          ))}
          <MenuDivider />
          <MenuItem icon={<CopyRegular />} onClick={() => copy(formatValue(target.value, target.column.type, "utc"))}>
            Copy value
          </MenuItem>
          <MenuItem icon={<CopyRegular />} onClick={() => copy(JSON.stringify(target.row, null, 2))}>
            Copy row as JSON
          </MenuItem>
          {extend.length > 0 && <MenuDivider />}
          {extend.map((s) => (
            <MenuItem key={s.step} icon={<TableAddRegular />} onClick={() => actions.addStep(s.step)}>
              {s.label}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
