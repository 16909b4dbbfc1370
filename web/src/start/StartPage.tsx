import { Button, makeStyles, MessageBar, MessageBarBody, Spinner, Text, Title3, tokens } from "@fluentui/react-components";
import { ArrowClockwiseRegular, ArrowUploadRegular } from "@fluentui/react-icons";
import { lazy, Suspense } from "react";
import { api } from "../api/api";
import { useApp } from "../app/context";
import { addressOf, navigate } from "../app/router";
import { formatTime } from "../format/value";
import { PanelCard } from "../panels/PanelCard";
import { usePanels } from "../panels/usePanels";
import { Tiles } from "./Tiles";

const EventsChart = lazy(() => import("../panels/EventsChart"));

const useStyles = makeStyles({
  page: { height: "100%", overflow: "auto", padding: "12px 16px" },
  head: { display: "flex", alignItems: "center", gap: "12px", paddingBottom: "10px" },
  span: { color: tokens.colorNeutralForeground2, flex: 1 },
  chart: { minHeight: "300px", paddingBottom: "12px" },
  grid: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(440px, 1fr))", gridAutoRows: "310px" },
  empty: { height: "60%", display: "grid", placeContent: "center", justifyItems: "center", gap: "12px" },
});

/** What was seen, in one look. */
export default function StartPage() {
  const styles = useStyles();
  const { zone } = useApp();
  const { panels, error, reload } = usePanels(api.overview);
  const chart = panels?.panels.find((p) => p.name === "actions");
  const empty = panels !== undefined && !panels.to;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <Title3 as="h1">Overview</Title3>
        <Text size={200} className={styles.span}>
          {panels?.from && panels.to && `${formatTime(panels.from, zone).slice(0, 19)} – ${formatTime(panels.to, zone).slice(0, 19)} ${zone === "utc" ? "UTC" : ""}`}
        </Text>
        <Button size="small" appearance="subtle" icon={<ArrowClockwiseRegular />} onClick={reload}>
          Refresh
        </Button>
      </div>
      {error && (
        <MessageBar intent="error">
          <MessageBarBody>{error}</MessageBarBody>
        </MessageBar>
      )}
      {!panels && !error && <Spinner label="Loading" />}
      {empty ? (
        <div className={styles.empty}>
          <Text>Nothing is imported yet.</Text>
          <Button appearance="primary" icon={<ArrowUploadRegular />} onClick={() => navigate(addressOf("imports"))}>
            Import a capture
          </Button>
        </div>
      ) : (
        <>
          {panels && <Tiles />}
          {chart && (
            <div className={styles.chart}>
              <Suspense>
                <EventsChart panel={chart} />
              </Suspense>
            </div>
          )}
          <div className={styles.grid}>
            {panels?.panels
              .filter((p) => p !== chart)
              .map((p) => (
                <PanelCard key={p.name} panel={p} />
              ))}
          </div>
        </>
      )}
    </div>
  );
}
