import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinitionSpec } from "../../../src/api/v1alpha1/job-definition.ts";
import type { JobQueueSpec } from "../../../src/api/v1alpha1/job-queue.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import type { Step } from "../story.ts";
import type { Chance } from "./chance.ts";
import { editEnvironment, environmentSpec, type Family, impossible } from "./environments.ts";
import { definitionSpec, editDefinition, editQueue, queueSpec } from "./others.ts";

/** What a user knows of one object: whether it is there, and what it has been. */
interface Known {
  readonly kind: "BatchComputeEnvironment" | "JobQueue" | "JobDefinition";
  readonly name: string;
  /** What never changes, e.g. a name in AWS. */
  readonly fixed: object;
  exists: boolean;
  spec: object | undefined;
  readonly past: object[];
}

export interface UserOptions {
  readonly family: Family;
  readonly startsAt: number;
  readonly count: number;
  readonly adoption: boolean;
  readonly conflict: boolean;
}

/** A user who creates, edits, deletes and recreates, in any order and at any moment. */
export function userSteps(chance: Chance, options: UserOptions): Step[] {
  const { family, conflict } = options;
  const environments = chance.is(0.5) ? ["ce-a"] : ["ce-a", "ce-b", ...(chance.is(0.3) ? ["ce-c"] : [])];
  const queues = ["q-1", ...(chance.is(0.5) ? ["q-2"] : []), ...(chance.is(0.2) ? ["q-3"] : [])];
  const definitions = ["jd-1", ...(chance.is(0.4) ? ["jd-2"] : [])];
  const known: Known[] = [
    ...environments.map((name) => fresh("BatchComputeEnvironment", name)),
    ...queues.map((name) => fresh("JobQueue", name)),
    ...definitions.map((name) => fresh("JobDefinition", name)),
  ];
  if (conflict) known.push(...rivals(chance));
  if (options.adoption) {
    for (const one of known)
      Object.assign(one.fixed, chance.is(0.7) ? { adoptionPolicy: chance.of(["IfExists", "IfMatching"]) } : {});
  }

  const steps: Step[] = [];
  let at = options.startsAt;
  const apply = (one: Known, spec: object): void => {
    if (one.spec !== undefined) one.past.push(one.spec);
    one.spec = spec;
    one.exists = true;
    steps.push({ at, act: { kind: "apply", manifest: manifestOf(chance, one) } });
  };
  const order = chance.is(0.7) ? known : chance.shuffled(known);
  for (const one of order) {
    if (chance.is(0.85)) apply(one, firstSpec(chance, one, family, environments));
    if (chance.is(0.3)) at += chance.whole(0, 90);
  }
  for (let left = options.count; left > 0; left--) {
    at += chance.is(0.7) ? chance.whole(1, 90) : chance.whole(90, 700);
    const one = chance.of(known);
    if (!one.exists) {
      apply(one, firstSpec(chance, one, family, environments));
    } else if (chance.is(0.15)) {
      one.exists = false;
      steps.push({ at, act: { kind: "delete", of: one.kind, name: one.name } });
      // The same name again at once, while the old one may still be on its way out.
      if (chance.is(0.4)) {
        at += chance.whole(0, 40);
        apply(one, firstSpec(chance, one, family, environments));
      }
    } else if (chance.is(0.1)) {
      steps.push({ at, act: { kind: "approve" } });
    } else {
      apply(one, editedSpec(chance, one, environments));
    }
  }
  return steps;
}

/** When the user's last word is spoken. */
export function endOf(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map(({ at }) => at));
}

function fresh(kind: Known["kind"], name: string, fixed: object = {}): Known {
  return { kind, name, fixed: { ...fixed }, exists: false, spec: undefined, past: [] };
}

/** Objects that claim a name which another one has. */
function rivals(chance: Chance): Known[] {
  return chance.of([
    [fresh("JobQueue", "q-rival", { jobQueueName: "team_q-1" })],
    [fresh("JobDefinition", "jd-rival", { jobDefinitionName: "team_jd-1" })],
    [fresh("BatchComputeEnvironment", "ce-rival", { computeEnvironmentName: "team_ce-a" })],
  ]);
}

function firstSpec(chance: Chance, one: Known, family: Family, environments: readonly string[]): object {
  switch (one.kind) {
    case "BatchComputeEnvironment":
      return environmentSpec(chance, family);
    case "JobQueue":
      return queueSpec(chance, environments);
    case "JobDefinition":
      return definitionSpec(chance, family);
  }
}

function editedSpec(chance: Chance, one: Known, environments: readonly string[]): object {
  const { spec } = one;
  if (spec === undefined) throw new Error(`${one.name} has no spec`);
  const earlier = one.past.at(-chance.whole(1, 3));
  if (earlier !== undefined && chance.is(0.2)) return earlier;
  switch (one.kind) {
    case "BatchComputeEnvironment":
      return editedEnvironment(spec as BatchComputeEnvironmentSpec, chance);
    case "JobQueue":
      return editQueue(spec as JobQueueSpec, chance, environments);
    case "JobDefinition":
      return editDefinition(spec as JobDefinitionSpec, chance);
  }
}

/** One edit in 20 is impossible: half of them AWS refuses at the call. */
function editedEnvironment(spec: BatchComputeEnvironmentSpec, chance: Chance): BatchComputeEnvironmentSpec {
  const luck = chance.number();
  if (luck < 0.025) return impossible(spec, "refused");
  return luck < 0.05 ? impossible(spec, "invalid") : editEnvironment(spec, chance);
}

function manifestOf(chance: Chance, { kind, name, fixed, spec }: Known): Manifest {
  const annotations = {
    ...(chance.is(0.05) ? { "awsbatch.dev/paused": "true" } : {}),
    ...(chance.is(0.03) ? { "awsbatch.dev/dry-run": "true" } : {}),
    ...(chance.is(0.05) ? { "awsbatch.dev/reconcile-requested-at": `${chance.whole(1, 1000)}` } : {}),
  };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: { name, namespace: "team", ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...fixed },
  };
}
