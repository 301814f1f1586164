import { readFileSync } from "node:fs";
import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import { kindOf, kinds } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

/** The blocks of the page, in its order: values, what an administrator applies, the platform, a team. */
const [values = "", cluster = "", platform = "", team = ""] = [
  ...readFileSync("docs/three-teams.md", "utf8").matchAll(/```yaml\n([\s\S]*?)```/g),
].map(([, text = ""]) => text);
const { flags } = loadAll(values)[0] as { readonly flags: object };
const objectsIn = (text: string): readonly Manifest[] => loadAll(text) as Manifest[];
const ofTeam = objectsIn(team);

/** The namespaces and the platform are there. */
async function placed(): Promise<World> {
  const world = await aWorld({ flags, permissions: { passRoleArns: ["*"] } });
  for (const object of objectsIn(cluster)) {
    const { name, labels = {}, annotations = {} } = object.metadata;
    if (object.kind === "Namespace") world.store.setNamespace(name, { labels, annotations });
  }
  world.apply(...objectsIn(platform));
  await world.until(
    "the shared queue is Ready",
    () => stateOf(world, "JobQueue", "batch-platform", "shared") === "Available",
  );
  return world;
}

function stateOf(world: World, kind: string, namespace: string, name: string): string | undefined {
  const status = world.store.object(kindOf(kind), { namespace, name })?.status as
    | { readonly conditions?: readonly { readonly type: string; readonly reason: string }[] }
    | undefined;
  return status?.conditions?.find(({ type }) => type === "Ready")?.reason;
}

const changed = (kind: string, namespace: string, spec: object): Manifest => {
  const found = ofTeam.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`the page has no ${kind} of a team`);
  return {
    ...found,
    metadata: { ...found.metadata, namespace, name: "tried" },
    spec: { ...(found.spec as object), ...spec },
  };
};
const withRole = (role: string): object => {
  const { containerProperties } = changed("JobDefinition", "risk", {}).spec as { readonly containerProperties: object };
  return {
    containerProperties: { ...containerProperties, executionRoleArn: `arn:aws:iam::123456789012:role/batch/${role}` },
  };
};

describe("three teams in one cluster, as the page has them", () => {
  it("a team's job runs in the queue of the platform", async () => {
    const world = await placed();
    world.apply(...ofTeam);
    await world.until("it has succeeded", () => stateOf(world, "BatchJob", "genomics", "align-1") === "Succeeded", 900);
  });

  it.each<[string, Manifest, string]>([
    ["names no role of another team", changed("JobDefinition", "risk", withRole("genomics-execution")), "NotAllowed"],
    [
      "submits no job without the label of its namespace",
      changed("BatchJob", "batch-guests", { jobDefinitionRef: undefined, jobDefinition: "genomics_align" }),
      "ReferenceNotAllowed",
    ],
    [
      "uses no definition of another team",
      changed("BatchJob", "risk", { jobDefinitionRef: { name: "align", namespace: "genomics" } }),
      "ReferenceNotAllowed",
    ],
    [
      "has no environment where its number is 0",
      {
        ...(objectsIn(platform)[0] as Manifest),
        metadata: { name: "tried", namespace: "risk" },
      },
      "NamespaceLimitReached",
    ],
    [
      "names no other network",
      {
        ...(objectsIn(platform)[0] as Manifest),
        metadata: { name: "tried", namespace: "genomics" },
        spec: {
          type: "MANAGED",
          computeResources: {
            type: "FARGATE",
            maxvCpus: 4,
            subnets: ["subnet-22222222"],
            securityGroupIds: ["sg-0c3d4e5f607182a3b"],
          },
        },
      },
      "NotAllowed",
    ],
  ])("another one %s", async (_what, manifest, reason) => {
    const world = await placed();
    world.apply(...ofTeam);
    world.apply(manifest);
    const { namespace = "" } = manifest.metadata;
    await world.until("it is refused", () => stateOf(world, manifest.kind, namespace, "tried") === reason, 300);
  });

  it("counts only kinds that there are", () => {
    const plurals = kinds.map(({ plural }) => `count/${plural}.awsbatch.dev`);
    const quotas = objectsIn(cluster).filter(({ kind }) => kind === "ResourceQuota");
    const counted = quotas.flatMap(({ spec }) => Object.keys((spec as { readonly hard: object }).hard));
    expect(counted.length).toBeGreaterThan(4);
    expect(counted.filter((name) => !plurals.includes(name))).toEqual([]);
  });
});
