import { expect, it } from "vitest";
import type { JobQueue } from "../../../src/api/v1alpha1/job-queue.ts";
import type { Queue } from "../../../src/aws/batch.ts";
import { ownerTags } from "../../../src/controllers/ownership/ownership.ts";
import { queueAt } from "../../../src/controllers/references/fixed-reference.ts";
import { jobObject } from "../kinds/batch-job/seen.ts";
import { identity, object, settings } from "../kinds/scheduling-policy/given.ts";
import { fakeRegion, objectsOf } from "../region.ts";

const queue = { ...object({}, { name: "main", uid: "uid-main" }), kind: "JobQueue" } as unknown as JobQueue;
const job = jobObject({ jobQueueRef: { name: "main" } });
const inAws = (tags: Queue["tags"]): Queue => ({ jobQueueName: "team_main", jobQueueArn: "arn", tags }) as Queue;

async function found(...jobQueues: readonly Queue[]): Promise<string> {
  const ports = { objects: objectsOf([queue]), cluster: identity.cluster, settings };
  const region = fakeRegion({ jobQueues });
  const at = await queueAt(job, { region, ports, signal: new AbortController().signal });
  return at.kind === "queue" ? at.called : `${at.reason}: ${at.message}`;
}

it("leads from a job to the queue of an object, and says whether AWS lacks it or has it of somebody else", async () => {
  const ours = inAws(ownerTags({ ...identity, name: "main", uid: "uid-main" }));
  expect(await found(ours)).toBe("JobQueue team/main");
  expect(await found()).toBe("WaitingForQueue: JobQueue team/main is not in AWS yet: its conditions say why");
  expect(await found(inAws({}))).toBe(
    "WaitingForQueue: team_main in AWS does not belong to JobQueue team/main yet: its conditions say why",
  );
});
