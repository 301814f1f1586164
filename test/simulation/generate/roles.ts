import type { BatchRoleSpec } from "../../../src/api/v1alpha1/batch-role.ts";
import type { Act, Step } from "../story.ts";
import type { Chance } from "./chance.ts";

/** BatchRoles of a world: environments and definitions refer to some of them, and one comes and goes. */

const purposes = {
  batch: "service",
  workers: "instance",
  builders: "job",
} as const satisfies Readonly<Record<string, BatchRoleSpec["purpose"]>>;
const other = "others";
const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";

function applied(chance: Chance, name: string, purpose: BatchRoleSpec["purpose"]): Act {
  const policies = chance.is(0.5) ? [readImages] : [];
  const spec: BatchRoleSpec = {
    purpose,
    policyArns: policies,
    ...(chance.is(0.2) ? { deletionPolicy: "Retain" } : {}),
    ...(chance.is(0.2) ? { allowedNamespaces: { from: "All" } } : {}),
  };
  const metadata = { name, namespace: "team" };
  return { kind: "apply", manifest: { apiVersion: "awsbatch.dev/v1alpha1", kind: "BatchRole", metadata, spec } };
}

type Members = Readonly<Record<string, unknown>>;

/** The same steps, in which roles that an object has for itself, and some others, are BatchRoles. */
export function withBatchRoles(steps: readonly Step[], chance: Chance): Step[] {
  return steps.map((step) => {
    const { act } = step;
    if (act.kind !== "apply" || !chance.is(0.7)) return step;
    const { manifest } = act;
    if (manifest.kind === "JobDefinition") {
      const { iam: _own, ...spec } = manifest.spec as Members;
      return {
        ...step,
        act: { ...act, manifest: { ...manifest, spec: { ...spec, jobRoleRef: { name: "builders" } } } },
      };
    }
    if (manifest.kind !== "BatchComputeEnvironment") return step;
    const { iam: _own, serviceRole: _named, computeResources, ...spec } = manifest.spec as Members;
    const { instanceRole: _profile, ...resources } = (computeResources ?? {}) as Members;
    const isOnInstances = resources["type"] === "EC2" || resources["type"] === "SPOT";
    const capacity = isOnInstances ? { ...resources, instanceRoleRef: { name: "workers" } } : resources;
    const changed = { ...spec, serviceRoleRef: { name: "batch" }, computeResources: capacity };
    return { ...step, act: { ...act, manifest: { ...manifest, spec: changed } } };
  });
}

/** What users do with roles. */
export function roleSteps(chance: Chance, until: number): Step[] {
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  const referred = Object.entries(purposes);
  return [
    ...referred.map(([name, purpose]) => ({ at: chance.whole(0, 60), act: applied(chance, name, purpose) })),
    ...Array.from({ length: chance.whole(0, 4) }, () => at(applied(chance, ...chance.of(referred)))),
    ...(chance.is(0.5)
      ? [at(applied(chance, other, "job")), at({ kind: "delete", of: "BatchRole", name: other })]
      : []),
  ];
}
