import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover, type PositioningVirtualElement } from "@fluentui/react-components";
import { ArrowLeftRegular, ArrowRightRegular, CopyRegular, EyeOffRegular, FilterRegular, GroupListRegular, TextSortAscendingRegular, TextSortDescendingRegular } from "@fluentui/react-icons";
import type { Column } from "../api/types";
import { moveColumn, type View } from "./view";

interface Props {
  /** The index of the column; undefined for no menu. */
  column: number | undefined;
  at: { x: number; y: number };
  columns: Column[];
  shown: number[];
  view: View;
  onView: (v: View) => void;
  onClose: () => void;
}

/** The menu of a column's name. */
export function HeadMenu({ column, at, columns, shown, view, onView, onClose }: Props) {
  const name = column === undefined ? undefined : columns[column]?.name;
  if (column === undefined || name === undefined) return null;
  const anchor: PositioningVirtualElement = { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) };
  const place = shown.indexOf(column);
  const grouped = view.groupBy === name;
  return (
    <Menu open onOpenChange={(_, d) => !d.open && onClose()} positioning={{ target: anchor, position: "below", align: "start" }}>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<TextSortAscendingRegular />} onClick={() => onView({ ...view, sort: { column, down: false } })}>
            Sort ascending
          </MenuItem>
          <MenuItem icon={<TextSortDescendingRegular />} onClick={() => onView({ ...view, sort: { column, down: true } })}>
            Sort descending
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<FilterRegular />} disabled={view.filters.some((f) => f.column === column)} onClick={() => onView({ ...view, filters: [...view.filters, { column, values: [] }] })}>
            Filter by values
          </MenuItem>
          <MenuItem icon={<GroupListRegular />} onClick={() => onView({ ...view, groupBy: grouped ? undefined : name, closed: new Set() })}>
            {grouped ? "No groups" : `Group by ${name}`}
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<ArrowLeftRegular />} disabled={place <= 0} onClick={() => onView({ ...view, order: moveColumn(columns, shown, place, place - 1) })}>
            Move to the left
          </MenuItem>
          <MenuItem icon={<ArrowRightRegular />} disabled={place === shown.length - 1} onClick={() => onView({ ...view, order: moveColumn(columns, shown, place, place + 1) })}>
            Move to the right
          </MenuItem>
          <MenuItem icon={<EyeOffRegular />} onClick={() => onView({ ...view, hidden: [...view.hidden, name], shown: view.shown.filter((n) => n !== name) })}>
            Hide column
          </MenuItem>
          <MenuItem icon={<CopyRegular />} onClick={() => void navigator.clipboard.writeText(name)}>
            Copy name
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
