import { expect, it } from "vitest";
import { byTactic, tacticOf } from "./mitre";

it.each([
  ["T1110.001", "Credential access"],
  ["T1046", "Discovery"],
  [undefined, "General"],
  ["T9999", "General"],
  ["constructor", "General"],
])("%s", (technique, want) => expect(tacticOf(technique)).toBe(want));

it("groups in the order of an attack", () => {
  expect(byTactic([{ technique: "T1048" }, {}, { technique: "T1046" }]).map(([tactic]) => tactic)).toEqual(["Discovery", "Exfiltration", "General"]);
});
