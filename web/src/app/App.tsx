import { FluentProvider, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { api } from "../api/api";
import { messageOf, setOnUnauthorized } from "../api/http";
import type { Schema, Session } from "../api/types";
import { Boundary } from "./Boundary";
import { type App as AppState, AppContext } from "./context";
import { Frame } from "./Frame";
import { pageOf, useLocation } from "./router";
import { SignIn } from "./SignIn";
import { useStoredChoice } from "./storage";
import { useTheme } from "./theme";

const HuntingPage = lazy(() => import("../hunting/HuntingPage"));
const StartPage = lazy(() => import("../start/StartPage"));
const DevicesPage = lazy(() => import("../devices/DevicesPage"));
const ImportsPage = lazy(() => import("../imports/ImportsPage"));

const zones = ["utc", "local"] as const;

const useStyles = makeStyles({
  root: { height: "100vh", backgroundColor: tokens.colorNeutralBackground2 },
  wait: { height: "100%", display: "grid", placeItems: "center" },
});

export function App() {
  const styles = useStyles();
  const theme = useTheme();
  const [zone, setZone] = useStoredChoice("zone", zones, "utc");
  const [session, setSession] = useState<Session>();
  const [trouble, setTrouble] = useState("");
  const [schema, setSchema] = useState<Schema>();

  useEffect(() => {
    setOnUnauthorized(() => setSession((s) => s && { ...s, signedIn: false }));
    api.session().then(setSession, (e: unknown) => setTrouble(messageOf(e)));
  }, []);
  const signedIn = session?.signedIn ?? false;
  const reloadSchema = useCallback(() => {
    api.schema().then(setSchema, (e: unknown) => setTrouble(messageOf(e)));
  }, []);
  useEffect(() => {
    if (signedIn) reloadSchema();
  }, [signedIn, reloadSchema]);

  const page = pageOf(useLocation());
  const app = useMemo<AppState | undefined>(() => session && { session, schema, reloadSchema, theme, zone, setZone }, [session, schema, reloadSchema, theme, zone, setZone]);
  const wait = <div className={styles.wait}>{trouble ? <p role="alert">{trouble}</p> : <Spinner label="Loading" />}</div>;
  return (
    <FluentProvider theme={theme.theme}>
      <div className={styles.root}>
      {!app ? (
        wait
      ) : !app.session.signedIn ? (
        <SignIn onSignedIn={setSession} />
      ) : (
        <AppContext value={app}>
          <Frame page={page} onSignedOut={() => setSession({ ...app.session, signedIn: false })}>
            <Boundary key={page}>
              <Suspense fallback={wait}>
              {page === "hunting" && <HuntingPage />}
              {page === "start" && <StartPage />}
              {page === "devices" && <DevicesPage />}
              {page === "imports" && <ImportsPage />}
              </Suspense>
            </Boundary>
          </Frame>
        </AppContext>
      )}
    </div>
    </FluentProvider>
  );
}
