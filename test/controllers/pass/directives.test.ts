import { expect, it } from "vitest";
import type { ObjectMeta } from "../../../src/api/object.ts";
import { type Directives, directivesOf } from "../../../src/controllers/pass/directives.ts";
import { directives, object, settings } from "../kinds/compute-environment/given.ts";

const plain: Directives = { ...directives, finalized: false };

it.each<[string, Partial<ObjectMeta>, object, Partial<Directives>]>([
  ["nothing outside the fields", {}, {}, {}],
  ["deletion", { deletionTimestamp: "2026-01-01T00:00:00Z" }, {}, { deleting: true }],
  ["a pause", { annotations: { "awsbatch.dev/paused": "true" } }, {}, { paused: true }],
  ["no pause by another value", { annotations: { "awsbatch.dev/paused": "yes" } }, {}, {}],
  ["a dry run", { annotations: { "awsbatch.dev/dry-run": "true" } }, {}, { dryRun: true }],
  ["nothing of abandoning while it is not deleted", { annotations: { "awsbatch.dev/abandon": "true" } }, {}, {}],
  [
    "abandoning when it is deleted",
    { annotations: { "awsbatch.dev/abandon": "true" }, deletionTimestamp: "2026-01-01T00:00:00Z" },
    {},
    { abandon: true, deleting: true },
  ],
  ["an approval", { annotations: { "awsbatch.dev/approve": "id/Create" } }, {}, { approved: "id/Create" }],
  ["its place", { annotations: { "awsbatch.dev/location": "1/eu-west-1" } }, {}, { location: "1/eu-west-1" }],
  ["our finalizer", { finalizers: ["x", "awsbatch.dev/cleanup"] }, {}, { finalized: true }],
  ["not another's finalizer", { finalizers: ["x"] }, {}, {}],
  ["Retain", {}, { deletionPolicy: "Retain" }, { retain: true }],
  ["adoption", {}, { adoptionPolicy: "IfMatching" }, { adoptionPolicy: "IfMatching" }],
])("is %s", (_name, metadata, spec, expected) => {
  const whole = object();
  const given = { ...whole, metadata: { ...whole.metadata, ...metadata }, spec: { ...whole.spec, ...spec } };
  expect(directivesOf(given, settings)).toEqual({ ...plain, ...expected });
});

it("is Retain by the operator's flag, unless the spec says Delete", () => {
  const retaining = { ...settings, defaultDeletionPolicy: "Retain" as const };
  expect(directivesOf(object(), retaining).retain).toBe(true);
  const spec = { ...object().spec, deletionPolicy: "Delete" as const };
  expect(directivesOf({ ...object(), spec }, retaining).retain).toBe(false);
});
