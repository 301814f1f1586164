import { expect, it } from "vitest";
import type { Action } from "../../../../src/controllers/kinds/job-queue/action.ts";
import { eventsFor } from "../../../../src/controllers/kinds/job-queue/events.ts";

const tag = (purpose: Extract<Action, { kind: "tag" }>["purpose"]): Action => ({
  kind: "tag",
  purpose,
  name: "q",
  arn: "arn",
  change: { set: {}, remove: [] },
});

it.each<[string, Action, string]>([
  [
    "a creation",
    { kind: "create", request: { jobQueueName: "q", priority: 1 }, moves: undefined },
    "Normal Created Create: creating queue q",
  ],
  [
    "an update with its fields",
    { kind: "update", request: { jobQueue: "q" }, paths: ["spec.priority", "spec.state"], moves: undefined },
    "Normal Updated Update: updating q: spec.priority, spec.state",
  ],
  ["an adoption", tag("adopt"), "Normal Adopted Adopt: changed the tags of q"],
  ["a take-over", tag("takeOver"), "Normal OwnershipUpdated Adopt: changed the tags of q"],
  ["tags", tag("userTags"), "Normal TagsUpdated Update: changed the tags of q"],
  ["what is retained", tag("retain"), "Normal Retained Delete: changed the tags of q"],
  [
    "a queue that takes no new jobs",
    { kind: "disable", name: "q", request: { jobQueue: "q", state: "DISABLED" } },
    "Normal Disabled Delete: q takes no new jobs",
  ],
  [
    "ended jobs, as a warning",
    { kind: "terminateJobs", name: "q", jobIds: ["a", "b"] },
    "Warning JobsTerminated Delete: terminated 2 jobs in q that ran past drain.timeoutSeconds",
  ],
  [
    "one ended job",
    { kind: "terminateJobs", name: "q", jobIds: ["a"] },
    "Warning JobsTerminated Delete: terminated 1 job in q that ran past drain.timeoutSeconds",
  ],
  ["a deletion", { kind: "delete", name: "q" }, "Normal Deleting Delete: deleting queue q"],
])("reports %s", (_name, action, expected) => {
  const result = eventsFor(action).map((event) => `${event.type} ${event.reason} ${event.action}: ${event.note}`);
  expect(result).toEqual([expected]);
});
