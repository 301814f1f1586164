import type { BatchCallTable, BatchPart, DefinitionRevision, RegisterJobDefinitionRequest } from "../batch.ts";
import { passRoles, readCall, writeCall } from "../call-facts.ts";
import { changedTags, type Effect, showsTags } from "../effects.ts";
import { AwsError } from "../errors.ts";
import { allPages, listed, nameless, pageSize } from "../listing.ts";
import { revisionIn } from "../names.ts";
import { consumablesNamedBy } from "../revision-consumables.ts";
import { rolesNamedBy } from "../revision-roles.ts";
import type { TagChange } from "../tag-calls.ts";
import type { Resource, Writing } from "./resource.ts";

/** What is kept of an ACTIVE revision: never the whole body. */
export interface RevisionSeen {
  readonly name: string;
  readonly revision: number;
  readonly arn: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Fingerprint of the body as AWS describes it, normalised (see `controllers/kinds/job-definition/normalise.ts`). */
  readonly fingerprint: string;
  /** The job and execution roles that the body names, each as it is written there. */
  readonly roles: readonly string[];
  /** The names of the consumable resources that its jobs hold, each once; left out where there are none. */
  readonly consumables?: readonly string[];
}

/** `read`: the fingerprint is of the body as AWS describes it, no longer as we sent it. */
export interface StoredRevision extends RevisionSeen {
  readonly read: boolean;
}

/** The ACTIVE revisions of one name, highest first. */
export type Revisions<T extends RevisionSeen = RevisionSeen> = readonly T[];

export interface DefinitionWrites {
  registerJobDefinition(request: RegisterJobDefinitionRequest, signal: AbortSignal): Promise<void>;
  /** @param name `name:revision` */
  deregisterJobDefinition(name: string, signal: AbortSignal): Promise<void>;
}

/** What the writes of job definitions are made with. */
export interface DefinitionWriting extends Writing<Revisions<StoredRevision>, Batch> {
  /** Fingerprint of a body as AWS describes it, and of one as it is sent. */
  readonly fingerprintOf: (revision: DefinitionRevision) => string;
  /** Keeps the revisions of this name from now on. */
  readonly keep: (name: string) => void;
}

export const jobDefinitionCalls = {
  describeJobDefinitions: readCall("BatchRead"),
  registerJobDefinition: writeCall(["BatchCreate"], [["batch:TagResource", "BatchClaim"], ...passRoles]),
  deregisterJobDefinition: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof jobDefinitionCalls>;

/** AWS lists job definitions by revision and with their whole bodies: `DefinitionsObserver` keeps them up to date. */
export const jobDefinitions = {
  type: "job-definition" as const,
  calls: jobDefinitionCalls,
  subjects: ["jobDefinitionName", "jobDefinition"],
  tags: (revisions, arn) => revisions.find((revision) => revision.arn === arn)?.tags ?? {},
  retagged: (arn, change) => revisionRetagged(arn, change),
} satisfies Resource<Revisions<StoredRevision>>;

export function definitionWrites({ batch, write, fingerprintOf, keep }: DefinitionWriting): DefinitionWrites {
  return {
    registerJobDefinition(request, signal) {
      const name = request.jobDefinitionName ?? "";
      keep(name);
      return write({
        name,
        call: async () => registered(request, await batch.registerJobDefinition(request, { signal }), fingerprintOf),
        effect: (revision) => revisionRegistered(revision),
      });
    },
    deregisterJobDefinition(name, signal) {
      const target = revisionIn(name);
      if (target === undefined) {
        const message = `${name} is not <name>:<revision>`;
        return Promise.reject(new AwsError("invalid", "batch:DeregisterJobDefinition", "NoRevision", message));
      }
      return write({
        name: target.name,
        call: () => batch.deregisterJobDefinition({ jobDefinition: name }, { signal }),
        effect: () => revisionDeregistered(target.revision),
      });
    },
  };
}

/** What is kept of a revision that AWS has just registered. */
function registered(
  request: RegisterJobDefinitionRequest,
  answer: { readonly jobDefinitionArn?: string | undefined; readonly revision?: number | undefined },
  fingerprintOf: DefinitionWriting["fingerprintOf"],
): StoredRevision {
  const name = request.jobDefinitionName ?? "";
  const { jobDefinitionArn: arn, revision } = answer;
  if (arn === undefined || revision === undefined) {
    throw new AwsError("unknown", "batch:RegisterJobDefinition", "IncompleteAnswer", "AWS did not name the revision");
  }
  const body: DefinitionRevision = {
    ...request,
    type: request.type,
    jobDefinitionName: name,
    jobDefinitionArn: arn,
    revision,
    status: "ACTIVE",
  };
  return {
    name,
    revision,
    arn,
    type: request.type ?? "container",
    tags: { ...request.tags },
    fingerprint: fingerprintOf(body),
    roles: rolesNamedBy(body),
    ...consumablesNamedBy(body),
    read: false,
  };
}

/** The effect of a registration. */
export function revisionRegistered<T extends RevisionSeen>(registered: T): Effect<Revisions<T>> {
  return {
    supersedes: false,
    apply: (revisions = []) => withRevision(revisions, registered),
    shows: (read = []) => read.some(({ arn }) => arn === registered.arn),
  };
}

/** The effect of a deregistration. */
export function revisionDeregistered<T extends RevisionSeen>(revision: number): Effect<Revisions<T>> {
  return {
    supersedes: false,
    apply: (revisions = []) => nonEmpty(revisions.filter((seen) => seen.revision !== revision)),
    shows: (read = []) => !read.some((seen) => seen.revision === revision),
  };
}

/** The effect of a change of the tags of one revision. */
export function revisionRetagged<T extends RevisionSeen>(arn: string, change: TagChange): Effect<Revisions<T>> {
  return {
    supersedes: false,
    apply: (revisions = []) =>
      nonEmpty(revisions.map((seen) => (seen.arn === arn ? { ...seen, tags: changedTags(seen.tags, change) } : seen))),
    shows: (read = []) => read.every((seen) => seen.arn !== arn || showsTags(seen.tags, change)),
  };
}

/** The revisions with one added or replaced, highest first. */
export function withRevision<T extends RevisionSeen>(revisions: Revisions<T>, revision: T): Revisions<T> {
  return [...revisions.filter(({ arn }) => arn !== revision.arn), revision].toSorted(
    (left, right) => right.revision - left.revision,
  );
}

function nonEmpty<T extends RevisionSeen>(revisions: Revisions<T>): Revisions<T> | undefined {
  return revisions.length === 0 ? undefined : revisions;
}

/** The ACTIVE revisions of `name`, or of all names, page by page so that no more than one page of bodies is held. */
export function activeRevisions(
  batch: Batch,
  name: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly DefinitionRevision[]> {
  return revisionPages(batch, { ...(name === undefined ? {} : { jobDefinitionName: name }), status: "ACTIVE" }, signal);
}

/** The revisions with these ARNs, at most 100; ones that AWS does not know are left out. */
export async function describeRevisions(
  batch: Batch,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<readonly DefinitionRevision[]> {
  const revisions: DefinitionRevision[] = [];
  for await (const page of revisionPages(batch, { jobDefinitions: [...arns] }, signal)) revisions.push(...page);
  return revisions;
}

async function* revisionPages(
  batch: Batch,
  which: { jobDefinitionName?: string; status?: string; jobDefinitions?: string[] },
  signal: AbortSignal,
): AsyncGenerator<readonly DefinitionRevision[]> {
  // AWS takes no other parameter with `jobDefinitions`.
  const size = which.jobDefinitions === undefined ? { maxResults: pageSize } : {};
  const read = async (nextToken: string | undefined) => {
    const answer = await batch.describeJobDefinitions({ ...which, ...size, nextToken }, { signal });
    return { items: listed(answer.jobDefinitions, "DescribeJobDefinitions"), nextToken: answer.nextToken };
  };
  const pages = allPages("DescribeJobDefinitions", read, { streams: true });
  for await (const page of pages) {
    yield page.map((detail) => {
      const { jobDefinitionName: name, jobDefinitionArn: arn, revision } = detail;
      if (name === undefined || arn === undefined || revision === undefined) throw nameless("DescribeJobDefinitions");
      return { ...detail, jobDefinitionName: name, jobDefinitionArn: arn, revision };
    });
  }
}
