import { expect, test } from "vitest";
import type { QueueUser } from "../../../src/controllers/draining/queue-users.ts";
import { queuesWith, waysToFree } from "../../../src/controllers/draining/queue-users.ts";
import { ownerTags } from "../../../src/controllers/ownership/ownership.ts";
import { identity, identityOf, object, queue } from "../kinds/job-queue/given.ts";
import { fakeRegion, objectsOf } from "../region.ts";
import { usedBy } from "./users.ts";

test("each queue that uses a resource has an object that stays, leaves, or is only in AWS", () => {
  const { metadata, spec } = object();
  const leaving = { ...metadata, name: "going", uid: "uid-going", deletionTimestamp: "2026-01-01T00:00:00Z" };
  const objects = [object(), { ...object(), metadata: leaving, spec }];
  const jobQueues = [
    queue([], { jobQueueName: "team_q", tags: ownerTags(identity) }),
    queue([], { jobQueueName: "team_going", tags: ownerTags(identityOf("going")) }),
    queue([], { jobQueueName: "team_retained", tags: ownerTags(identityOf("retained")) }),
    queue([], { jobQueueName: "copy", tags: ownerTags(identity) }),
    queue([], { jobQueueName: "deleting", status: "DELETING" }),
    queue([], { jobQueueName: "deleted", status: "DELETED" }),
    queue([], { jobQueueName: "foreign" }),
  ];
  const ports = { cluster: identity.cluster, objects: objectsOf(objects) };
  const users = queuesWith(fakeRegion({ jobQueues }).snapshot(), ({ jobQueueName }) => jobQueueName !== "x", ports);
  expect(users.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "copy onlyInAws",
    "deleting leaving",
    "foreign onlyInAws",
    "team_going leaving",
    "team_q byObject",
    "team_retained onlyInAws",
  ]);
});

test("what a person does follows from the state of each queue", () => {
  const of = (state: QueueUser["state"], ...names: readonly string[]) =>
    names.map((name): QueueUser => ({ name, state }));
  const inAws = (names: string, them: string): string =>
    `${names} no object in this cluster: delete ${them} in AWS (aws batch update-job-queue --state DISABLED, then aws batch delete-job-queue), or let a JobQueue with that jobQueueName adopt ${them}`;
  expect(waysToFree(usedBy("a"), "another policy")).toBe("give a another policy, or delete it");
  expect(waysToFree(usedBy("a", "b"), "another policy")).toBe("give a, b another policy, or delete them");
  expect(waysToFree(of("leaving", "a"), "another policy")).toBe("wait until AWS has deleted a");
  expect(waysToFree(of("onlyInAws", "a"), "another policy")).toBe(inAws("a has", "it"));
  expect(waysToFree([...usedBy("a"), ...of("onlyInAws", "b", "c")], "another policy")).toBe(
    `give a another policy, or delete it; ${inAws("b, c have", "them")}`,
  );
});
