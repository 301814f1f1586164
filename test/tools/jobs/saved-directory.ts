import type { KubeObject, ObjectMeta } from "../../../src/api/object.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { stateFile, writeState } from "../../../src/tools/local/state.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { containerJob, ec2, queue } from "../../simulator/account.ts";
import { temporaryDirectory } from "../local/given.ts";

/** An object as a store keeps it. */
export function savedObject(
  kind: string,
  metadata: Partial<ObjectMeta> & { readonly name: string },
  spec: object,
  status?: object,
): KubeObject {
  const { name } = metadata;
  const made = { namespace: "default", uid: `uid-of-${name}`, resourceVersion: "1", generation: 1 };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: { ...made, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
    spec,
    ...(status === undefined ? {} : { status }),
  };
}

/**
 * A directory as `local --simulate` leaves it, whose account has a queue `q` of 16 vCPUs and a definition `jd`.
 *
 * @param objectsIn what the objects are, after jobs were submitted
 */
export async function savedDirectory(
  objectsIn: (aws: SimulatedAws["outside"], clock: VirtualClock) => Promise<readonly KubeObject[]>,
  clusterName = "local",
  region = "us-east-1",
): Promise<string> {
  // Ahead of every machine's clock, so that nothing is long ago when a command reads it.
  const clock = new VirtualClock(Date.parse("2100-01-01T00:00:00Z"));
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region });
  const { outside } = cloud.world(region);
  await outside.createComputeEnvironment(ec2("ce"));
  await clock.advance(60_000);
  await outside.createJobQueue(queue("q", "ce"));
  await outside.registerJobDefinition(containerJob("jd"));
  await clock.advance(10_000);
  const objects = await objectsIn(outside, clock);
  const directory = temporaryDirectory();
  const applied = { labels: [], annotations: [] };
  writeState(stateFile(directory, clusterName, true), {
    clusterUid: "cluster",
    savedAt: clock.now(),
    store: { resourceVersion: 1, objects: objects.map((object) => ({ object, applied })) },
    aws: cloud.snapshot(),
  });
  return directory;
}

/** A condition of a status. */
export function saved(type: string, status: "True" | "False" | "Unknown", reason: string, message: string): object {
  return { type, status, reason, message, lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
}
