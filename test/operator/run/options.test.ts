import { expect, test } from "vitest";
import { listenAddress, namespaceName, namespaceNames } from "../../../src/operator/run/options.ts";

test.each([
  [":8080", { port: 8080 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["localhost:9", { host: "localhost", port: 9 }],
  ["[::1]:8081", { host: "::1", port: 8081 }],
  [":65535", { port: 65_535 }],
  [":0", { port: 0 }],
])("%s is an address to listen on", (text, expected) => {
  expect(listenAddress(text)).toEqual(expected);
});

test.each([["8080"], [":65536"], ["host:"], ["::1:8080"], [""]])("%j is none", (text) => {
  expect(() => listenAddress(text)).toThrow("Expected an address, such as :8080");
});

test("a namespace has the name of one", () => {
  for (const name of ["team-a", "a", "0", "a".repeat(63)]) expect(namespaceName(name)).toBe(name);
  for (const wrong of ["Team", "-a", "a-", "a_b", "", "a.b", "a".repeat(64)]) {
    expect(() => namespaceName(wrong)).toThrow(`"${wrong}" is not the name of a namespace`);
  }
});

test("namespaces are given one by one or with commas, and an empty list is none", () => {
  expect(namespaceNames("team-b, team-c", ["team-a"])).toEqual(["team-a", "team-b", "team-c"]);
  for (const empty of ["", " , "]) {
    expect(() => namespaceNames(empty, undefined)).toThrow("Expected the name of a namespace.");
  }
});
