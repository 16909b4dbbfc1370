import { type Theme, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { useStoredChoice } from "./storage";

const choices = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof choices)[number];

// Fluent's shadows of text on its own backgrounds reach the contrast that
// WCAG asks for, except these.
const light: Theme = { ...webLightTheme, colorNeutralForeground4: "#616161" };
const dark: Theme = { ...webDarkTheme, colorNeutralForeground4: "#adadad" };

export interface ThemeState {
  choice: ThemeChoice;
  dark: boolean;
  theme: Theme;
  choose: (c: ThemeChoice) => void;
}

export function useTheme(): ThemeState {
  const [choice, choose] = useStoredChoice("theme", choices, "system");
  const [system, setSystem] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const listen = () => setSystem(query.matches);
    query.addEventListener("change", listen);
    return () => query.removeEventListener("change", listen);
  }, []);
  const isDark = choice === "dark" || (choice === "system" && system);
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
  }, [isDark]);
  return { choice, dark: isDark, theme: isDark ? dark : light, choose };
}
