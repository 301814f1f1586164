import type { ServiceEnvironmentSpec } from "../../../src/api/v1alpha1/service-environment.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { serviceEnvironment, serviceQueue } from "../../manifests.ts";
import { type Act, type Step, serviceDoings } from "../story.ts";
import type { Chance } from "./chance.ts";

/** Service environments of a world: a queue of SageMaker refers to one of two, now this one and then that. */

const referred = ["se-a", "se-b"];
const other = "se-c";
const queueName = "sq-1";

function environmentSpec(chance: Chance): Partial<ServiceEnvironmentSpec> {
  const types = chance.shuffled(["ml.m5.large", "ml.g5.xlarge"]).slice(0, chance.whole(1, 2));
  const units = chance.is(0.7) ? ["NUM_INSTANCES"] : types;
  return {
    capacityLimits: units.map((capacityUnit) => ({ capacityUnit, maxCapacity: chance.whole(1, 5) })),
    ...(chance.is(0.3) ? { state: chance.of(["ENABLED", "ENABLED", "DISABLED"] as const) } : {}),
    ...(chance.is(0.3) ? { tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }]) } : {}),
    ...(chance.is(0.1) ? { deletionPolicy: "Retain" } : {}),
    ...(chance.is(0.1) ? { adoptionPolicy: "IfExists" } : {}),
  };
}

function queue(chance: Chance): Manifest {
  return serviceQueue(queueName, chance.of(referred), {
    priority: chance.whole(1, 3),
    ...(chance.is(0.2) ? { drain: { policy: "Terminate", timeoutSeconds: chance.of([0, 60, 600]) } } : {}),
    ...(chance.is(0.2) ? { state: chance.of(["ENABLED", "DISABLED"] as const) } : {}),
  });
}

/** What users and others do with service environments and the queue that has one. */
export function serviceSteps(chance: Chance, until: number): Step[] {
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  const several = (most: number, act: () => Act): Step[] =>
    Array.from({ length: chance.whole(0, most) }, () => at(act()));
  const applied = (name: string): Act => ({
    kind: "apply",
    manifest: serviceEnvironment(name, environmentSpec(chance)),
  });
  const queued = (): Act => ({ kind: "apply", manifest: queue(chance) });
  return [
    ...referred.map((name) => ({ at: chance.whole(0, 60), act: applied(name) })),
    { at: chance.whole(0, 60), act: queued() },
    ...several(3, () => applied(chance.of([...referred, other]))),
    ...several(4, queued),
    ...several(2, () => ({ kind: "delete", of: "ServiceEnvironment", name: chance.of([...referred, other]) })),
    ...several(1, () => ({ kind: "delete", of: "JobQueue", name: queueName })),
    ...several(3, () => ({ kind: "tool", doing: chance.of(serviceDoings), pick: chance.whole(0, 100) })),
    ...several(4, () => ({
      kind: "submit",
      pick: chance.whole(0, 100),
      durationMs: chance.of([20_000, 300_000, 1_800_000]),
      size: undefined,
    })),
  ];
}
