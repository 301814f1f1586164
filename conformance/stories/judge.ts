/** Judges a story by the oracles of the simulated worlds, from every call and answer. Pure. */

import type { KubeObject } from "../../src/api/object.ts";
import type { Watched } from "../../test/simulation/oracle.ts";
import { oneRevision } from "../../test/simulation/oracles/one-revision.ts";
import { rolesLast } from "../../test/simulation/oracles/roles-last.ts";
import { runningJobs } from "../../test/simulation/oracles/running-jobs.ts";
import { usableEnvironment } from "../../test/simulation/oracles/usable-environment.ts";
import { isWrite } from "../../test/transcript.ts";
import type { Exchange } from "./exchange.ts";
import type { Manifest } from "./manifests.ts";
import { Replayed } from "./replayed.ts";

/** What happened, in order: a call, or the manifests from then on. */
export type Event = Exchange | { readonly at: number; readonly objects: readonly Manifest[] };

type CallRecord = Parameters<NonNullable<ReturnType<typeof runningJobs>["onEffect"]>>[0];

/** Of the promises that a transcript can show. */
const oracles = [usableEnvironment, runningJobs, rolesLast, oneRevision];

/**
 * @param cluster the name of the operator's cluster, with which everything of the story begins in AWS
 * @param adopted how names of what it is to adopt begin
 * @returns what went against a promise, in words
 */
export function judged(events: readonly Event[], cluster: string, adopted: string): readonly string[] {
  const now = new Replayed();
  let at = 0;
  let objects: readonly Manifest[] = [];
  const watched = {
    clock: { monotonic: () => at },
    cluster: () => ({ name: cluster, uid: "" }),
    store: {
      object: ({ kind }: { kind: string }, { name }: { name: string }) => {
        const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
        return found === undefined ? undefined : objectOf(found);
      },
    },
    callerOf: () => ({ name: "local" }),
    shownWithinMs: () => 0,
    aws: { truth: truthOf(now) },
  } as unknown as Watched;
  const judges = oracles.map((oracle) => oracle(watched));
  const found: string[] = [];
  const heard = (name: string, violation: string | undefined): void => {
    if (violation !== undefined) found.push(`${name}: ${violation}`);
  };
  for (const event of events) {
    at = event.at;
    if ("objects" in event) {
      const before = objects;
      objects = event.objects;
      for (const old of before) {
        const next = objects.find((one) => one.kind === old.kind && one.metadata.name === old.metadata.name);
        for (const one of judges) heard(one.name, one.onObject?.(objectOf(old), next && objectOf(next)));
      }
      continue;
    }
    const call = recordOf(event);
    if (!isWrite(call) || event.status >= 300) {
      now.take(event);
      for (const one of judges) heard(one.name, one.onAws?.(environmentChange, undefined));
      continue;
    }
    if (event.by === "operator") heard("3 nothing of others", ofOthers(event, { cluster, adopted }, now));
    for (const one of judges) heard(one.name, one.onEffect?.(call, "before"));
    now.take(event);
    for (const one of judges) heard(one.name, one.onAws?.(environmentChange, call));
    for (const one of judges) heard(one.name, one.onEffect?.(call, "after"));
  }
  return [...new Set(found)];
}

/** The operations by which the operator has written, in order. */
export function writtenIn(events: readonly Event[]): readonly string[] {
  return events.flatMap((event) =>
    "operation" in event && event.by === "operator" && isWrite(event) ? [event.operation] : [],
  );
}

/** Any environment may have changed. */
const environmentChange = { at: 0, kind: "computeEnvironment", name: "", arn: "", status: "" } as const;

function recordOf({ at, operation, input, by }: Exchange): CallRecord {
  return { at, operation, input, by, outcome: { kind: "answered" } as unknown as CallRecord["outcome"] };
}

const made = new WeakMap<Manifest, KubeObject>();

/** One object for each manifest: an oracle compares whom things belong to. */
function objectOf(manifest: Manifest): KubeObject {
  const known = made.get(manifest) ?? newObject(manifest);
  made.set(manifest, known);
  return known;
}

function newObject({ kind, metadata, spec, apiVersion }: Manifest): KubeObject {
  const generation = JSON.stringify(spec).length;
  return {
    apiVersion,
    kind,
    metadata: { ...metadata, namespace: "default", uid: `${kind}/${metadata.name}`, generation },
    spec,
  } as unknown as KubeObject;
}

function truthOf(now: Replayed): object {
  const none = (): readonly [] => [];
  return {
    computeEnvironments: () => [...now.environments.values()],
    jobQueues: () => [...now.queues.values()],
    jobDefinitions: () => [...now.definitions.values()],
    jobs: () =>
      [...now.jobs.values()].map(({ jobId: id, jobArn: arn, jobQueue: queueArn, status, tags, isTerminated }) => ({
        id,
        arn,
        queueArn,
        status,
        isTerminated,
        request: { tags },
        attempts: [],
      })),
    serviceEnvironments: none,
    serviceJobs: none,
    quotaShares: none,
  };
}

/** The operator writes only what has the name of its cluster, what it is to adopt, and its own jobs. */
function ofOthers(
  { operation, input, service }: Exchange,
  { cluster, adopted }: { readonly cluster: string; readonly adopted: string },
  now: Replayed,
): string | undefined {
  const text = JSON.stringify(input);
  if (service !== "batch" || text.includes(`${cluster}_`) || text.includes(adopted)) return undefined;
  if (now.jobs.has(String(input["jobId"]))) return undefined;
  return `${operation} ${text} names nothing of the story`;
}
