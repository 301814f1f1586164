import type { KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import type { JobDefinition, JobDefinitionStatus } from "../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import type { BatchRegion, BatchSnapshot, RevisionSeen } from "../../aws/region.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { defaultAwsName } from "../naming.ts";
import { type Identity, identityOf, identityText, ownershipOf } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { wishOf } from "../wish.ts";
import { fingerprintOfWish } from "./normalise.ts";
import type { Seen } from "./seen.ts";

/** AWS shows a write within this time. */
const shownWithinMs = 5000;
const listingLookMs = 100;

/** What `observe` reads of AWS and of the other objects. */
type Region = Pick<BatchRegion, "account" | "region" | "partition" | "snapshot" | "refreshDefinition">;
interface Reads extends Pick<Ports, "clock" | "cluster" | "settings"> {
  readonly objects: Pick<Ports["objects"], "list">;
}

/**
 * Every read that the plan needs. At rest it costs no call; where the plan hangs on what AWS does not show, AWS is
 * asked.
 */
export async function observe(object: JobDefinition, region: Region, ports: Reads, signal: AbortSignal): Promise<Seen> {
  const { name, fingerprint } = derivedFrom(object);
  const wish = wishOf(object, ports.settings);
  const identity = identityOf(object, ports.cluster);
  let snapshot = await listed(region, ports.clock, signal);
  let revisions = revisionsIn(snapshot, name);
  const isOurs = ({ tags }: RevisionSeen): boolean => ownershipOf(tags, identity).kind === "ours";
  const nothing = revisions?.length === 0 && !snapshot.isAbsent("job-definition", name);
  // After a write of ours the region looks by itself, and tells what it sees.
  const written = ports.clock.now() - snapshot.lastWriteAt("job-definition", name) < shownWithinMs;
  // The finalizer of a deleted object goes when none of the revisions is ours.
  const parting = wish.deleting && revisions?.length !== 0 && revisions?.some(isOurs) === false;
  if ((nothing && !written) || parting) {
    snapshot = await region.refreshDefinition(name, signal);
    revisions = revisionsIn(snapshot, name);
  }
  const rivals = rivalsOf(object, name, ports);
  const isOwner = ownsByTags(revisions ?? [], identity, rivals);
  const older = rivals.find((rival) => rankOf(rival) < rankOf(object));
  return {
    identity,
    wish,
    settings: ports.settings,
    name,
    unversionedArn: `arn:${region.partition}:batch:${region.region}:${region.account}:job-definition/${name}`,
    fingerprint,
    revisions,
    told: (object.status as JobDefinitionStatus | undefined)?.revisions ?? [],
    absent: revisions?.length === 0 && snapshot.isAbsent("job-definition", name),
    claimedBy: isOwner || older === undefined ? undefined : keyText(older.metadata),
    giveWay: isOwner ? rivals.map((rival) => identityText(identityOf(rival, ports.cluster))) : [],
  };
}

/**
 * What is known once the job definitions of the region have been listed, or cannot be. Waiting here for the moment
 * that this takes after a start spares every object a status that says so.
 */
async function listed(region: Region, clock: Clock, signal: AbortSignal): Promise<BatchSnapshot> {
  for (;;) {
    const snapshot = region.snapshot();
    if (snapshot.definitions !== undefined || snapshot.failure !== undefined) return snapshot;
    await sleep(clock, listingLookMs, signal);
  }
}

/** Undefined: never listed. */
function revisionsIn(snapshot: BatchSnapshot, name: string): readonly RevisionSeen[] | undefined {
  return snapshot.definitions === undefined ? undefined : (snapshot.definitions.get(name) ?? []);
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
    fingerprint: fingerprintOfWish(spec),
  };
  derived.set(object, fresh);
  return fresh;
}

/** `spec.jobDefinitionName` or the default. */
export function definitionNameOf(object: JobDefinition): string {
  return derivedFrom(object).name;
}

/** The other objects that claim the same name in the same region, the oldest first. */
function rivalsOf(object: JobDefinition, name: string, { objects, settings }: Reads): readonly JobDefinition[] {
  const all = objects.list(JobDefinitionKind) as readonly JobDefinition[];
  const regionOf = (one: JobDefinition): string => one.spec.region ?? settings.region;
  return all
    .filter((one) => definitionNameOf(one) === name && one.metadata.uid !== object.metadata.uid)
    .filter((one) => regionOf(one) === regionOf(object))
    .sort((left, right) => (rankOf(left) < rankOf(right) ? -1 : 1));
}

/**
 * Whether the highest revision that belongs to one of the claimants is this object's. Ages say nothing where AWS says
 * whose the name is: a cluster that was lost has made all objects anew, in any order.
 */
function ownsByTags(revisions: readonly RevisionSeen[], identity: Identity, rivals: readonly JobDefinition[]): boolean {
  const claimants = [identity, ...rivals.map((rival) => identityOf(rival, identity.cluster))];
  const owners = [...revisions]
    .sort((left, right) => right.revision - left.revision)
    .flatMap(({ tags }) => claimants.find((claimant) => ownershipOf(tags, claimant).kind === "ours") ?? []);
  return owners[0] === identity;
}

function rankOf({ metadata }: KubeObject): string {
  return `${metadata.creationTimestamp} ${keyText(metadata)}`;
}
