import { describe, expect, it } from "vitest";
import { AwsError } from "../../../../src/aws/errors.ts";
import { statusOf } from "../../../../src/controllers/kinds/resource/report.ts";
import { newMemory, observe } from "../../../../src/controllers/kinds/service-environment.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { queue } from "../job-queue/given.ts";
import { arn, identity, now, object, record, seen, serviceJob, settings } from "./given.ts";

const signal = new AbortController().signal;

function portsWith(clock = new VirtualClock(now)): Ports {
  return { clock, objects: objectsOf([object()]), cluster: identity.cluster, settings } as unknown as Ports;
}

const naming = (serviceEnvironment: string) => ({ serviceEnvironmentOrder: [{ order: 1, serviceEnvironment }] });

it("sees the service environment of its name, and the queues that name it", async () => {
  const queues = [
    queue([], { jobQueueName: "b", ...naming(arn) }),
    queue([], { jobQueueName: "a", ...naming(arn), status: "DELETING" }),
    queue([], { jobQueueName: "c", ...naming(`${arn}2`) }),
    queue([], { jobQueueName: "d" }),
  ];
  const region = fakeRegion({ serviceEnvironments: [record()], jobQueues: queues });
  const found = await observe(object(), region, portsWith(), newMemory(), signal);
  expect([found.name, found.arn, found.record?.status, found.users, found.mayBeNamed]).toEqual([
    "team_sm",
    arn,
    "VALID",
    [
      { name: "a", state: "leaving" },
      { name: "b", state: "onlyInAws" },
    ],
    false,
  ]);
  expect(region.calls).toEqual([]);
});

it("reports name, ARN, state and status, and no reason, of what AWS has", () => {
  expect(statusOf("serviceEnvironments", seen().record)).toEqual({
    arn,
    name: "team_sm",
    state: "ENABLED",
    status: "VALID",
  });
  expect(
    statusOf("serviceEnvironments", seen({ record: record({ state: undefined, status: undefined }) }).record),
  ).toEqual({ arn, name: "team_sm" });
  expect(statusOf("serviceEnvironments", seen({ record: undefined }).record)).toEqual({});
});

describe("the jobs that may run in a service environment", () => {
  const going = object({}, { deletionTimestamp: "2026-01-01T01:00:00Z", finalizers: ["awsbatch.dev/cleanup"] });
  const disabled = record({ state: "DISABLED" });

  it("are counted only in a deletion, once no further one can start in it", async () => {
    const region = fakeRegion({ serviceEnvironments: [disabled] });
    expect((await observe(object(), region, portsWith(), newMemory(), signal)).jobs).toBeUndefined();
    region.serviceEnvironments = [record()];
    expect((await observe(going, region, portsWith(), newMemory(), signal)).jobs).toBeUndefined();
    expect(region.calls).toEqual([]);
  });

  it("are those that had started when it was counted first, or within the time in which AWS may answer late", async () => {
    const clock = new VirtualClock(now);
    const memory = newMemory();
    const region = Object.assign(fakeRegion({ serviceEnvironments: [disabled] }), {
      monotonic: () => clock.monotonic(),
    });
    const idsAfter = async (ms: number, ...ids: readonly string[]) => {
      await clock.advance(ms);
      region.startedJobs = ids.map((id) => serviceJob(id));
      const { jobs } = await observe(going, region, portsWith(clock), memory, signal);
      return jobs?.kind === "read" ? [jobs.remaining.map(({ jobId }) => jobId).join(" "), jobs.zeroForMs] : [];
    };
    expect(await idsAfter(0, "a")).toEqual(["a", undefined]);
    expect(await idsAfter(5000, "a", "late")).toEqual(["a late", undefined]);
    expect(await idsAfter(10_000, "late", "elsewhere")).toEqual(["late", undefined]);
    expect(await idsAfter(60_000, "elsewhere")).toEqual(["", 0]);
    expect(await idsAfter(10_000, "elsewhere")).toEqual(["", 10_000]);
  });

  it("are counted from the start where it was enabled again, or is another one of that name", async () => {
    const memory = newMemory();
    const region = fakeRegion({ serviceEnvironments: [disabled] });
    for (const meanwhile of [[record()], []]) {
      region.serviceEnvironments = [disabled];
      await observe(going, region, portsWith(), memory, signal);
      region.serviceEnvironments = meanwhile;
      await observe(going, region, portsWith(), memory, signal);
      expect(memory).toEqual(newMemory());
    }
  });

  it("are unknown where AWS refuses the read, which forgets what was counted", async () => {
    const memory = newMemory();
    const region = fakeRegion({ serviceEnvironments: [disabled] });
    await observe(going, region, portsWith(), memory, signal);
    region.before = () => {
      throw new AwsError("denied", "batch:ListServiceJobs", "AccessDenied", "no");
    };
    const { jobs } = await observe(going, region, portsWith(), memory, signal);
    expect(jobs).toEqual({ kind: "unread", why: "batch:ListServiceJobs: no" });
    expect(memory).toEqual(newMemory());
    region.before = () => {
      throw new TypeError("a fault of ours");
    };
    await expect(observe(going, region, portsWith(), memory, signal)).rejects.toThrow("a fault of ours");
  });
});
