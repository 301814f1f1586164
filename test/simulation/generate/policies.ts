import type { SchedulingPolicySpec } from "../../../src/api/v1alpha1/scheduling-policy.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { type Act, policyDoings, type Step } from "../story.ts";
import type { Chance } from "./chance.ts";

/** Scheduling policies of a world: queues refer to two of them, and a third comes and goes. */

const referred = ["sp-a", "sp-b"];
const other = "sp-c";

function policySpec(chance: Chance): SchedulingPolicySpec {
  const shareDistribution = chance
    .shuffled(["red", "blue", "green*"])
    .slice(0, chance.whole(0, 3))
    .map((shareIdentifier) => ({ shareIdentifier, weightFactor: chance.of([0.1, 0.5, 1, 2]) }));
  return {
    fairsharePolicy: {
      ...(chance.is(0.5) ? { shareDecaySeconds: chance.of([0, 60, 3600]) } : {}),
      ...(chance.is(0.5) ? { computeReservation: chance.whole(0, 50) } : {}),
      ...(chance.is(0.7) ? { shareDistribution } : {}),
    },
    ...(chance.is(0.3) ? { tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }]) } : {}),
    ...(chance.is(0.1) ? { deletionPolicy: "Retain" } : {}),
  };
}

function applied(chance: Chance, name: string): Act {
  const manifest: Manifest = {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "SchedulingPolicy",
    metadata: { name, namespace: "team" },
    spec: policySpec(chance),
  };
  return { kind: "apply", manifest };
}

/** The same steps, in which every queue has one of the policies, now this one and then that. */
export function withFairShare(steps: readonly Step[], chance: Chance): Step[] {
  return steps.map((step) => {
    const { act } = step;
    if (act.kind !== "apply" || act.manifest.kind !== "JobQueue") return step;
    const spec = { ...(act.manifest.spec as object), schedulingPolicyRef: { name: chance.of(referred) } };
    return { ...step, act: { ...act, manifest: { ...act.manifest, spec } } };
  });
}

/** What users and others do with policies. */
export function policySteps(chance: Chance, until: number): Step[] {
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  return [
    ...referred.map((name) => ({ at: chance.whole(0, 60), act: applied(chance, name) })),
    ...Array.from({ length: chance.whole(0, 4) }, () => at(applied(chance, chance.of([...referred, other])))),
    ...(chance.is(0.5) ? [at({ kind: "delete", of: "SchedulingPolicy", name: other })] : []),
    ...Array.from({ length: chance.whole(0, 3) }, () =>
      at({ kind: "tool", doing: chance.of(policyDoings), pick: chance.whole(0, 100) }),
    ),
  ];
}
