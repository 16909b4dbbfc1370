// The pages and their addresses.

import { useSyncExternalStore } from "react";

export type Page = "start" | "hunting" | "devices" | "imports";

const paths: Record<Page, string> = { start: "/", hunting: "/hunting", devices: "/devices", imports: "/imports" };

const changed = "wirehunt:navigate";

function subscribe(f: () => void): () => void {
  window.addEventListener("popstate", f);
  window.addEventListener(changed, f);
  return () => {
    window.removeEventListener("popstate", f);
    window.removeEventListener(changed, f);
  };
}

/** The address of the page: path and query. */
export function useLocation(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search);
}

export function pageOf(address: string): Page {
  const path = address.split("?")[0]?.replace(/(.)\/+$/, "$1");
  const found = (Object.keys(paths) as Page[]).find((p) => paths[p] === path);
  // Defender's links name the page /v2/advanced-hunting.
  return found ?? (path?.endsWith("advanced-hunting") ? "hunting" : "start");
}

export function addressOf(page: Page, params: Record<string, string> = {}): string {
  const query = new URLSearchParams(params).toString();
  return paths[page] + (query ? `?${query}` : "");
}

export function navigate(address: string, replace = false): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  window.dispatchEvent(new Event(changed));
}
