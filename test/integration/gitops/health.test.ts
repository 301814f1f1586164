import { beforeAll, describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../../manifests.ts";
import { createWorld, type World } from "../../world.ts";
import { judge, type Verdict } from "./judges.ts";
import { allStates, type State } from "./states.ts";

/** What each tool must say of a state. */
const expected: Readonly<Record<State["truth"], { kstatus: string; health: string; waited: boolean }>> = {
  current: { kstatus: "Current", health: "Healthy", waited: true },
  inProgress: { kstatus: "InProgress", health: "Progressing", waited: false },
  failed: { kstatus: "Failed", health: "Degraded", waited: false },
  // kstatus knows no state in which a person holds something.
  held: { kstatus: "InProgress", health: "Suspended", waited: false },
  // Argo CD says Progressing of whatever is being deleted before it asks our script.
  terminating: { kstatus: "Terminating", health: "any", waited: false },
};

describe("of every state that an object can be in, all tools say what is true", () => {
  let states: readonly State[];
  let verdicts: readonly Verdict[];
  beforeAll(async () => {
    states = await allStates();
    verdicts = await judge(states.map(({ object }) => object));
  });

  test("kstatus, Argo CD and kubectl wait agree with the truth", () => {
    const said = states.map((state, index) => {
      const { kstatus, health, waited } = verdicts[index] as Verdict;
      return `${state.name}: ${state.kind}: ${kstatus}, ${health.status}${waited ? ", waited for" : ""}`;
    });
    const wanted = states.map((state, index) => {
      const { kstatus, health, waited } = expectedOf(state, verdicts[index] as Verdict);
      return `${state.name}: ${state.kind}: ${kstatus}, ${health}${waited ? ", waited for" : ""}`;
    });
    expect(said).toEqual(wanted);
    expect(states.length).toBeGreaterThan(40);
  });

  test("Argo CD shows in words what a person has to know", () => {
    const words = states.map((state, index) => {
      const { health } = verdicts[index] as Verdict;
      return `${state.name}: ${state.kind}: ${health.message}`;
    });
    expect(words.filter((line) => line.endsWith(": ") || line.endsWith("undefined"))).toEqual([]);
    expect(words.find((line) => line.startsWith("a replacement that waits"))).toMatch(/waits for approval/);
    expect(words.find((line) => line.startsWith("a successor that AWS does not take"))).toMatch(/m6i\.lagre/);
    expect(words.find((line) => line.startsWith("paused with an edit"))).toMatch(/without it/);
  });

  test("messages that Argo CD may show for minutes stay true while the operator goes on", async () => {
    const find = (name: string): KubeObject => (states.find((state) => state.name === name) as State).object;
    const ready = find("ready");
    const paused = find("paused with an edit that waits");
    const { metadata, ...rest } = ready;
    const verdictsNow = await judge([
      // Just created: what the schema says, and another generation than the one that was seen.
      { metadata, apiVersion: ready.apiVersion, kind: ready.kind, spec: ready.spec },
      { ...rest, metadata: { ...metadata, generation: metadata.generation + 1 } },
      // Resumed a moment ago.
      {
        ...paused,
        metadata: { ...paused.metadata, annotations: {} },
        status: { ...(paused.status as object), observedGeneration: paused.metadata.generation },
      },
    ]);
    expect(verdictsNow.map(({ health }) => health)).toEqual([
      { status: "Progressing", message: "Applied; the conditions of the object show the step" },
      { status: "Progressing", message: "Applied; the conditions of the object show the step" },
      { status: "Progressing", message: "Resumed; the conditions of the object show the step" },
    ]);
  });

  test("actions are offered exactly where they mean something", () => {
    const offers = (name: string, kind?: string): readonly string[] => {
      const index = states.findIndex((state) => state.name === name && (kind ?? state.kind) === state.kind);
      return Object.entries((verdicts[index] as Verdict).actions)
        .filter(([, { disabled }]) => disabled !== true)
        .map(([action]) => action)
        .toSorted();
    };
    expect(offers("ready")).toEqual(["pause", "reconcile"]);
    expect(offers("paused with an edit that waits")).toEqual(["reconcile", "resume"]);
    expect(offers("a replacement that waits for approval")).toEqual(["approve", "pause", "reconcile"]);
    expect(offers("ready, with the removal of a predecessor that waits for approval")).toEqual([
      "approve",
      "pause",
      "reconcile",
    ]);
    for (const active of ["a job that is suspended", "a job that runs"]) {
      expect(offers(active)).toEqual(["cancel", "pause", "reconcile"]);
    }
    for (const ended of ["ready", "a job that failed"]) {
      expect(offers(ended, "BatchJob")).toEqual(["pause", "reconcile"]);
    }
    // It is cancelled already, and the operator will end it.
    expect(offers("paused with an edit that waits", "BatchJob")).toEqual(["reconcile", "resume"]);
  });

  test("an action changes its annotation and nothing else", () => {
    const index = states.findIndex(({ name }) => name === "a replacement that waits for approval");
    const { object } = states[index] as State;
    const { results } = verdicts[index] as Verdict;
    const differing = (action: string): Record<string, string | undefined> => {
      const after = results[action] as KubeObject;
      expect({ ...after, metadata: { ...after.metadata, annotations: {} } }).toEqual({
        ...object,
        metadata: { ...object.metadata, annotations: {} },
      });
      const before = object.metadata.annotations ?? {};
      const now = after.metadata.annotations ?? {};
      return Object.fromEntries(
        [...new Set([...Object.keys(before), ...Object.keys(now)])]
          .filter((key) => before[key] !== now[key])
          .map((key) => [key, now[key]]),
      );
    };
    expect(differing("pause")).toEqual({ "awsbatch.dev/paused": "true" });
    expect(differing("resume")).toEqual({});
    expect(differing("approve")).toEqual({
      "awsbatch.dev/approve": (object.status as { plan: { approval: string } }).plan.approval,
    });
    expect(Object.keys(differing("reconcile"))).toEqual(["awsbatch.dev/reconcile-requested-at"]);
    expect(differing("reconcile")["awsbatch.dev/reconcile-requested-at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test("what Argo CD approves, the operator takes for approved", async () => {
    const world = await createWorld();
    const held = { ...ec2, replacement: { ...ec2.replacement, holdBefore: ["Create" as const] } };
    world.apply(computeEnvironment("ce", held));
    await world.untilReady();
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    await world.until(
      "it waits",
      () => world.condition("BatchComputeEnvironment", "ce", "Ready")?.reason === "AwaitingApproval",
    );
    const [verdict] = await judge([world.object("BatchComputeEnvironment", "ce") as KubeObject]);
    world.annotate("BatchComputeEnvironment", "ce", verdict?.results["approve"]?.metadata.annotations ?? {});
    await world.untilReady();
    await world.stop();
  });
});

test("what Argo CD cancels, the operator ends", async () => {
  const world = await createWorld();
  const references = { jobQueueRef: { name: "q" }, jobDefinitionRef: { name: "jd" } };
  const job = batchJob("bj", { ...references, containerOverrides: { command: ["sleep", "600"] } });
  world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("jd"));
  await world.untilReady();
  world.apply(job);
  const status = (): string | undefined => world.object<{ status?: string }>("BatchJob", "bj")?.status?.status;
  await world.until("the job runs", () => status() === "RUNNING");
  const before = world.object("BatchJob", "bj") as KubeObject;
  const [verdict] = await judge([before]);
  const after = verdict?.results["cancel"] as KubeObject;
  expect(after).toEqual({ ...before, spec: { ...(before.spec as object), cancel: true } });
  world.apply({ ...job, spec: after.spec });
  await world.until("the job has ended", () => status() === "FAILED");
  expect(world.condition("BatchJob", "bj", "Failed")?.reason).toBe("JobCancelled");
  await world.stop();
});

describe("through whole stories, at every change of a status", () => {
  const other = withTypes(["m5.large"]);
  const stories: readonly [string, (world: World) => Promise<void>][] = [
    [
      "creation, replacement and deletion",
      async (world) => {
        world.apply(jobQueue("q", ["ce"]), jobDefinition("jd"), computeEnvironment("ce", ec2));
        await world.untilReady();
        world.apply(computeEnvironment("ce", other), jobDefinition("jd", { schedulingPriority: 3 }));
        await world.seconds(900);
        world.delete("BatchComputeEnvironment", "ce");
        await world.seconds(60);
        world.delete("JobQueue", "q");
        world.delete("JobDefinition", "jd");
        await world.untilGone();
      },
    ],
    [
      "an edit that AWS refuses, and its correction",
      async (world) => {
        world.apply(jobQueue("q", ["ce"]), computeEnvironment("ce", ec2));
        await world.untilReady();
        world.apply(computeEnvironment("ce", withTypes(["m6i.lagre"])));
        await world.seconds(300);
        world.apply(computeEnvironment("ce", other));
        await world.seconds(900);
      },
    ],
  ];

  test.each(stories)("of %s, no tool is ahead of the others, and none waits for ever", async (_name, play) => {
    const world = await createWorld();
    const seen: KubeObject[] = [];
    for (const kind of kinds) {
      world.operator.runtime.cache(kind).onChange(({ after }) => {
        if (after !== undefined) seen.push(structuredClone(after));
      });
    }
    await play(world);
    const last = world.store.objects().map((object) => structuredClone(object));
    await world.stop();
    expect(seen.length).toBeGreaterThan(10);

    const verdicts = await judge(seen);
    const disagreeing = seen.flatMap((object, index) => {
      const { kstatus, health, waited } = verdicts[index] as Verdict;
      const current = kstatus === "Current";
      if (kstatus === "Terminating") return [];
      const agree = current === (health.status === "Healthy") && current === waited;
      return agree && (kstatus === "Failed") === (health.status === "Degraded")
        ? []
        : [`${object.kind} ${object.metadata.name}: ${kstatus}, ${health.status}, waited ${waited}`];
    });
    expect(disagreeing).toEqual([]);
    const ends = await judge(last);
    expect(ends.map(({ kstatus }) => kstatus)).toEqual(last.map(() => "Current"));
  });
});

function expectedOf(state: State, verdict: Verdict): { kstatus: string; health: string; waited: boolean } {
  const wanted = expected[state.truth];
  const settled = state.truth === "held" && state.name === "paused with nothing to do";
  return {
    // Held, but as desired: whoever waits for it has what he waits for.
    kstatus: settled ? "Current" : wanted.kstatus,
    health: wanted.health === "any" ? verdict.health.status : wanted.health,
    waited: settled || wanted.waited,
  };
}
