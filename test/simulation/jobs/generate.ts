import type { BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import { Chance } from "../generate/chance.ts";
import type { Act, Step, Story } from "../story.ts";
import { withConsumables } from "./consumables.ts";

/** Worlds of people who submit, cancel, delete, re-apply and depend, in an AWS that answers late, twice or not at all. */

const place = [computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("jd")];
const names = ["j-1", "j-2", "j-3", "j-4", "j-5"];
export const argoAnnotation = "argocd.argoproj.io/tracking-id";
/** When queue and definition are there. */
const readyAt = 90;

/** From here on the jobs of some worlds hold consumables; the stories of lower seeds are what they were. */
const consumablesFrom = 106;

/** The story of a seed. */
export function jobsStoryOf(seed: number): Story {
  const chance = new Chance(seed + 700_001);
  const user = userSteps(chance, chance.whole(6, 24));
  const end = Math.max(...user.map(({ at }) => at)) + 60;
  const faults = chance.is(0.1) ? 0 : chance.whole(1, 14);
  // Chance of its own, so that what it adds does not deal the rest new cards.
  const further = new Chance(seed + 900_001);
  const holding = new Chance(seed + 900_002);
  const holds = seed >= consumablesFrom && holding.is(0.6);
  const given: readonly Step[] = [
    ...place.map((manifest): Step => ({ at: 1, act: { kind: "apply", manifest } })),
    ...withTtl(further, [...user, ...(further.is(0.4) ? atOnce(further, end) : [])]),
    ...Array.from({ length: faults }, (): Step => ({ at: readyAt + chance.number() * end, act: fault(chance) })),
    ...(chance.is(0.15) ? [{ at: readyAt + chance.number() * end, act: { kind: "loseCluster" as const } }] : []),
  ];
  const steps = withAbsence(further, holds ? withConsumables(holding, given, readyAt + end) : given);
  return {
    seed,
    sort: "jobs",
    replicas: 2,
    knobs: {
      latencyMs: chance.of([10, 20, 200]),
      stalenessMs: chance.of([0, 1000, 3000, 5000]),
      ec2InstanceStartMs: chance.of([1000, 60_000]),
    },
    flags: { allowForeignRepoint: false, adoptable: false },
    steps: steps
      .map((step) => ({ ...step, at: Math.round(step.at * 10) / 10 }))
      .sort((left, right) => left.at - right.at),
  };
}

const daySeconds = 24 * 3600;

/** The operator is away for days, around the week after which AWS forgets a job, most often when jobs were just submitted. */
function withAbsence(chance: Chance, given: readonly Step[]): readonly Step[] {
  if (chance.is(0.3)) return given;
  const applied = given.filter(({ at, act }) => act.kind === "apply" && at >= readyAt);
  const from = chance.of(applied.length === 0 ? given : applied).at + chance.skewed(120) / 10;
  const days = chance.of([1, 6, 6.4, 6.9, 7.1, 7.5, 8, 9]);
  const away: Step = { at: from, act: { kind: "away", days, losesStatus: chance.is(0.5) } };
  const passed = ({ at, act }: Step): Step => ({ at: at < from ? at : at + days * daySeconds, act });
  return [...given.map(passed), away];
}

/** Jobs that are applied in one turn, by names in no order. */
function atOnce(chance: Chance, end: number): readonly Step[] {
  const at = readyAt + chance.number() * end;
  const many = Array.from({ length: chance.whole(4, 12) }, (_, index) => `m-${String(index).padStart(2, "0")}`);
  return chance.shuffled(many).map((name): Step => {
    const manifest = batchJob(name, {
      jobQueueRef: { name: "q" },
      jobDefinitionRef: { name: "jd" },
      containerOverrides: { command: ["sleep", "5"] },
    });
    return { at, act: { kind: "apply", manifest } };
  });
}

/** Objects that are deleted after their jobs have finished, of which Argo CD tracks some. */
function withTtl(chance: Chance, steps: readonly Step[]): readonly Step[] {
  const given = new Map<string, { readonly spec: object; readonly annotations: Readonly<Record<string, string>> }>();
  return steps.map(({ at, act }) => {
    if (act.kind !== "apply") return { at, act };
    const { metadata, spec } = act.manifest;
    const known = given.get(metadata.name) ?? {
      spec: chance.is(0.4) ? { ttlSecondsAfterFinished: chance.of([0, 5, 60, 600, daySeconds]) } : {},
      annotations: chance.is(0.4) ? { [argoAnnotation]: `app:awsbatch.dev/BatchJob:team/${metadata.name}` } : {},
    };
    // A person may think better of it.
    given.set(metadata.name, chance.is(0.05) ? { ...known, spec: {} } : known);
    const annotations = { ...metadata.annotations, ...known.annotations };
    const manifest = {
      ...act.manifest,
      metadata: { ...metadata, annotations },
      spec: { ...(spec as object), ...known.spec },
    };
    return { at, act: { kind: "apply", manifest } };
  });
}

function userSteps(chance: Chance, count: number): Step[] {
  const steps: Step[] = [];
  const specs = new Map<string, Partial<BatchJobSpec>>();
  let at = chance.is(0.8) ? readyAt : 2;
  const apply = (name: string, spec: Partial<BatchJobSpec>): void => {
    specs.set(name, spec);
    steps.push({ at, act: { kind: "apply", manifest: manifestOf(chance, name, spec) } });
  };
  for (let left = count; left > 0; left--) {
    at += chance.is(0.6) ? chance.whole(0, 10) : chance.whole(10, 200);
    const name = chance.of(names);
    const spec = specs.get(name);
    if (spec === undefined) {
      apply(name, newJob(chance, name));
    } else if (chance.is(0.35)) {
      specs.delete(name);
      steps.push({ at, act: { kind: "delete", of: "BatchJob", name } });
      if (chance.is(0.4)) {
        // The API server refuses other fields while the old object is on its way out.
        at += chance.whole(40, 200);
        apply(name, newJob(chance, name));
      }
    } else if (chance.is(0.4)) {
      apply(name, { ...spec, cancel: true });
    } else if (spec.suspend === true && chance.is(0.7)) {
      apply(name, { ...spec, suspend: false });
    } else {
      // Applied again as it is, as Git tools do every few minutes.
      apply(name, spec);
    }
  }
  return steps;
}

function newJob(chance: Chance, name: string): Partial<BatchJobSpec> {
  const others = names.filter((one) => one !== name);
  const seconds = chance.of([5, 30, 120, 600]);
  return {
    jobQueueRef: { name: "q" },
    jobDefinitionRef: { name: "jd" },
    containerOverrides: { command: ["sleep", String(seconds)] },
    ...(chance.is(0.15) ? { arrayProperties: { size: chance.whole(2, 4) } } : {}),
    ...(chance.is(0.25) ? { dependsOn: [{ jobRef: { name: chance.of(others) } }] } : {}),
    ...(chance.is(0.15) ? { suspend: true } : {}),
    ...(chance.is(0.2) ? { deletionPolicy: "Retain" as const } : {}),
  };
}

function manifestOf(chance: Chance, name: string, spec: Partial<BatchJobSpec>): Manifest {
  const manifest = batchJob(name, spec);
  const annotations = chance.is(0.1) ? { "awsbatch.dev/reconcile-requested-at": `${chance.whole(1, 1000)}` } : {};
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

function fault(chance: Chance): Act {
  const dice = chance.number();
  const replica = chance.of(["leader", "leader", "a", "b"]);
  if (dice < 0.25) {
    const what = chance.of([
      "aws SubmitJob",
      "store patchMetadata",
      "store applyStatus",
      "store deleteObject",
      "aws ListJobs",
      "",
    ]);
    return { kind: "kill", replica, after: chance.skewed(what === "" ? 200 : 6), what };
  }
  if (dice < 0.3) return { kind: "terminate", replica };
  if (dice < 0.4) {
    const aimed = chance.is(0.6);
    const [after, forMs, asleep] = [chance.skewed(20), chance.of([3, 12, 20, 45, 120]) * 1000, chance.is(0.3)];
    if (!aimed) return { kind: "freeze", replica, after, forMs, asleep };
    const phase = chance.of(["asks", "sends", "hears"] as const);
    // What is past its last check leaves afterwards: later than half a minute is a limit of decision 44.
    const atMostMs = phase === "sends" ? 20_000 : forMs;
    return { kind: "freeze", replica, after, forMs: Math.min(forMs, atMostMs), asleep, what: "aws SubmitJob", phase };
  }
  if (dice < 0.7) return submitFault(chance);
  if (dice < 0.85) {
    return {
      kind: "awsFault",
      fault: chance.of(["stale", "throttle", "serverFailure", "loseResponse"] as const),
      on: [chance.of(["ListJobs", "DescribeJobs", "TerminateJob"])],
      after: chance.skewed(3),
      times: chance.whole(1, 4),
      forMs: undefined,
      ms: chance.whole(1, 30) * 1000,
    };
  }
  return {
    kind: "storeFault",
    fault: chance.of(["conflict", "unavailable", "loseResponse"] as const),
    on: chance.of(["get", "patchMetadata", "applyStatus", "deleteObject"] as const),
    times: chance.whole(1, 3),
  };
}

/** A request that AWS takes late is taken within half a minute: together with a late listing that is the minute. */
function submitFault(chance: Chance): Act {
  const kind = chance.of([
    "loseRequest",
    "loseResponse",
    "loseResponse",
    "delayRequest",
    "delayResponse",
    "throttle",
    "serverFailure",
  ] as const);
  return {
    kind: "awsFault",
    fault: kind,
    on: ["SubmitJob"],
    after: chance.skewed(3),
    times: chance.whole(1, 2),
    forMs: undefined,
    ms: chance.whole(1, 30) * 1000,
  };
}
