// What all pages need: settings, the schema, and who is signed in.

import { createContext, useContext } from "react";
import type { Schema, Session } from "../api/types";
import type { Zone } from "../format/value";
import type { ThemeState } from "./theme";

export interface App {
  session: Session;
  schema: Schema | undefined;
  reloadSchema: () => void;
  theme: ThemeState;
  zone: Zone;
  setZone: (z: Zone) => void;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("useApp outside of the app");
  return app;
}
