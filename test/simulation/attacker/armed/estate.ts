import type { Manifest } from "../../../../src/kube/memory-store.ts";
import {
  batchJob,
  computeEnvironment,
  ec2,
  jobDefinition,
  jobQueue,
  quotaShare,
  sharedQueue,
} from "../../../manifests.ts";
import type { Chance } from "../../generate/chance.ts";

/** What a tenant of an armed world has: one object or two of each kind. */

const apiVersion = "awsbatch.dev/v1alpha1";

/** Names of the objects that are not jobs. */
export const estateNames = {
  environment: "ce",
  queue: "q",
  definition: "jd",
  consumable: "seats",
  policy: "fair",
  quotas: "quotas",
  serviceEnvironment: "sm",
  sharedQueue: "qq",
  share: "share",
} as const;

/** All but jobs, in the order in which they are applied. */
export function estateOf(namespace: string): readonly Manifest[] {
  const consumable = { apiVersion, kind: "ConsumableResource", metadata: { name: estateNames.consumable } };
  const policy = { apiVersion, kind: "SchedulingPolicy", metadata: { name: estateNames.policy } };
  const manifests: readonly Manifest[] = [
    computeEnvironment(estateNames.environment, ec2),
    jobQueue(estateNames.queue, [estateNames.environment]),
    jobDefinition(estateNames.definition),
    { ...consumable, spec: { totalQuantity: 50 } },
    { ...policy, spec: { fairsharePolicy: { shareDecaySeconds: 60 } } },
    ...sharedQueue(estateNames.sharedQueue),
    quotaShare(estateNames.share, estateNames.sharedQueue),
  ];
  return manifests.map((one) => inNamespace(one, namespace));
}

/** A job of the estate; it holds seats, or not. */
export function jobOf(namespace: string, name: string, holds: boolean, seconds: number): Manifest {
  const seats = { consumableResourceRef: { name: estateNames.consumable }, quantity: 1 };
  const manifest = batchJob(name, {
    jobQueueRef: { name: estateNames.queue },
    jobDefinitionRef: { name: estateNames.definition },
    containerOverrides: { command: ["sleep", String(seconds)] },
    ...(holds ? { consumableResourcePropertiesOverride: { consumableResourceList: [seats] } } : {}),
  });
  return inNamespace(manifest, namespace);
}

/** The same object with one field changed, in a way that AWS takes without a replacement. */
export function edited(manifest: Manifest, chance: Chance): Manifest {
  const { kind } = manifest;
  const spec = manifest.spec as object;
  const changed = (more: object): Manifest => ({ ...manifest, spec: { ...spec, ...more } });
  switch (kind) {
    case "BatchComputeEnvironment": {
      const { computeResources } = spec as { readonly computeResources: object };
      return changed({ computeResources: { ...computeResources, maxvCpus: chance.whole(64, 512) } });
    }
    case "JobQueue":
      return changed({ priority: chance.whole(1, 99) });
    case "JobDefinition": {
      const { containerProperties } = spec as { readonly containerProperties: object };
      return changed({ containerProperties: { ...containerProperties, command: ["echo", `${chance.whole(1, 999)}`] } });
    }
    case "ConsumableResource":
      return changed({ totalQuantity: chance.whole(50, 90) });
    case "SchedulingPolicy":
      return changed(
        "fairsharePolicy" in spec ? { fairsharePolicy: { shareDecaySeconds: chance.whole(60, 900) } } : {},
      );
    case "ServiceEnvironment":
      return changed({ capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: chance.whole(10, 20) }] });
    case "QuotaShare":
      return changed({ capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: chance.whole(1, 8) }] });
    default:
      return manifest;
  }
}

/** Every namespace may use it, or its own alone. */
export function sharedWith(manifest: Manifest, isShared: boolean): Manifest {
  const { allowedNamespaces: _, ...spec } = manifest.spec as { readonly allowedNamespaces?: object };
  return { ...manifest, spec: isShared ? { ...spec, allowedNamespaces: { from: "All" } } : spec };
}

export function inNamespace(manifest: Manifest, namespace: string): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}
