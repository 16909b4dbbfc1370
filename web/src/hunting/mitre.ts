// MITRE ATT&CK: which tactic a technique serves, for the techniques that the
// network shows.

const tactics: Record<string, string> = {
  T1590: "Reconnaissance",
  T1595: "Reconnaissance",
  T1133: "Initial access",
  T1190: "Initial access",
  T1566: "Initial access",
  T1059: "Execution",
  T1040: "Credential access",
  T1110: "Credential access",
  T1187: "Credential access",
  T1557: "Credential access",
  T1558: "Credential access",
  T1016: "Discovery",
  T1018: "Discovery",
  T1046: "Discovery",
  T1049: "Discovery",
  T1069: "Discovery",
  T1087: "Discovery",
  T1135: "Discovery",
  T1482: "Discovery",
  T1021: "Lateral movement",
  T1210: "Lateral movement",
  T1550: "Lateral movement",
  T1570: "Lateral movement",
  T1071: "Command and control",
  T1090: "Command and control",
  T1095: "Command and control",
  T1102: "Command and control",
  T1105: "Command and control",
  T1219: "Command and control",
  T1568: "Command and control",
  T1571: "Command and control",
  T1572: "Command and control",
  T1573: "Command and control",
  T1030: "Exfiltration",
  T1041: "Exfiltration",
  T1048: "Exfiltration",
  T1567: "Exfiltration",
  T1498: "Impact",
  T1499: "Impact",
};

const order = [...new Set(Object.values(tactics)), "General"];

/** The tactic of a technique such as T1110.001; "General" for none. */
export function tacticOf(technique: string | undefined): string {
  const id = technique?.split(/[.,\s]/)[0] ?? "";
  return (Object.hasOwn(tactics, id) ? tactics[id] : undefined) ?? "General";
}

/** Groups by tactic, in the order of an attack. */
export function byTactic<T extends { technique?: string }>(list: readonly T[]): [string, T[]][] {
  return order.map((tactic): [string, T[]] => [tactic, list.filter((x) => tacticOf(x.technique) === tactic)]).filter(([, found]) => found.length > 0);
}
