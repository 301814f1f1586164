import type { Manifest } from "../../../src/kube/memory-store.ts";

/** The namespaces of a world with an attacker, and what the two others have. */

export const attacker = "mallory";
export const victims = ["prod", "team"] as const;

/** What another tool made before, and only the first victim may adopt. */
export const legacyDefinition = "legacy-train";
export const adoptableNames = [`${victims[0]}/legacy-*`] as const;

export function isVictim(namespace: string | undefined): boolean {
  return victims.some((victim) => victim === namespace);
}

/** Names of the objects of each victim, by kind. */
export const victimNames = { BatchComputeEnvironment: "ce", JobQueue: "q", JobDefinition: "jd" } as const;
export type VictimKind = keyof typeof victimNames;
export const victimKinds = Object.keys(victimNames) as readonly VictimKind[];

/** The name of the BatchNetwork that a victim has in some worlds. */
export const victimNetwork = "net";

/** The field with which each kind names its resource in AWS. */
export const nameFields: Readonly<Record<VictimKind, string>> = {
  BatchComputeEnvironment: "computeEnvironmentName",
  JobQueue: "jobQueueName",
  JobDefinition: "jobDefinitionName",
};

/** The name that a victim's object has in AWS without a field that says another. */
export function defaultNameOf(namespace: string, kind: VictimKind): string {
  return `${namespace}_${victimNames[kind]}`;
}

/** What somebody else has in the account: only the first victim may adopt the name of the environment and the queue. */
export const bystanders = { environment: "legacy-ce", queue: "legacy-q", group: "bystander" } as const;

/** The BatchRole of each victim, to which its definition may refer. */
export const sharedRole = "shared";

/** A BatchRole of a tenant for jobs. */
export function roleOf(namespace: string, name: string, spec: object = {}): Manifest {
  const metadata = { name, namespace };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "BatchRole", metadata, spec: { purpose: "job", ...spec } };
}

/** A manifest of a tenant. */
export function manifestOf(
  namespace: string,
  kind: VictimKind,
  name: string,
  spec: object,
  annotations?: Readonly<Record<string, string>>,
): Manifest {
  const metadata = { name, namespace, ...(annotations === undefined ? {} : { annotations }) };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind, metadata, spec };
}
