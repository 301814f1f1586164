import { expect, it } from "vitest";
import { cleanupFinalizer, locationAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, serviceEnvironment, serviceQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const missing = { consumableResourceList: [{ consumableResourceRef: { name: "missing" }, quantity: 1 }] };
const held = { soakSeconds: 0, holdBefore: ["Create" as const] };
const other = { ...ec2, replacement: held, computeResources: { ...ec2.computeResources, instanceTypes: ["m5.large"] } };

/** Names of what AWS has. */
function leftIn({ aws: { truth } }: World): readonly (string | undefined)[] {
  const isLeft = ({ status }: { readonly status?: string | undefined }): boolean =>
    status !== "DELETED" && status !== "INACTIVE";
  return [
    ...truth.computeEnvironments().filter(isLeft),
    ...truth.jobQueues().filter(isLeft),
    ...truth.jobDefinitions().filter(isLeft),
  ].map(({ tags }) => tags?.["awsbatch.dev/name"]);
}

/** `kubectl replace` takes away what no manifest has, and so does Argo CD with `Replace=true`. */
it.each<[string, readonly Manifest[], Manifest]>([
  ["a queue of SageMaker", [serviceEnvironment("sm"), serviceQueue("one", "sm")], serviceQueue("one", "missing")],
  ["a queue", [computeEnvironment("ce", ec2), jobQueue("one", ["ce"])], jobQueue("one", ["missing"])],
  ["an environment", [computeEnvironment("one", ec2)], computeEnvironment("one", other as typeof ec2)],
  ["a definition", [jobDefinition("one")], jobDefinition("one", { consumableResourceProperties: missing })],
])("%s that is replaced while it waits gets its finalizer again, and is deleted in AWS", async (_kind, first, next) => {
  const world = await aWorld();
  world.apply(...first);
  await world.untilReady();
  world.apply(next);
  const kind = kindOf(next.kind);
  await world.until("it waits", () => world.condition(next.kind, "one", "Ready")?.status === "False");
  await world.seconds(10);
  const object = world.store.object(kind, { namespace: "team", name: "one" });
  if (object === undefined) throw new Error("there is no object");
  const stripped = { removeFinalizer: cleanupFinalizer, annotations: { [locationAnnotation]: null } };
  await world.store.patchMetadata(kind, object, stripped, new AbortController().signal);
  await world.seconds(10);
  expect(leftIn(world)).toContain("one");
  world.delete(next.kind, "one");
  await world.until("it is gone", () => world.condition(next.kind, "one", "Ready") === undefined);
  expect(leftIn(world)).not.toContain("one");
});
