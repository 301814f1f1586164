import { describe, expect, it } from "vitest";
import { AwsError } from "../../../../src/aws/errors.ts";
import { newMemory, observe } from "../../../../src/controllers/kinds/job-queue/observe.ts";
import { planFor } from "../../../../src/controllers/kinds/job-queue/plan.ts";
import { jobsStatus, networkFactIn, progressConditions } from "../../../../src/controllers/kinds/job-queue/progress.ts";
import { report } from "../../../../src/controllers/kinds/job-queue/report.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { facts, environment as factsOfEnvironment, job, jobs } from "../../../diagnosis/given.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { object as environmentObject } from "../compute-environment/given.ts";
import { environment, identity, now, object, queue, reference, seen, settings } from "./given.ts";

const blocked = facts({
  environments: [factsOfEnvironment("ce", {}, { maxvCpus: 8 })],
  jobs: jobs(job({ vcpus: 16 })),
});

describe("JobsProgressing", () => {
  it("is absent before the first read, and while no job waits", () => {
    expect(progressConditions(undefined)).toEqual([]);
    expect(
      progressConditions({ kind: "read", facts: facts({ jobs: { ...jobs(undefined), head: undefined } }) }),
    ).toEqual([]);
  });

  it("is False with cause and fix in one message when a person has to fix something", () => {
    expect(progressConditions({ kind: "read", facts: blocked })).toEqual([
      {
        type: "JobsProgressing",
        status: "False",
        reason: "MaxVcpusTooSmall",
        message:
          "the job needs 16 vCPUs, but ce is limited to 8 (maxvCpus). Fix: raise computeResources.maxvCpus of the environment ce to at least 16, or request less in the job definition",
      },
    ]);
  });

  it("is True with the reason when the first job waits for a good one, and when jobs are starting", () => {
    const environments = [factsOfEnvironment("ce", { status: "UPDATING" })];
    expect(progressConditions({ kind: "read", facts: facts({ environments }) })).toMatchObject([
      { status: "True", reason: "EnvironmentChanging", message: "AWS is changing the environments: ce is UPDATING" },
    ]);
    expect(progressConditions({ kind: "read", facts: facts({ jobs: jobs(job(), { minutes: 1 }) }) })).toMatchObject([
      { status: "True", reason: "Progressing" },
    ]);
  });

  it("is Unknown when AWS refuses the read", () => {
    expect(progressConditions({ kind: "unread", why: "batch:GetJobQueueSnapshot is not allowed" })).toMatchObject([
      { status: "Unknown", reason: "JobsNotReadable", message: "batch:GetJobQueueSnapshot is not allowed" },
    ]);
  });

  it("never touches Ready", () => {
    const ce = environment("ce", "a");
    const base = { queue: queue(["ce"]), environments: [ce], entries: [reference("a", [ce])] };
    const calm = planFor(object(), seen(base), now);
    const stuck = planFor(object(), seen({ ...base, progress: { kind: "read", facts: blocked } }), now);
    expect(stuck.conditions.map(({ type }) => type)).toEqual(["ReferencesResolved", "JobsProgressing"]);
    expect({ ...stuck, conditions: calm.conditions }).toEqual(calm);
  });
});

describe("status.jobs", () => {
  it("has counts and the first job while one waits", () => {
    const result = {
      runnable: 3,
      starting: 0,
      running: 0,
      first: { jobId: jobs(job()).head?.jobId, since: "2026-01-01T11:30:00Z" },
    };
    expect(jobsStatus({ kind: "read", facts: blocked })).toEqual(result);
    expect(report(seen({ queue: queue([]), progress: { kind: "read", facts: blocked } }))).toMatchObject({
      jobs: result,
    });
  });

  it("is absent otherwise", () => {
    expect(jobsStatus(undefined)).toBeUndefined();
    expect(jobsStatus({ kind: "unread", why: "x" })).toBeUndefined();
    expect(report(seen({ queue: queue([]) }))).not.toHaveProperty("jobs");
  });
});

describe("what is observed of the jobs", () => {
  const ce = environment("ce", "a");
  const whole = environmentObject();
  const condition = (status: "True" | "False" | "Unknown") => ({
    type: "NetworkReady" as const,
    status,
    reason: "x",
    message: "subnet-1 leads nowhere.",
    lastTransitionTime: "2026-01-01T12:00:00Z",
    observedGeneration: 1,
  });
  const observed = (
    region: ReturnType<typeof fakeRegion>,
    given = object(),
    network?: "True" | "False" | "Unknown",
  ) => {
    const a = {
      ...whole,
      metadata: { ...whole.metadata, name: "a", namespace: "team", uid: "uid-a" },
      status: { conditions: network === undefined ? [] : [condition(network)] },
    };
    const clock = new VirtualClock(now);
    const ports = { clock, objects: objectsOf([a]), cluster: identity.cluster, settings } as unknown as Ports;
    return observe(given, region, ports, newMemory(), new AbortController().signal);
  };
  const read = { kind: "read", jobs: jobs(job()) } as const;

  it("is nothing before the first observed, without a queue, and in deletion", async () => {
    const region = fakeRegion({ jobQueues: [queue(["ce"])], computeEnvironments: [ce] });
    expect((await observed(region)).progress).toBeUndefined();
    region.jobsSeenByQueue = { team_q: read };
    expect((await observed(region)).progress).toMatchObject({ kind: "read" });
    const going = { ...object(), metadata: { ...object().metadata, deletionTimestamp: "2026-01-01T12:00:00Z" } };
    expect((await observed(region, going)).progress).toBeUndefined();
    region.jobQueues = [];
    expect((await observed(region)).progress).toBeUndefined();
  });

  it("has the environments in order, with what their own objects say of the network", async () => {
    const other = environment("other", "b");
    const low = { ...queue(["ce"]), jobQueueName: "low", priority: 0 };
    const high = { ...queue(["ce"]), jobQueueName: "high", priority: 9 };
    const region = fakeRegion({ jobQueues: [queue(["other", "ce"]), low, high], computeEnvironments: [ce, other] });
    region.jobsSeenByQueue = { team_q: read };
    const { progress } = await observed(region, object(), "False");
    expect(progress).toMatchObject({
      facts: {
        environments: [
          { name: "other", network: undefined },
          { name: "ce", network: { state: "Unreachable", sentence: "subnet-1 leads nowhere" } },
        ],
        preferred: ["high"],
        jobs: read.jobs,
      },
    });
  });

  it("is not what another cluster's object says of the network", async () => {
    const foreign = { ...ce, tags: ownerTags({ ...identity, name: "a", cluster: { name: "other", uid: "x" } }) };
    const region = fakeRegion({ jobQueues: [queue(["ce"])], computeEnvironments: [foreign] });
    region.jobsSeenByQueue = { team_q: read };
    const { progress } = await observed(region, object(), "False");
    expect(progress).toMatchObject({ facts: { environments: [{ name: "ce", network: undefined }] } });
  });

  it("is the refusal with the permission when AWS refuses", async () => {
    const error = new AwsError("denied", "batch:GetJobQueueSnapshot", "AccessDeniedException", "not allowed");
    const region = fakeRegion({ jobQueues: [queue(["ce"])], computeEnvironments: [ce] });
    region.jobsSeenByQueue = { team_q: { kind: "unread", error, since: now } };
    const { progress } = await observed(region);
    expect(progress).toMatchObject({ kind: "unread", why: expect.stringContaining("batch:GetJobQueueSnapshot") });
  });

  it.each([
    ["True", "Reachable"],
    ["False", "Unreachable"],
    ["Unknown", "Unknown"],
  ] as const)("takes NetworkReady %s for %s", (status, state) => {
    expect(networkFactIn(condition(status), "team/a")?.state).toBe(state);
    expect(networkFactIn(undefined, "team/a")).toBeUndefined();
  });
});
