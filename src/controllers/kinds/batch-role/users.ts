/** What uses a role: its deletion waits for all of it, whosever it is and wherever. */

import { keyText } from "../../../api/object.ts";
import type { BatchRole } from "../../../api/v1alpha1/batch-role.ts";
import { kinds } from "../../../api/v1alpha1/kinds.ts";
import { AwsError } from "../../../aws/errors.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { marks, shownWithinMs, unwatchedCheckMs } from "../../intervals.ts";
import { countAgainMs } from "../../parts/roles/delete.ts";
import { usersInRegion } from "../../parts/roles/references.ts";
import type { RolesSeen } from "../../parts/roles/seen.ts";
import type { Wait } from "../../pass/agenda.ts";
import { unreadBy } from "../../pass/unread.ts";
import { type Ports, RegionNotAllowed } from "../../ports.ts";
import { regionIn } from "../../references/object-region.ts";
import { usersAmong } from "../../references/reference.ts";
import { referringObjects } from "../../wakes.ts";
import { firstOf } from "../../wording.ts";

/** What the search needs, and remembers. */
interface Searching {
  readonly ports: Ports;
  /** By uid of a BatchRole: since when (monotonic ms) neither an object nor AWS names its role, so that no new job gets it. */
  readonly unusedSince: Map<string, number>;
}

/** Only these are given to jobs; the others work through the environments that name them. */
const ofJobs = ["execution", "job"];

/** The wait of a deletion for what uses the role, all of it that is left by name; undefined: nothing does. */
export async function usedBy(
  object: BatchRole,
  { desiredRoles, goingForMs }: RolesSeen,
  { ports, unusedSince }: Searching,
  signal: AbortSignal,
): Promise<Wait | undefined> {
  const { uid } = object.metadata;
  const [desired] = desiredRoles;
  if (desired === undefined) return undefined;
  const { name, purpose } = desired;
  const inUse = { kind: "wait", reason: "RoleInUse", conditions: [{ type: "RolesReady", status: "False" }] } as const;
  const still = (users: readonly string[]): Wait => {
    unusedSince.delete(uid);
    const message = `keeping role ${name} until nothing uses it any more: ${firstOf(users)}`;
    return { ...inUse, message, checkInMs: unwatchedCheckMs, stallsAfterMs: marks.inUseStallsMs };
  };
  const naming = referringObjects(object, ports.objects).map(({ kind, key }) => ({ ...key, kind: kind.kind }));
  const referring = await usersAmong(naming, object, ports, signal);
  if (referring.length > 0) return still(referring.map((one) => `${one.kind} ${keyText(one)}`));
  try {
    const regions = await openRegions(ports, signal);
    const users = regions.flatMap((one) =>
      usersInRegion(one.snapshot(), name).map((user) => `${user} in ${one.region}`),
    );
    if (users.length > 0) return still(users);
    const since = unusedSince.get(uid) ?? ports.clock.monotonic();
    unusedSince.set(uid, since);
    const jobs = ofJobs.includes(purpose) ? await jobsIn(regions, name, since + shownWithinMs, signal) : [];
    if (jobs.length === 0) return undefined;
    // A person cannot do anything about jobs that run.
    const message = `keeping role ${name} until these jobs have ended: ${firstOf(jobs)}`;
    return { ...inUse, message, checkInMs: countAgainMs(goingForMs) };
  } catch (error) {
    const { message } = unreadBy(error, `what uses role ${name} cannot be read`);
    return { ...inUse, message, checkInMs: unwatchedCheckMs, stallsAfterMs: marks.unreadStallsMs };
  }
}

async function jobsIn(
  regions: readonly BatchRegion[],
  name: string,
  from: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const region of regions) {
    for (const [revision, count] of await region.jobsOfRole(name, from, signal)) {
      found.push(`${count} of job definition ${revision} in ${region.region}`);
    }
  }
  return found;
}

/** Reads now what `usedBy` takes from what is kept. @throws AwsError */
export async function refreshRegions(ports: Ports, signal: AbortSignal): Promise<void> {
  for (const region of await openRegions(ports, signal)) await region.refresh(signal);
}

/**
 * The regions of all objects, also of those that other shards reconcile. One that objects may not use is not opened, and what a
 * tenant names keeps no role of others.
 *
 * @throws AwsError when one of them has not been read
 */
async function openRegions(
  { objects, regions, settings }: Ports,
  signal: AbortSignal,
): Promise<readonly BatchRegion[]> {
  const names = new Set([settings.region]);
  for (const kind of kinds) for (const text of objects.texts(kind, "place")) names.add(regionIn(text));
  const opened: BatchRegion[] = [];
  for (const name of [...names].sort()) {
    try {
      // What it reads is shared by all.
      const region = await regions.open(name, signal, undefined);
      const { listedAt, jobDefinitions, failure, definitionsFailure } = region.snapshot();
      const failed = failure ?? definitionsFailure;
      if (failed !== undefined) throw failed;
      if (listedAt === undefined || jobDefinitions === undefined) {
        const message = `AWS Batch in ${name} has not been read yet`;
        throw new AwsError("unavailable", "batch:DescribeComputeEnvironments", "NotRead", message);
      }
      opened.push(region);
    } catch (error) {
      if (!(error instanceof RegionNotAllowed)) throw error;
    }
  }
  return opened;
}
