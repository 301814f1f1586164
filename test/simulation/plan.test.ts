import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import { type Manifest, MemoryStore } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import { shownInput, subjectOf } from "../../src/tools/local/writes.ts";
import { crds, withSchemaDefaults } from "../../src/tools/manifests.ts";
import { changedFields } from "../../src/tools/plan/written.ts";
import { planOf } from "../../src/tools/plan.ts";
import { documentsOf } from "../../src/tools/validation/manifests.ts";
import { validateManifests, wholeDirectory } from "../../src/tools/validation/validate.ts";
import { isWrite } from "../transcript.ts";
import { createWorld, type World } from "../world.ts";
import { requestLegacy } from "./carry-out.ts";
import { inNetwork } from "./generate/batch-networks.ts";
import { Chance } from "./generate/chance.ts";
import { serviceRoles } from "./generate/environments.ts";
import { accountNetwork } from "./generate/network.ts";
import { legacySteps } from "./generate/story.ts";
import { userSteps } from "./generate/user.ts";
import type { Act, Step } from "./story.ts";

/** The same worlds on each machine. */
const given = { from: 70_000, count: 24 };
/** Of those in which another tool made something before, with the names of the user's objects. */
const adopting = { from: 80_000, count: 16 };

const { signal } = new AbortController();

/** A world in which a user has said the first part of a story, and that has come to rest. */
async function worldOf({ before: steps, isWide, legacy }: Commit, chance: Chance): Promise<World> {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  const flags = { awsRequestsPerSecond: 1000, adoptableNames: ["*/*"] };
  const world = await createWorld({
    clock,
    store,
    flags,
    region: "eu-west-1",
    // A queue of two new environments names the first that is VALID: what AWS takes is not in a plan.
    knobs: { latencyMs: 0, stalenessMs: 0, iamVisibleMs: 0, iamPropagationMs: 0 },
  });
  world.aws.outside.describeRoles(serviceRoles);
  if (isWide) world.aws.outside.describeNetwork(accountNetwork);
  for (const act of legacy) {
    await requestLegacy(world.aws, act);
    await world.seconds(60);
  }
  for (const step of steps) play(world, step);
  await world.seconds(2 * 3600);
  if (chance.is(0.4)) await submit(world, chance);
  return world;
}

function play(world: World, { act }: Step): void {
  if (act.kind === "apply") world.apply(act.manifest);
  if (act.kind === "delete") world.store.delete(kindOf(act.of), { namespace: "team", name: act.name });
}

/** A job that runs when the plan is made, and ends by itself. */
async function submit({ aws, seconds }: World, chance: Chance): Promise<void> {
  const queue = aws.truth.jobQueues().find(({ state, status }) => state === "ENABLED" && status === "VALID");
  const definition = aws.truth.jobDefinitions().find(({ status }) => status === "ACTIVE");
  if (queue === undefined || definition === undefined) return;
  const request = { jobName: "job", jobQueue: queue.jobQueueName, jobDefinition: definition.jobDefinitionArn };
  aws.outside.submitPlannedJob(request, { durationMs: chance.of([60_000, 1_200_000]), exitCode: 0 });
  await seconds(300);
}

interface Noted {
  readonly call: CallRecord;
  readonly line: string;
}

/** Notes every write of the operator from now on, as a plan shows it. */
function writesOf({ aws }: World): () => readonly string[] {
  const noted: Noted[] = [];
  aws.onEffect((call, phase) => {
    if (phase === "after" || call.by !== "operator" || !isWrite(call)) return;
    const { operation, input } = call;
    const fields = changedFields(operation, shownInput(operation, input) as object, aws);
    const line = lineOf({ operation, subject: subjectOf({ operation, input }), fields });
    noted.push({ call, line });
  });
  return () => noted.flatMap(({ call, line }) => (call.outcome.kind === "answered" ? [line] : []));
}

/** Ids, and the hashes of names that may follow from them. */
const decidedByAws = /(?<=\b(?:sg|vpce|team_ce-[abc])-)(?:[0-9a-f]{8,}(?:-\d+)?|\(known after apply\))/g;

function lineOf({ operation, subject, fields }: { operation: string; subject: string; fields: unknown }): string {
  // Of a successor a plan shows what differs from its predecessor; its name follows from all of its fields.
  const text = operation === "CreateComputeEnvironment" ? "" : JSON.stringify(fields);
  return `${subject.replaceAll(" ", "-")} ${operation} ${text}`.replaceAll(decidedByAws, "#");
}

/** What is done to each resource, in order; what is done to different ones may overtake. */
function bySubject(all: readonly string[]): Readonly<Record<string, readonly string[]>> {
  // A plan cannot know that a job ends before its time is up.
  const lines = all.filter((line) => !line.includes(" TerminateJob "));
  const subjects = new Set(lines.map((line) => line.split(" ")[0] ?? ""));
  return Object.fromEntries(
    [...subjects].map((subject) => [subject, lines.filter((line) => line.startsWith(`${subject} `))]),
  );
}

function validated(manifests: readonly Manifest[]) {
  const texts = manifests.map((manifest, index) => documentsOf(`${index}.yaml`, JSON.stringify(manifest)));
  return validateManifests(
    texts.flatMap(({ documents }) => documents),
    crds,
    { ...wholeDirectory, closed: false },
  );
}

function isValid(manifest: Manifest): boolean {
  return validated([manifest]).problems.length === 0;
}

/** The manifests in Git before and after a commit. */
function desiredAfter(steps: readonly Step[]): readonly Manifest[] {
  const desired = new Map<string, Manifest>();
  for (const { act } of steps) {
    if (act.kind === "apply") desired.set(`${act.manifest.kind} ${act.manifest.metadata.name}`, act.manifest);
    if (act.kind === "delete") desired.delete(`${act.of} ${act.name}`);
  }
  return [...desired.values()];
}

interface Commit {
  /** The account has a network of its own. */
  readonly isWide: boolean;
  /** What another tool made before. */
  readonly legacy: readonly Extract<Act, { kind: "legacy" }>[];
  readonly before: readonly Step[];
  readonly commit: readonly Step[];
}

/** The last few edits of a story are the commit that is planned. */
function storyOf(chance: Chance, adoption: boolean): Commit {
  const family = chance.is(0.6) ? "instances" : "fargate";
  const options = { family, startsAt: 0, count: chance.whole(3, 10), adoption, conflict: false } as const;
  const legacy = adoption ? legacySteps(chance, family).flatMap(({ act }) => (act.kind === "legacy" ? [act] : [])) : [];
  const plain = userSteps(chance, options).filter(({ act }) => act.kind !== "apply" || isValid(act.manifest));
  // What another tool made knows nothing of the network.
  const isWide = !adoption && chance.is(0.3);
  const steps = isWide ? inNetwork(plain, chance, chance).toSorted((left, right) => left.at - right.at) : plain;
  // Mostly the commit adopts; sometimes it follows the adoption.
  const size = adoption && chance.is(0.7) ? steps.length : chance.whole(1, 4);
  return { isWide, legacy, before: steps.slice(0, -size), commit: steps.slice(-size) };
}

describe("the writes of a plan", () => {
  const worlds = [given, adopting].flatMap((some) => {
    return Array.from({ length: some.count }, (_, index) => ({ seed: some.from + index, adoption: some === adopting }));
  });

  it.each(worlds)("are those that follow, in world $seed", async ({ seed, adoption }) => {
    const chance = new Chance(seed);
    const story = storyOf(chance, adoption);
    const { before, commit } = story;
    const world = await worldOf(story, chance);
    const { clock, store } = world;
    const desired = desiredAfter([...before, ...commit]);
    const remembered = { clusterUid: "cluster-1", savedAt: clock.now(), store: store.snapshot(), aws: {} };
    const { manifests } = validated(desired);
    const input = { flags: { awsRequestsPerSecond: 1000, adoptableNames: ["*/*"] }, clusterName: "default" };
    const cloud = await world.openCloud(signal);
    const plan = await planOf(manifests, { ...input, cloud, remembered, signal, clock });
    const planned = plan.entries
      .flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "write" ? [step] : [])))
      .toSorted((left, right) => left.number - right.number)
      .map(lineOf);

    const written = writesOf(world);
    for (const manifest of desiredAfter([...before, ...commit])) world.apply(manifest);
    const kept = new Set(desiredAfter([...before, ...commit]).map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    for (const object of store.objects()) {
      if (!kept.has(`${object.kind} ${object.metadata.name}`)) store.delete(kindOf(object.kind), object.metadata);
    }
    await world.seconds(3 * 3600);
    await world.stop();
    const blocked = plan.entries.some((entry) => entry.blocked !== undefined);
    const [follows, found] = [bySubject(written()), bySubject(planned)];
    // What AWS refuses is tried again and again: a plan shows the beginning of it.
    const begun = Object.entries(follows).flatMap(([subject, lines]) => {
      const count = found[subject]?.length ?? 0;
      return count === 0 ? [] : [[subject, lines.slice(0, count)] as const];
    });
    expect(found).toEqual(blocked ? Object.fromEntries(begun) : follows);
  });
});
