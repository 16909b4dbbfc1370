import { Divider, Field, Input, makeStyles, MenuButton, Popover, PopoverSurface, PopoverTrigger, Radio, RadioGroup, Switch, tokens } from "@fluentui/react-components";
import { CalendarClockRegular } from "@fluentui/react-icons";
import { type Range, rangeLabel, rangeNames } from "./range";

const useStyles = makeStyles({
  surface: { display: "grid", gap: tokens.spacingVerticalS, minWidth: "260px" },
});

/** Chooses the time range that holds on top of the query's own filter. */
export function TimeRange({ range, newest, onChange }: { range: Range; newest: string | undefined; onChange: (r: Range) => void }) {
  const styles = useStyles();
  const time = (key: "from" | "to", label: string) => (
    <Field label={label} size="small">
      <Input
        type="datetime-local"
        step={1}
        size="small"
        value={(range[key] ?? "").replace(/Z$/, "")}
        onChange={(_, d) => onChange({ ...range, kind: "custom", [key]: d.value ? `${d.value.length === 16 ? `${d.value}:00` : d.value}Z` : "" })}
      />
    </Field>
  );
  return (
    <Popover trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <MenuButton size="small" appearance="subtle" icon={<CalendarClockRegular />}>
          {rangeLabel(range)}
          {range.kind !== "query" && range.kind !== "custom" && range.latest ? " of data" : ""}
        </MenuButton>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} aria-label="Time range">
        <RadioGroup value={range.kind} onChange={(_, d) => onChange({ ...range, kind: d.value as Range["kind"] })} aria-label="Time range">
          {(Object.keys(rangeNames) as Range["kind"][]).map((k) => (
            <Radio key={k} value={k} label={rangeNames[k]} />
          ))}
        </RadioGroup>
        {range.kind === "custom" && (
          <>
            {time("from", "From (UTC)")}
            {time("to", "To (UTC)")}
          </>
        )}
        <Divider />
        <Switch
          checked={range.latest}
          onChange={(_, d) => onChange({ ...range, latest: d.checked })}
          label={`now() is the newest event${newest ? `: ${newest.slice(0, 19).replace("T", " ")} UTC` : ""}`}
        />
      </PopoverSurface>
    </Popover>
  );
}
