import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const of =
  (...shards: readonly string[]) =>
  ({ metadata }: KubeObject): boolean =>
    shards.includes(metadata.labels?.["shard"] ?? "");

function inShard(shard: string, manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, labels: { shard } } };
}

/** Two operators on one store and one AWS. */
async function shards(first: readonly string[], second: readonly string[]): Promise<readonly [World, World]> {
  const one = await aWorld({ reconciles: of(...first) });
  const { store, aws, clock } = one;
  return [one, await aWorld({ store, aws, clock, seed: 2, reconciles: of(...second) })];
}

const environments = (world: World): readonly string[] =>
  world.aws.truth
    .computeEnvironments()
    .filter(({ status }) => status !== "DELETED")
    .map(({ tags }) => tags?.["awsbatch.dev/name"] ?? "foreign");

describe("two shards", () => {
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

  it("that both claim one name: the older has it, and the other is told", async () => {
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
});
