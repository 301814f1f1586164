import type { Kind } from "../object.ts";

export const group = "awsbatch.dev";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}`;

export const BatchComputeEnvironmentKind: Kind = {
  group,
  version,
  kind: "BatchComputeEnvironment",
  plural: "batchcomputeenvironments",
  shortNames: ["bce"],
};

export const JobQueueKind: Kind = { group, version, kind: "JobQueue", plural: "jobqueues", shortNames: ["bjq"] };

export const JobDefinitionKind: Kind = {
  group,
  version,
  kind: "JobDefinition",
  plural: "jobdefinitions",
  shortNames: ["bjd"],
};

export const kinds: readonly Kind[] = [BatchComputeEnvironmentKind, JobQueueKind, JobDefinitionKind];

/**
 * The kind of this name, e.g. `JobQueue`.
 * @throws Error when the operator has no such kind
 */
export function kindOf(name: string): Kind {
  const found = kinds.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`there is no kind ${name}`);
  return found;
}
