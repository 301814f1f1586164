import { describe, expect, it } from "vitest";
import { labelSelector } from "../../src/kube/label-selector.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { namespaceKind } from "../../src/kube/resource.ts";
import type { ComposedFlags } from "../../src/operator/compose.ts";
import { metricsOf } from "../../src/operator/run/metrics.ts";
import { type Clock, sleep } from "../../src/runtime/clock.ts";
import type { Store } from "../../src/runtime/store.ts";
import type { FaultyCall } from "../../src/simulator/faults.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { isTrue, place } from "./jobs.ts";
import { aWorld } from "./story.ts";

const of = (shards: readonly string[]): ComposedFlags => ({
  shardSelector: labelSelector(`shard in (${shards.join(",")})`),
});

function inShard(shard: string, manifest: Manifest, namespace = "team"): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace, labels: { shard } } };
}

/**
 * Two operators on one store and one AWS.
 * @param namespacesLateMs how late the watch shows a change of a Namespace to the second
 */
async function shards(
  first: readonly string[],
  second: readonly string[],
  namespacesLateMs = 0,
): Promise<readonly [World, World]> {
  const one = await aWorld({ flags: of(first) });
  const { store, aws, clock } = one;
  const kubernetes = (given: Store): Store => lateNamespaces(given, clock, namespacesLateMs);
  return [one, await aWorld({ store, aws, clock, seed: 2, flags: of(second), kubernetes })];
}

/** The same cluster; its watch of Namespaces shows each change so much later. */
function lateNamespaces(store: Store, clock: Clock, lateMs: number): Store {
  return {
    list: (kind, signal) => store.list(kind, signal),
    async *watch(kind, resourceVersion, signal) {
      for await (const event of store.watch(kind, resourceVersion, signal)) {
        if (kind === namespaceKind) await sleep(clock, lateMs, signal);
        yield event;
      }
    },
    get: (kind, key, signal) => store.get(kind, key, signal),
    patchMetadata: (kind, object, patch, signal) => store.patchMetadata(kind, object, patch, signal),
    applyStatus: (kind, object, status, signal) => store.applyStatus(kind, object, status, signal),
    deleteObject: (kind, object, signal) => store.deleteObject(kind, object, signal),
    recordEvent: (event, signal) => store.recordEvent(event, signal),
  };
}

const environments = (world: World): readonly string[] =>
  world.aws.truth
    .computeEnvironments()
    .filter(({ status }) => status !== "DELETED")
    .map(({ tags }) => tags?.["awsbatch.dev/name"] ?? "foreign");

describe("two shards", () => {
  it("count each only its own jobs, and their results", async () => {
    const worlds = await shards(["a"], ["b"]);
    const [a] = worlds;
    const metrics = worlds.map(({ clock, operator }) => {
      const own = metricsOf({ clock, version: "1" });
      own.follow(operator);
      return own;
    });
    a.apply(...place.map((one) => inShard("a", one)), inShard("a", batchJob("one")), inShard("b", batchJob("two")));
    await a.until("both are complete", () => ["one", "two"].every((name) => isTrue(a, name, "Complete")()));
    for (const { pages } of metrics) {
      const text = (await pages["/metrics"]?.())?.body;
      expect(text).toContain('awsbatch_jobs{queue="team_queue",status="SUCCEEDED"} 1');
      expect(text).toContain('awsbatch_job_results_total{queue="team_queue",result="Complete"} 1');
    }
  });

  it("make each its own objects, and a queue of one finds the environment of the other", async () => {
    const [a] = await shards(["a"], ["b"]);
    a.apply(inShard("a", computeEnvironment("ce", ec2)), inShard("b", jobQueue("q", ["ce"])));
    await a.untilReady();
    a.apply(inShard("a", computeEnvironment("ce", withTypes(["m5.large"]))));
    await a.seconds(5);
    await a.untilReady();
    await a.until("the predecessor is gone", () => environments(a).length === 1);
    expect(a.violations).toEqual([]);
  });

  it("that both claim one name: the older has it, and the other reports it", async () => {
    const [a] = await shards(["a"], ["b"]);
    const named = { ...ec2, computeEnvironmentName: "workers" };
    a.apply(inShard("a", computeEnvironment("older", named)));
    await a.untilReady();
    a.apply(inShard("b", computeEnvironment("younger", named)));
    await a.until(
      "the younger is Stalled",
      () => a.condition("BatchComputeEnvironment", "younger", "Stalled")?.reason === "Conflict",
    );
    expect(environments(a)).toEqual(["older"]);
  });

  it("that overlap by mistake touch nothing foreign, and leave one of everything", async () => {
    const [a] = await shards(["a", "b"], ["a", "b"]);
    await a.aws.outside.registerJobDefinition({
      jobDefinitionName: "team_theirs",
      type: "container",
      containerProperties: { image: "busybox", vcpus: 1, memory: 128 },
    });
    a.apply(
      inShard("a", computeEnvironment("ce", ec2)),
      inShard("b", jobQueue("q", ["ce"])),
      inShard("b", jobDefinition("jd")),
      inShard("b", jobDefinition("theirs")),
    );
    await a.until("all but the foreign one are Ready", () =>
      [
        ["BatchComputeEnvironment", "ce"],
        ["JobQueue", "q"],
        ["JobDefinition", "jd"],
      ].every(([kind = "", name = ""]) => a.condition(kind, name, "Ready")?.status === "True"),
    );
    a.apply(inShard("a", computeEnvironment("ce", withTypes(["m5.large"]))));
    await a.seconds(1800);
    expect(environments(a)).toEqual(["ce"]);
    expect(a.condition("JobDefinition", "theirs", "Stalled")).toBeDefined();
    const active = a.aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
    expect(active.filter(({ jobDefinitionName }) => jobDefinitionName === "team_theirs")).toHaveLength(1);
    expect(a.violations).toEqual([]);
  });

  it("hand an object over when its label changes", async () => {
    const [a, b] = await shards(["a"], ["b"]);
    a.apply(inShard("a", jobDefinition("jd")));
    await a.untilReady();
    await a.stop();
    b.apply(inShard("b", jobDefinition("jd", { schedulingPriority: 5 })));
    await b.seconds(5);
    await b.untilReady();
    expect(b.writes().at(-1)).toMatch(/RegisterJobDefinition/);
  });

  it("take from a queue of one no environment of the other that a stale read does not show it to name", async () => {
    const [a] = await shards(["a"], ["b"]);
    a.apply(inShard("a", computeEnvironment("ce", ec2)));
    await a.untilReady();
    await a.seconds(120);
    a.apply(inShard("b", jobQueue("q", ["ce"])));
    await a.until("the queue is made", () => a.aws.truth.jobQueues().length === 1);
    a.aws.faults.add({ fault: { kind: "stale", staleMs: 1000 }, on: "DescribeJobQueues", forMs: 10_000 });
    await a.clock.advance(300);
    a.delete("BatchComputeEnvironment", "ce");
    await a.seconds(600);
    expect(a.violations).toEqual([]);
    const [{ state, tags } = {}] = a.aws.truth.computeEnvironments();
    expect({ state, mark: tags?.["awsbatch.dev/retired-at"] }).toEqual({ state: "ENABLED", mark: undefined });
  });

  it("keep what a queue of one has just gone over to, when the object of the other goes back", async () => {
    const [a] = await shards(["a"], ["b"]);
    a.apply(inShard("a", computeEnvironment("ce", ec2)), inShard("b", jobQueue("q", ["ce"])));
    await a.untilReady();
    await a.seconds(120);
    const named = (): string | undefined =>
      a.aws.truth.jobQueues()[0]?.computeEnvironmentOrder?.[0]?.computeEnvironment;
    const first = named();
    a.apply(inShard("a", computeEnvironment("ce", withTypes(["m5.large"]))));
    await a.until("the queue has gone over", () => named() !== first);
    a.aws.faults.add({ fault: { kind: "stale", staleMs: 1000 }, on: "DescribeJobQueues", forMs: 10_000 });
    a.apply(inShard("a", computeEnvironment("ce", ec2)));
    await a.seconds(600);
    expect(a.violations).toEqual([]);
    expect(named()).toBe(first);
  });

  it.each([12_500, 13_900, 15_500, 20_500])(
    "name nothing of each other's that is being retired, %i ms after its mark",
    async (afterMs) => {
      const [a] = await shards(["a"], ["b"]);
      a.apply(inShard("a", computeEnvironment("ce", ec2)));
      await a.untilReady();
      await a.seconds(120);
      const predecessor = () => a.aws.truth.computeEnvironments()[0];
      const computeEnvironmentName = predecessor()?.computeEnvironmentName ?? "";
      a.apply(inShard("a", computeEnvironment("ce", withTypes(["m5.large"]))));
      await a.until("it is marked", () => predecessor()?.tags?.["awsbatch.dev/retired-at"] !== undefined);
      await a.clock.advance(afterMs);
      a.aws.faults.add({ fault: { kind: "stale", staleMs: 3000 }, on: "DescribeJobQueues", forMs: 10_000 });
      const computeEnvironmentOrder = [{ order: 1, computeEnvironment: computeEnvironmentName }];
      a.apply(inShard("b", jobQueue("q", [], { computeEnvironmentOrder })));
      await a.seconds(600);
      expect(a.violations).toEqual([]);
    },
  );

  it.each([9000, 10_500])(
    "retire nothing that a queue comes to name %i ms after a mark left, of which the next process knows nothing",
    async (atMs) => {
      const [a] = await shards(["a"], ["b"]);
      const { store, aws, clock } = a;
      a.apply(
        inShard("a", computeEnvironment("ce", ec2)),
        inShard("b", computeEnvironment("x", ec2)),
        inShard("b", jobQueue("q", ["x"])),
      );
      await a.untilReady();
      await a.seconds(120);
      const predecessor = aws.truth.computeEnvironments().find(({ tags }) => tags?.["awsbatch.dev/name"] === "ce");
      const isMark = ({ input }: FaultyCall): boolean => JSON.stringify(input).includes("awsbatch.dev/retired-at");
      aws.faults.add({ fault: { kind: "delayRequest", delayMs: 9700 }, on: isMark, times: 1 });
      a.apply(inShard("a", computeEnvironment("ce", withTypes(["m5.large"]))));
      await a.until("the mark is on its way", () => aws.log.some(isMark));
      const begunAt = clock.monotonic();
      await a.seconds(1);
      await a.stop();
      const next = await aWorld({ store, aws, clock, seed: 3, flags: of(["a"]) });
      aws.faults.add({
        fault: { kind: "stale", staleMs: 4900 },
        on: ["DescribeComputeEnvironments", "DescribeJobQueues"],
        forMs: 23_000,
      });
      aws.faults.add({ fault: { kind: "delayRequest", delayMs: 9700 }, on: "UpdateJobQueue", times: 1 });
      await clock.advance(begunAt + atMs - clock.monotonic());
      const computeEnvironmentOrder = [{ order: 1, computeEnvironment: predecessor?.computeEnvironmentName }];
      next.apply(inShard("b", jobQueue("q", [], { computeEnvironmentOrder })));
      await next.seconds(600);
      expect(next.violations).toEqual([]);
      const made = aws.truth.computeEnvironments();
      const named = made.find((one) => one.computeEnvironmentName === predecessor?.computeEnvironmentName);
      expect(named?.state).toBe("ENABLED");
    },
  );

  it.each([
    { updateMs: 3000, staleMs: 4900, afterMs: 0 },
    { updateMs: 5000, staleMs: 3000, afterMs: 0 },
    { updateMs: 9700, staleMs: 4900, afterMs: 4700 },
  ])(
    "let a queue of another namespace go over to nothing that is being retired, asked for $afterMs ms after its mark",
    async ({ updateMs, staleMs, afterMs }) => {
      // The reference is allowed by a label that is new, and shown late: the second decides long after it was asked.
      const [a] = await shards(["a"], ["b"], afterMs === 0 ? 9000 : 0);
      const { aws, clock } = a;
      const selector = { matchLabels: { team: "b" } };
      const open = { ...ec2, allowedNamespaces: { from: "All" as const } };
      const labelled = { ...ec2, allowedNamespaces: { from: "Selector" as const, selector } };
      const naming = (name: string): Manifest => {
        const computeEnvironmentOrder = [{ order: 1, computeEnvironmentRef: { name, namespace: "team" } }];
        return inShard("b", jobQueue("q", [], { computeEnvironmentOrder }), "other");
      };
      a.apply(
        inShard("a", computeEnvironment("ce", labelled)),
        inShard("b", computeEnvironment("x", open)),
        naming("x"),
      );
      await a.seconds(180);
      const isMarked = (): boolean =>
        aws.truth.computeEnvironments().some(({ tags }) => tags?.["awsbatch.dev/retired-at"] !== undefined);
      a.delete("BatchComputeEnvironment", "ce");
      await a.until("it is marked", isMarked);
      aws.faults.add({
        fault: { kind: "stale", staleMs },
        on: ["DescribeComputeEnvironments", "DescribeJobQueues"],
        forMs: 23_000,
      });
      aws.faults.add({ fault: { kind: "delayRequest", delayMs: updateMs }, on: "UpdateJobQueue", times: 1 });
      await clock.advance(afterMs);
      a.store.setNamespace("other", { labels: { team: "b" } });
      a.apply(naming("ce"));
      await a.seconds(600);
      expect(a.violations).toEqual([]);
    },
  );

  it.each([
    { delayMs: 9700, afterMs: 9400, staleMs: 4900 },
    { delayMs: 9000, afterMs: 8500, staleMs: 8000 },
    { delayMs: 0, afterMs: -100, staleMs: 14_800 },
  ])("retire only what a read of $staleMs ms ago shows unnamed, with a mark that takes $delayMs ms", async (given) => {
    const { delayMs, afterMs, staleMs } = given;
    const [a] = await shards(["a"], ["b"]);
    a.apply(inShard("a", computeEnvironment("ce", ec2)));
    await a.untilReady();
    await a.seconds(120);
    if (delayMs > 0) a.aws.faults.add({ fault: { kind: "delayRequest", delayMs }, on: "TagResource", forMs: 5000 });
    const make = (): void => {
      a.apply(inShard("b", jobQueue("q", ["ce"])));
    };
    if (afterMs < 0) {
      make();
      await a.clock.advance(-afterMs);
    }
    a.aws.faults.add({ fault: { kind: "stale", staleMs }, on: "DescribeJobQueues", forMs: 30_000 });
    a.delete("BatchComputeEnvironment", "ce");
    if (afterMs > 0) {
      await a.clock.advance(afterMs);
      make();
    }
    await a.seconds(600);
    expect(a.violations).toEqual([]);
  });
});
