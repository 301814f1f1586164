import { expect, test } from "vitest";
import { withMembers } from "../../../src/controllers/pass/status-fields.ts";

test("members of a field of status replace those before, and leave all others", () => {
  const fields = { name: "n", network: { state: "Reachable", taken: 1 } };
  expect(withMembers(fields, "network", { taken: 2 })).toEqual({
    name: "n",
    network: { state: "Reachable", taken: 2 },
  });
});

test("a member that is undefined goes, and the field with its last one", () => {
  const fields = { name: "n", network: { state: "Reachable", taken: 1 } };
  expect(withMembers(fields, "network", { taken: undefined })).toStrictEqual({
    name: "n",
    network: { state: "Reachable" },
  });
  expect(withMembers({ name: "n", network: { taken: 1 } }, "network", { taken: undefined })).toStrictEqual({
    name: "n",
  });
  expect(withMembers({ name: "n" }, "network", { taken: undefined })).toStrictEqual({ name: "n" });
});
