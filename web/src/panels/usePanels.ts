import { useCallback, useEffect, useState } from "react";
import { messageOf } from "../api/http";
import type { Panels } from "../api/types";

/** Panels of the server, and how to load them again. */
export function usePanels(load: () => Promise<Panels>): { panels: Panels | undefined; error: string; reload: () => void } {
  const [panels, setPanels] = useState<Panels>();
  const [error, setError] = useState("");
  const reload = useCallback(() => {
    setError("");
    load().then(setPanels, (e: unknown) => setError(messageOf(e)));
  }, [load]);
  useEffect(() => {
    setPanels(undefined);
    reload();
  }, [reload]);
  return { panels, error, reload };
}
