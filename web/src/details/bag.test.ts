import { expect, it } from "vitest";
import { parseBag } from "./bag";
import { fieldLabel, fieldNote, guessAction } from "./fields";

it("reads lists that are texts", () => {
  expect(parseBag('{"answers":"[\\"a\\",\\"b\\"]","tags":"[]","n":3,"u":"[x"}')).toEqual([
    { name: "answers", text: "a, b", list: ["a", "b"] },
    { name: "tags", text: "", list: [] },
    { name: "n", text: "3" },
    { name: "u", text: "[x" },
  ]);
});

it.each([["", undefined], ["text", undefined], ["{broken", undefined], [null, undefined], [[1], undefined]])("is none: %j", (v, want) => expect(parseBag(v)).toBe(want));

it("names members in plain words", () => {
  expect(fieldLabel("NtlmAuthenticationInspected", "version")).toBe("Client version");
  expect(fieldLabel("SslConnectionInspected", "server_name")).toBe("Server name (SNI)");
  expect(fieldLabel("Unknown", "some_thing")).toBe("some_thing");
  expect(fieldNote("conn_state", "OTH")).toContain("no SYN seen");
  expect(fieldNote("ts", "134397690506270880")).toBe("2026-11-21 21:10:50.627");
});

it("takes names from packets for names only", () => {
  expect(fieldLabel("constructor", "toString")).toBe("toString");
  expect(fieldNote("conn_state", "constructor")).toBe("");
});

it("guesses the action type", () => {
  expect(guessAction(["uid", "auth_success", "client", "server", "kex_alg"])).toBe("SshConnectionInspected");
  expect(guessAction(["uid", "x"])).toBe("");
});
