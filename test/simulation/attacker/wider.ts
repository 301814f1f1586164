/** What worlds from `widerFrom` on have in addition: a network, a guest, other regions, and a writer of tags in AWS. */

import { networkManifest } from "../generate/batch-networks.ts";
import type { Chance } from "../generate/chance.ts";
import { instanceRole } from "../generate/environments.ts";
import { accountNetwork, closedSubnets } from "../generate/network.ts";
import type { Act, Step, Story } from "../story.ts";
import type { AttackDoing } from "./doings.ts";
import { bystanders, victimNetwork, victims } from "./tenants.ts";

/** The stories of lower seeds are what they were. */
export const widerFrom = 1_000_000;

const widerDoings: readonly AttackDoing[] = [
  "requestEndpoints",
  "nameRegion",
  "claimHeld",
  "claimHeld",
  "writeTags",
  "writeTags",
];

/** The same story, in which there is more to attack. */
export function widened(story: Story, chance: Chance): Story {
  const end = Math.max(...story.steps.map(({ at }) => at));
  const network = chance.is(0.5);
  const guest = chance.is(0.4);
  const withdrawnAt = chance.number() * end;
  const more: Step[] = [...made(network)];
  for (let at = chance.whole(60, 900); at < end; at += chance.whole(60, 1500)) {
    more.push({ at, act: { kind: "attack", doing: chance.of(widerDoings), pick: chance.whole(1, 1_000_000) } });
  }
  const isShared = chance.is(0.3);
  if (network) more.push(...networksOf(isShared));
  const steps = story.steps.flatMap((step): readonly Step[] => {
    const inGuest = guest ? asGuest(step, withdrawnAt) : step;
    return inGuest === undefined ? [] : [network ? inTheirNetwork(inGuest, isShared) : inGuest];
  });
  return {
    ...story,
    ...(network ? { network: accountNetwork } : {}),
    steps: [...more, ...steps].toSorted((left, right) => left.at - right.at),
  };
}

/** Resources of somebody who has nothing to do with the operator. */
function made(network: boolean): readonly Step[] {
  const environment = {
    computeEnvironmentName: bystanders.environment,
    type: "MANAGED",
    computeResources: {
      type: "EC2",
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      minvCpus: 0,
      maxvCpus: 16,
      instanceTypes: ["c5.large"],
      subnets: ["subnet-11111111"],
      securityGroupIds: ["sg-11111111"],
      instanceRole,
    },
  };
  const queue = {
    jobQueueName: bystanders.queue,
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: bystanders.environment }],
  };
  const acts: readonly Act[] = [
    { kind: "legacy", what: "environment", request: environment },
    ...(network ? [{ kind: "attack", doing: "foreignEndpoints", pick: 1 } as const] : []),
  ];
  return [...acts.map((act) => ({ at: 0, act })), { at: 40, act: { kind: "legacy", what: "queue", request: queue } }];
}

/**
 * The first victim lets every namespace use its environment, and none from then on. AWS does not delete an environment
 * that a guest's queue still has, so that it is never deleted here.
 */
function asGuest(step: Step, withdrawnAt: number): Step | undefined {
  const { act, at } = step;
  if (act.kind === "delete" && act.of === "BatchComputeEnvironment" && act.namespace === victims[0]) return undefined;
  const allows = at < withdrawnAt ? { allowedNamespaces: { from: "All" } } : {};
  return withEnvironment(step, (spec, namespace) => (namespace === victims[0] ? { ...spec, ...allows } : spec));
}

/** Each victim has a network in a subnet that only endpoints connect, or the first one's is for both. */
function networksOf(isShared: boolean): readonly Step[] {
  const owners = isShared ? victims.slice(0, 1) : victims;
  return owners.map((namespace) => {
    const spec = {
      subnets: closedSubnets.slice(0, 1),
      securityGroupIds: ["sg-11111111"],
      vpcEndpoints: { needs: ["ecs" as const] },
      allowedNamespaces: { from: isShared ? ("All" as const) : ("Same" as const) },
    };
    return { at: 0, act: { kind: "apply", manifest: networkManifest({ name: victimNetwork, namespace }, spec) } };
  });
}

/** The environments of the victims take their network from it. */
function inTheirNetwork(step: Step, isShared: boolean): Step {
  return withEnvironment(step, (spec, namespace) => {
    const { computeResources, ...rest } = spec as { readonly computeResources: object };
    const { subnets: _subnets, securityGroupIds: _groups, ...resources } = computeResources as Resources;
    const owner = isShared ? victims[0] : (namespace ?? victims[0]);
    return { ...rest, computeResources: { ...resources, networkRef: { name: victimNetwork, namespace: owner } } };
  });
}

type Resources = Readonly<Record<string, unknown>>;

function withEnvironment(step: Step, changed: (spec: object, namespace: string | undefined) => object): Step {
  const { act } = step;
  if (act.kind !== "apply" || act.manifest.kind !== "BatchComputeEnvironment") return step;
  const { manifest } = act;
  return {
    ...step,
    act: { ...act, manifest: { ...manifest, spec: changed(manifest.spec as object, manifest.metadata.namespace) } },
  };
}
