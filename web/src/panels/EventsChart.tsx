import { makeStyles } from "@fluentui/react-components";
import { useMemo } from "react";
import { useApp } from "../app/context";
import { navigate } from "../app/router";
import type { Panel } from "../api/types";
import { chartOption } from "../hunting/chart";
import { drill } from "./drill";
import { EChart } from "./EChart";
import { Card, huntAddress } from "./PanelCard";

const useStyles = makeStyles({ chart: { height: "250px" } });

/** Events over time by action type; a click on a mark opens its rows. */
export default function EventsChart({ panel, device = "" }: { panel: Panel; device?: string }) {
  const styles = useStyles();
  const { theme } = useApp();
  const option = useMemo(() => {
    const at = (name: string) => panel.columns.findIndex((c) => c.name === name);
    return chartOption({ kind: "stackedcolumn", x: at("Time"), series: at("ActionType"), y: [at("Events")] }, panel.columns, panel.rows, theme.dark);
  }, [panel, theme.dark]);
  return (
    <Card panel={panel}>
      <div className={styles.chart}>
        <EChart
          option={option}
          label={`${panel.title}, by action type`}
          onMark={(c) => {
            const time = Array.isArray(c.value) ? Number(c.value[0]) : Number.NaN;
            if (Number.isNaN(time)) return;
            navigate(huntAddress(drill(panel, { Time: new Date(time).toISOString(), ActionType: c.series }, device), c.series));
          }}
        />
      </div>
    </Card>
  );
}
