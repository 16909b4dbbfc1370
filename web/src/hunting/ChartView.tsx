import { Dropdown, Label, makeStyles, Option, tokens, useId } from "@fluentui/react-components";
import type { ECharts } from "echarts/core";
import { type RefObject, useMemo } from "react";
import { useApp } from "../app/context";
import type { Result } from "../api/types";
import { chartNames, type ChartChoice, chartOption, isNumeric } from "./chart";
import { type Clicked, EChart } from "../panels/EChart";

const useStyles = makeStyles({
  view: { height: "100%", display: "grid", gridTemplateRows: "auto 1fr", padding: tokens.spacingHorizontalS, backgroundColor: tokens.colorNeutralBackground1 },
  bar: { display: "flex", alignItems: "center", flexWrap: "wrap", gap: "8px", paddingBottom: "6px" },
  pick: { minWidth: "120px" },
});

interface Props {
  result: Result;
  choice: ChartChoice;
  onChoice: (c: ChartChoice) => void;
  onMark: (c: Clicked) => void;
  chart: RefObject<ECharts | null>;
}

/** A chart of the results, and which columns it shows. */
export default function ChartView({ result, choice, onChoice, onMark, chart }: Props) {
  const styles = useStyles();
  const { theme } = useApp();
  const option = useMemo(() => chartOption(choice, result.schema, result.rows, theme.dark), [choice, result, theme.dark]);
  const all = [...result.schema.keys()];
  const name = (i: number) => result.schema[i]?.name ?? "";
  const pick = (label: string, options: number[], selected: number[], multi: boolean, set: (values: number[]) => void, none?: boolean) => (
    <Pick label={label} options={options.map((i) => ({ value: i, text: name(i) }))} selected={selected} multi={multi} onSet={set} none={none ?? false} />
  );
  return (
    <div className={styles.view}>
      <div className={styles.bar}>
        {pick("X axis", all, [choice.x], false, ([x = choice.x]) => onChoice({ ...choice, x }))}
        {pick("Y axis", all.filter((i) => isNumeric(result.schema[i])), choice.y, choice.series === undefined, (y) => y.length > 0 && onChoice({ ...choice, y }))}
        {choice.kind !== "piechart" && pick("Series", all.filter((i) => i !== choice.x), choice.series === undefined ? [] : [choice.series], false, ([series]) => onChoice({ ...choice, series }), true)}
      </div>
      <EChart option={option} label={`${chartNames[choice.kind]} of ${choice.y.map(name).join(", ")} by ${name(choice.x)}`} onMark={onMark} chart={chart} />
    </div>
  );
}

interface PickProps {
  label: string;
  options: { value: number; text: string }[];
  selected: number[];
  multi: boolean;
  none: boolean;
  onSet: (values: number[]) => void;
}

function Pick({ label, options, selected, multi, none, onSet }: PickProps) {
  const styles = useStyles();
  const id = useId("pick");
  return (
    <>
      <Label id={id} size="small">
        {label}
      </Label>
      <Dropdown
        size="small"
        className={styles.pick}
        aria-labelledby={id}
        multiselect={multi}
        value={options.filter((o) => selected.includes(o.value)).map((o) => o.text).join(", ") || "None"}
        selectedOptions={selected.map(String)}
        onOptionSelect={(_, d) => onSet(d.selectedOptions.filter((v) => v !== "none").map(Number))}
      >
        {none ? <Option value="none">None</Option> : null}
        {options.map((o) => (
          <Option key={o.value} value={String(o.value)}>
            {o.text}
          </Option>
        ))}
      </Dropdown>
    </>
  );
}
