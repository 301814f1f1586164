import type { KubeObject } from "../../../src/api/object.ts";
import type { BatchComputeEnvironment } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetworkStatus } from "../../../src/api/v1alpha1/batch-network.ts";
import type { OracleFactory } from "../oracle.ts";
import { textOf } from "./reading.ts";

/**
 * What an environment takes from a network is what that offered while it was Ready, all of it together. It keeps that
 * while the network is not Ready, cannot be used any more, or is gone.
 */
export const networksTaken: OracleFactory = () => {
  /** By network: what it offered at any time while it was Ready, as JSON. */
  const offered = new Map<string, Set<string>>();
  return {
    name: "an environment takes what its network offers, and keeps it",
    onObject(before, after) {
      if (after?.kind === "BatchNetwork") {
        const offers = offered.get(textOf(after)) ?? new Set<string>();
        offered.set(textOf(after), offers);
        const { subnets = [], securityGroupIds = [] } = (after.status ?? {}) as Partial<BatchNetworkStatus>;
        if (isReady(after)) offers.add(placeText(subnets, securityGroupIds));
        return undefined;
      }
      const [was, is] = [placeIn(before), placeIn(after)];
      if (after === undefined || is === was || referenceIn(after) === undefined) return undefined;
      // A person, or a tool that restores objects, may leave status away.
      if (isEmpty(before?.status)) return undefined;
      if (is === undefined) {
        if (referenceIn(before) !== referenceIn(after) || isEmpty(after.status)) return undefined;
        return `${textOf(after)} gave up ${was}, which its network had offered`;
      }
      if (offered.get(referenceIn(after) ?? "")?.has(is) === true) return undefined;
      return `${textOf(after)} took ${is}, which ${referenceIn(after)} never offered while it was Ready`;
    },
  };
};

function isReady({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as Partial<BatchNetworkStatus>;
  return conditions.some((one) => one.type === "Ready" && one.status === "True");
}

/** `BatchNetwork namespace/name` */
function referenceIn(object: KubeObject | undefined): string | undefined {
  if (object?.kind !== "BatchComputeEnvironment") return undefined;
  const { metadata, spec } = object as BatchComputeEnvironment;
  const reference = spec.computeResources?.networkRef;
  return reference && `BatchNetwork ${reference.namespace ?? metadata.namespace}/${reference.name}`;
}

function placeIn(object: KubeObject | undefined): string | undefined {
  if (object?.kind !== "BatchComputeEnvironment") return undefined;
  const taken = (object as BatchComputeEnvironment).status?.network?.taken;
  return taken && placeText(taken.subnets, taken.securityGroupIds);
}

function placeText(subnets: readonly string[], groups: readonly string[]): string {
  return [...subnets]
    .sort()
    .concat([...groups].sort())
    .join(" ");
}

function isEmpty(status: unknown): boolean {
  return Object.keys(status ?? {}).length === 0;
}
