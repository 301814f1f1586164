import { expect, it } from "vitest";
import type { Action, TagPurpose } from "../../../../src/controllers/kinds/compute-environment/action.ts";
import { eventsFor } from "../../../../src/controllers/kinds/compute-environment/events.ts";

const request = { computeEnvironment: "ce" };
const tag = (purpose: TagPurpose): Action => ({
  kind: "tag",
  purpose,
  items: ["a", "b"].map((name) => ({ name, arn: `arn:${name}`, change: { set: {}, remove: [] } })),
});

it.each<[string, Action, readonly string[]]>([
  [
    "a creation",
    { kind: "create", request: { computeEnvironmentName: "ce", type: "MANAGED" } },
    ["Normal Created Create: creating ce"],
  ],
  [
    "an update with its fields",
    { kind: "update", name: "ce", arn: "arn", request, rollout: undefined, paths: ["spec.a", "spec.b"] },
    ["Normal Updated Update: updating spec.a, spec.b of ce"],
  ],
  [
    "what is taken back",
    { kind: "enable", name: "ce", request },
    ["Normal Reactivated Update: put ce back into service"],
  ],
  ["what is revalidated", { kind: "revalidate", name: "ce", request }, ["Normal Revalidating Update: revalidating ce"]],
  ["what goes", { kind: "disable", name: "ce", request }, ["Normal Disabled Retire: took ce out of service"]],
  [
    "ended jobs, as a warning",
    { kind: "terminateJobs", name: "ce", jobIds: ["j1", "j2"] },
    ["Warning JobsTerminated Retire: terminated 2 jobs that outlived drain.timeoutSeconds on ce"],
  ],
  [
    "one ended job",
    { kind: "terminateJobs", name: "ce", jobIds: ["j1"] },
    ["Warning JobsTerminated Retire: terminated 1 job that outlived drain.timeoutSeconds on ce"],
  ],
  ["a deletion", { kind: "delete", name: "ce" }, ["Normal Deleting Delete: deleting ce"]],
  [
    "a foreign queue that was repointed",
    {
      kind: "repointForeign",
      queue: "q",
      request: {
        jobQueue: "q",
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: "x" },
          { order: 2, computeEnvironment: "old" },
        ],
      },
    },
    ["Normal QueuesSwitched Repoint: pointed queue q, which is not managed here, at x, old"],
  ],
  ["an adoption", tag("adopt"), ["Normal Adopted Adopt: adopted a, b, which already existed"]],
  ["a take-over", tag("takeOver"), ["Normal OwnershipUpdated Adopt: tagged a, b as owned by this object"]],
  ["tags", tag("userTags"), ["Normal TagsUpdated Update: changed the tags of a, b"]],
  ["that the target serves", tag("serving"), ["Normal QueuesSwitched Repoint: a, b serves all queues"]],
  [
    "that queues go back, as a warning",
    tag("returned"),
    ["Warning RolledBack Repoint: AWS found a, b INVALID, so the queues go back to the predecessor"],
  ],
  [
    "that queues go back because jobs fail, with the reason",
    {
      kind: "tag",
      purpose: "returned",
      items: [
        {
          name: "new",
          arn: "arn",
          change: {
            set: { "awsbatch.dev/returned-at": "2026-01-01T00:00:00Z/2 jobs failed on it: x/plan" },
            remove: [],
          },
        },
      ],
    },
    ["Warning RolledBack Repoint: new took over, and 2 jobs failed on it: x, so the queues go back to the predecessor"],
  ],
  ["what is retained", tag("retain"), ["Normal Retained Delete: kept a, b in AWS, as deletionPolicy says"]],
  ["nothing of the mark that disabling follows", tag("retire"), []],
  ["nothing of the mark that goes because a queue names it", tag("inUse"), []],
  ["nothing for the note of an update that was reported", tag("rollout"), []],
  ["nothing of the mark that enabling precedes", tag("revive"), []],
])("reports %s", (_name, action, expected) => {
  const summary = eventsFor(action).map((event) => `${event.type} ${event.reason} ${event.action}: ${event.note}`);
  expect(summary).toEqual(expected);
});
