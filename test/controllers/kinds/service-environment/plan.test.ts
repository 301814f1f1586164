import { describe, expect, it } from "vitest";
import type { ServiceEnvironmentSpec } from "../../../../src/api/v1alpha1/service-environment.ts";
import type { Seen } from "../../../../src/controllers/kinds/service-environment/delete.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { usedBy } from "../../draining/users.ts";
import { choiceFor, directives, identity, record, stepLine } from "./given.ts";

const foreign = record({ tags: { team: "x" } });
const adopts = (adoptionPolicy: "IfMatching" | "IfExists") => ({ directives: { ...directives, adoptionPolicy } });
const more = [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 20 }];

describe("a service environment", () => {
  it.each<[string, Partial<ServiceEnvironmentSpec>, Partial<Seen>, string]>([
    ["is created", {}, { record: undefined, absent: true }, "create"],
    ["waits for a listing that shows whether it is there", {}, { record: undefined }, "wait Creating again in 1 s"],
    ["waits for an earlier one of the name", {}, { record: record({ status: "DELETING" }) }, "wait Creating"],
    ["waits until AWS has created it", {}, { record: record({ status: "CREATING" }) }, "wait Creating"],
    [
      "waits until AWS has updated it",
      { state: "DISABLED" },
      { record: record({ status: "UPDATING" }) },
      "wait Updating",
    ],
    ["is at rest when AWS has it", {}, {}, "serves Available; serving"],
    [
      "is at rest DISABLED, by hand or by its spec",
      {},
      { record: record({ state: "DISABLED" }) },
      "serves Disabled; serving",
    ],
    [
      "is in service again: the mark of a deletion that Retain ended goes",
      {},
      { record: record({ tags: { ...record().tags, "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } }) },
      "tag userTags",
    ],
    ["gets the capacity of its spec", { capacityLimits: more }, {}, "update spec.capacityLimits"],
    ["gets the state of its spec", { state: "DISABLED" }, {}, "update spec.state"],
    [
      "is enabled where its spec says so",
      { state: "ENABLED" },
      { record: record({ state: "DISABLED" }) },
      "update spec.state",
    ],
    ["gets the tags of the spec", { tags: { team: "x" } }, {}, "tag userTags"],
    [
      "that AWS finds INVALID is for a person",
      {},
      { record: record({ status: "INVALID" }) },
      "blocked Invalid again in 300 s",
    ],
    [
      "that AWS finds INVALID gets the changes that may cure it",
      { capacityLimits: more },
      { record: record({ status: "INVALID" }) },
      "update spec.capacityLimits",
    ],
    [
      "of another type stays of that type",
      {},
      { record: record({ serviceEnvironmentType: undefined }) },
      "blocked ServiceEnvironmentTypeFixed",
    ],
    ["of somebody else stays as it is", {}, { record: foreign }, "blocked NotOwned"],
    [
      "that matches is adopted, tags aside",
      { tags: { team: "x" } },
      { record: foreign, ...adopts("IfMatching") },
      "tag adopt",
    ],
    [
      "of another type does not match",
      { tags: { team: "x" } },
      { record: { ...foreign, serviceEnvironmentType: undefined }, ...adopts("IfMatching") },
      "blocked NotMatching",
    ],
    [
      "that differs is adopted if it exists",
      { capacityLimits: more },
      { record: foreign, ...adopts("IfExists") },
      "tag adopt",
    ],
  ])("%s", (_name, change, given, expected) => {
    expect(stepLine(change, given)).toBe(expected);
  });

  it("is asked for ENABLED, with the tags of its owner", () => {
    const { next } = choiceFor({ tags: { team: "x" } }, { record: undefined, absent: true });
    expect(next).toMatchObject({
      action: {
        request: {
          serviceEnvironmentName: "team_sm",
          serviceEnvironmentType: "SAGEMAKER_TRAINING",
          state: "ENABLED",
          capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
          tags: { team: "x", ...ownerTags(identity) },
        },
      },
    });
  });

  it("is updated by what differs alone", () => {
    const { next, change } = choiceFor({ capacityLimits: more, state: "ENABLED" }, {});
    expect(next).toMatchObject({ effects: [{ path: "spec.capacityLimits", cause: "spec" }] });
    expect(next.kind === "act" && next.action).toMatchObject({
      request: { serviceEnvironment: expect.stringContaining("/team_sm"), capacityLimits: more },
    });
    expect(JSON.stringify(next)).not.toContain("ENABLED");
    expect(change).toMatchObject({
      action: "Update",
      changes: [{ from: '{"NUM_INSTANCES":10}', to: '{"NUM_INSTANCES":20}' }],
    });
  });

  it("that is DISABLED names the queues of which no job starts", () => {
    const given = { record: record({ state: "DISABLED" }) };
    expect(choiceFor({}, { ...given, users: usedBy("a", "b") }).next.message).toBe(
      "team_sm is VALID and DISABLED: no job of a, b starts",
    );
    expect(choiceFor({}, given).next.message).toBe("team_sm is VALID and DISABLED");
  });
});
