import type { KubeObject } from "../../api/object.ts";
import type { Environment } from "../../aws/batch.ts";
import { ownedKey, type PageFacts } from "./known.ts";
import type { Part } from "./model.ts";

/** The parts of an environment's status that the page shows; others can write status too. */
export interface EnvironmentStatus {
  readonly status?: string;
  readonly state?: string;
  readonly desiredvCpus?: number;
  readonly serving?: string;
  readonly target?: string;
  readonly predecessors?: readonly { readonly name: string; readonly step: string; readonly since?: string }[];
}

export function environmentStatus({ status }: KubeObject): EnvironmentStatus {
  return (status ?? {}) as EnvironmentStatus;
}

/** The environments of an object in AWS: the serving one, its successor, and the older ones. Pure. */
export function environmentParts(object: KubeObject, known: PageFacts): readonly Part[] {
  const { serving, target, predecessors = [] } = environmentStatus(object);
  const described = (name: string): Environment | undefined => describedIn(known, object, name);
  const first = serving === undefined ? [] : [partOf(serving, "serving", described(serving))];
  const role = serving === undefined && predecessors.length === 0 ? "new" : "successor";
  const next = target === undefined || target === serving ? [] : [partOf(target, role, described(target))];
  const older = predecessors
    .filter(({ name }) => name !== serving)
    .map(({ name, step }): Part => ({ ...partOf(name, "predecessor", described(name)), step }));
  return [...first, ...next, ...older];
}

/** As AWS described it at the last read; undefined: not read, gone, or not the object's. */
export function describedIn(known: PageFacts, object: KubeObject, name: string): Environment | undefined {
  return known.aws.environments.get(ownedKey(object.metadata.uid, name));
}

function partOf(name: string, role: Part["role"], environment: Environment | undefined): Part {
  const { desiredvCpus, maxvCpus } = environment?.computeResources ?? {};
  return { name, role, state: environment?.state, status: environment?.status, desiredvCpus, maxvCpus };
}
