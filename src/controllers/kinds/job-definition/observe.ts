import { keyText } from "../../../api/object.ts";
import type { JobDefinition, JobDefinitionStatus } from "../../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import { needsPerson } from "../../../aws/errors.ts";
import type { BatchRegion, BatchSnapshot, RevisionSeen } from "../../../aws/region.ts";
import { type Clock, sleep } from "../../../runtime/clock.ts";
import { firstListingCheckMs, shownWithinMs } from "../../intervals.ts";
import { claimantNamedBy, claimantOf, rivalsOf } from "../../ownership/claims.ts";
import { nameSeen } from "../../ownership/names-seen.ts";
import { defaultAwsName } from "../../ownership/naming.ts";
import { type Cluster, identityOf, identityText, ownershipOf } from "../../ownership/ownership.ts";
import { type Circumstances, circumstancesOf, haveChanged } from "../../pass/circumstances.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Failing } from "../../pass/failures.ts";
import type { Ports } from "../../ports.ts";
import { needsBody, withBodyChanges } from "./body.ts";
import { fingerprintOfSpec } from "./normalise.ts";
import type { Seen } from "./seen.ts";

/** By uid of an object: its newest revision, and what that was first seen under. */
export type FoundRevisions = Map<string, { readonly arn: string; readonly under: Circumstances }>;

/** What `observe` reads of AWS and of the other objects. */
type Region = Pick<
  BatchRegion,
  "account" | "region" | "partition" | "snapshot" | "refreshDefinition" | "definitionBody"
>;
interface Reads extends Pick<Ports, "clock" | "cluster" | "settings"> {
  readonly objects: Pick<Ports["objects"], "named" | "get" | "namespace">;
}

/**
 * Every read that the plan needs. At rest it costs no call; where the plan hangs on what AWS does not show, AWS is
 * asked.
 *
 * @throws AwsError
 */
export async function observe(
  object: JobDefinition,
  region: Region,
  ports: Reads,
  signal: AbortSignal,
  found: FoundRevisions = new Map(),
): Promise<Seen> {
  const { name, fingerprint } = derivedFrom(object);
  const directives = directivesOf(object, ports.settings);
  const identity = identityOf(object, ports.cluster);
  const rivals = rivalsOf(object, JobDefinitionKind, ports);
  const first = await claimantOf(object, rivals, { kind: JobDefinitionKind, hasResource: () => false }, ports, signal);
  let snapshot = await listed(region, ports.clock, signal);
  let revisions = revisionsIn(snapshot, name);
  const isOurs = ({ tags }: RevisionSeen): boolean => ownershipOf(tags, identity).kind === "ours";
  const nothing = revisions.length === 0 && !snapshot.isAbsent("job-definition", name);
  // After a write of ours the region reads by itself, and reports what it sees.
  const written = ports.clock.now() - snapshot.lastWriteAt("job-definition", name) < shownWithinMs;
  // The finalizer of a deleted object goes when none of the revisions is ours.
  const parting = directives.deleting && revisions.length > 0 && !revisions.some(isOurs);
  if ((nothing && !written) || parting) {
    snapshot = await region.refreshDefinition(name, signal);
    revisions = revisionsIn(snapshot, name);
  }
  const owner = ownerByTags(revisions, [object, ...rivals], ports.cluster);
  const claimant = owner ?? first;
  const seen: Seen = {
    identity,
    directives,
    settings: ports.settings,
    name,
    unversionedArn: `arn:${region.partition}:batch:${region.region}:${region.account}:job-definition/${name}`,
    fingerprint,
    revisions,
    registeredBefore: isFoundBefore(revisions.find(isOurs), object, found),
    reported: (object.status as JobDefinitionStatus | undefined)?.revisions ?? [],
    absent: revisions.length === 0 && snapshot.isAbsent("job-definition", name),
    nameSeen: await nameSeen(object, JobDefinitionKind, ports, signal),
    claimedBy: claimant === undefined || claimant === object ? undefined : keyText(claimant.metadata),
    giveWay: owner === object ? rivals.map((rival) => identityText(identityOf(rival, ports.cluster))) : [],
    bodyChanges: [],
  };
  return needsBody(seen) ? await withBodyChanges(object.spec, seen, region, signal) : seen;
}

/** Notes what a revision is first seen under: for one of this process what it was registered under. */
function isFoundBefore(newest: RevisionSeen | undefined, object: JobDefinition, found: FoundRevisions): boolean {
  const { uid, deletionTimestamp } = object.metadata;
  if (newest === undefined || deletionTimestamp !== undefined) {
    found.delete(uid);
    return false;
  }
  const under = circumstancesOf(object);
  const known = found.get(uid);
  if (known?.arn === newest.arn) return haveChanged(known.under, under);
  found.set(uid, { arn: newest.arn, under });
  return false;
}

/**
 * What is known once the job definitions of the region have been listed. Waiting here for the moment that this takes
 * after a start spares every object a status that says so. Where a later listing fails and may pass, what was known is
 * planned with: each write reads the one name live, and a region of many pages may fail for long.
 *
 * @throws AwsError while they cannot be read for the first time, or only a person ends that
 */
async function listed(region: Region, clock: Clock, signal: AbortSignal): Promise<BatchSnapshot> {
  for (;;) {
    const snapshot = region.snapshot();
    const { jobDefinitions: definitions, definitionsFailure } = snapshot;
    const known = definitions !== undefined;
    if (definitionsFailure !== undefined && (!known || needsPerson(definitionsFailure.kind))) throw definitionsFailure;
    if (known) return snapshot;
    await sleep(clock, firstListingCheckMs, signal);
  }
}

function revisionsIn({ jobDefinitions: definitions }: BatchSnapshot, name: string): readonly RevisionSeen[] {
  return definitions?.get(name) ?? [];
}

/** Why what is known of all job definitions may be older than at rest. */
export function outdated(region: Pick<BatchRegion, "snapshot">): Failing | undefined {
  const { definitionsFailure: error, definitionsFailingSince: since } = region.snapshot();
  return error === undefined ? undefined : { kind: "failing", error, since };
}

/** Lists the ACTIVE revisions of the object's name now. */
export async function refresh(
  object: JobDefinition,
  region: Pick<BatchRegion, "refreshDefinition">,
  signal: AbortSignal,
): Promise<void> {
  await region.refreshDefinition(definitionNameOf(object), signal);
}

interface Derived {
  readonly name: string;
  readonly fingerprint: string;
}

/** What follows from an object alone; kept while the object is, for every pass asks for the names of all. */
const derived = new WeakMap<JobDefinition, Derived>();

function derivedFrom(object: JobDefinition): Derived {
  const known = derived.get(object);
  if (known !== undefined) return known;
  const { spec, metadata } = object;
  const fresh: Derived = {
    name: spec.jobDefinitionName ?? defaultAwsName(metadata.namespace, metadata.name),
    fingerprint: fingerprintOfSpec(spec),
  };
  derived.set(object, fresh);
  return fresh;
}

/** `spec.jobDefinitionName` or the default. */
export function definitionNameOf(object: JobDefinition): string {
  return derivedFrom(object).name;
}

/** The claimant to whom the highest revision belongs that is one of theirs. */
function ownerByTags(
  revisions: readonly RevisionSeen[],
  claimants: readonly JobDefinition[],
  cluster: Cluster,
): JobDefinition | undefined {
  const highestFirst = [...revisions].sort((left, right) => right.revision - left.revision);
  const [owner] = highestFirst.flatMap(({ tags }) => claimantNamedBy(tags, claimants, cluster) ?? []);
  return owner;
}
