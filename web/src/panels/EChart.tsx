import { makeStyles } from "@fluentui/react-components";
import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { type ECharts, type EChartsCoreOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type RefObject, useEffect, useRef } from "react";
import { useApp } from "../app/context";

use([BarChart, LineChart, PieChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent, CanvasRenderer]);

const useStyles = makeStyles({ host: { width: "100%", height: "100%", minHeight: 0 } });

/** What was clicked: a point of a series. */
export interface Clicked {
  series: string;
  name: string;
  value: unknown;
}

interface Props {
  option: EChartsCoreOption;
  label: string;
  onMark?: (c: Clicked) => void;
  /** Gets the chart, to save it as an image. */
  chart?: RefObject<ECharts | null>;
}

export function EChart({ option, label, onMark, chart }: Props) {
  const styles = useStyles();
  const { theme } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const own = useRef<ECharts | null>(null);
  const click = useRef(onMark);
  click.current = onMark;
  useEffect(() => {
    if (!host.current) return;
    const c = init(host.current, theme.dark ? "dark" : undefined, { renderer: "canvas" });
    own.current = c;
    if (chart) chart.current = c;
    c.on("click", (e) => click.current?.({ series: e.seriesName ?? "", name: e.name, value: e.value }));
    const observer = new ResizeObserver(() => c.resize());
    observer.observe(host.current);
    return () => {
      observer.disconnect();
      c.dispose();
      own.current = null;
      if (chart) chart.current = null;
    };
  }, [theme.dark, chart]);
  useEffect(() => {
    own.current?.setOption(option, { notMerge: true });
  }, [option, theme.dark]);
  return <div ref={host} className={styles.host} role="img" aria-label={label} />;
}
