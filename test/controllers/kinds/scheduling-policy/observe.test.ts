import { expect, it } from "vitest";
import { AwsError } from "../../../../src/aws/errors.ts";
import { isReadAsked, outdated } from "../../../../src/controllers/kinds/resource/observe.ts";
import { statusOf } from "../../../../src/controllers/kinds/resource/report.ts";
import { observe } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { queue } from "../job-queue/given.ts";
import { arn, identity, now, object, policy, seen, settings } from "./given.ts";

const signal = new AbortController().signal;

function portsWith(...objects: readonly ReturnType<typeof object>[]): Ports {
  return {
    clock: new VirtualClock(now),
    objects: objectsOf(objects),
    cluster: identity.cluster,
    settings,
  } as unknown as Ports;
}

it("sees the policy of its name, and the queues that have it", async () => {
  const queues = [
    queue([], { jobQueueName: "b", schedulingPolicyArn: arn }),
    queue([], { jobQueueName: "a", schedulingPolicyArn: arn, status: "DELETING" }),
    queue([], { jobQueueName: "c", schedulingPolicyArn: `${arn}er` }),
    queue([], { jobQueueName: "d" }),
  ];
  const found = await observe(
    object(),
    fakeRegion({ schedulingPolicies: [policy()], jobQueues: queues }),
    portsWith(object()),
    signal,
  );
  expect([found.name, found.arn, found.record?.name, found.users]).toEqual([
    "team_fair",
    arn,
    "team_fair",
    [
      { name: "a", state: "leaving" },
      { name: "b", state: "onlyInAws" },
    ],
  ]);
});

it("asks for a read of a name that none has shown", async () => {
  const region = fakeRegion();
  region.absent = false;
  const found = await observe(object({ name: "mine" }), region, portsWith(object()), signal);
  expect([found.record, found.absent, region.calls]).toEqual([
    undefined,
    false,
    ["expectAbsence scheduling-policy mine"],
  ]);
});

it("leaves a name to the object that AWS's tags name", async () => {
  const rival = object(
    { name: "team_fair" },
    { name: "rival", uid: "uid-rival", creationTimestamp: "2026-02-01T00:00:00Z" },
  );
  const ours = await observe(rival, fakeRegion({ schedulingPolicies: [policy()] }), portsWith(object(), rival), signal);
  expect(ours.claimedBy).toBe("team/fair");
});

it("reports that policies cannot be read, since when", () => {
  const error = new AwsError("denied", "batch:DescribeSchedulingPolicies", "AccessDenied", "no");
  const snapshot = { ...fakeRegion().snapshot(), failureOf: () => ({ error, since: now }) };
  expect(outdated("schedulingPolicies", { snapshot: () => snapshot })).toEqual({ kind: "failing", error, since: now });
  expect(outdated("schedulingPolicies", fakeRegion())).toBeUndefined();
});

it("knows nothing of a policy before it is read, which it asks for, or is known to be unreadable", () => {
  const wanted: string[] = [];
  const read = (known: readonly string[], failure?: { readonly error: AwsError; readonly since: number }) => {
    const hasRead = (_key: string, name: string): boolean => known.includes(name);
    const snapshot = { ...fakeRegion().snapshot(), hasRead, failureOf: () => failure };
    const expectAbsence = (_type: string, name: string): void => void wanted.push(name);
    return isReadAsked("schedulingPolicies", ["a", "b"], { snapshot: () => snapshot, expectAbsence });
  };
  const error = new AwsError("denied", "batch:DescribeSchedulingPolicies", "AccessDenied", "no");
  expect([read(["a"]), read(["b", "a"]), read([], { error, since: now })]).toEqual([false, true, true]);
  expect(wanted).toEqual(["b"]);
});

it("reports name and ARN of a policy that AWS has", () => {
  expect(statusOf("schedulingPolicies", seen().record)).toEqual({ arn, name: "team_fair" });
  expect(statusOf("schedulingPolicies", seen({ record: undefined }).record)).toEqual({});
});
