import type { KubeObject } from "../../../api/object.ts";
import { rolesAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { canonicalJson } from "../../fields/fingerprint.ts";
import { unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { type Place, rolesAskedBy } from "./desired.ts";
import { notedRoles, observeRoles, type RolesMemory } from "./observe.ts";
import { usedInRegion } from "./references.ts";
import { roleHindrance, rolesReferredBy } from "./references-to.ts";
import type { JobsSeen, RolesSeen } from "./seen.ts";
import type { RoleUser } from "./user.ts";

/** A kind's observation together with the roles of its object. */
export interface WithRoles<O, Seen> {
  /** The object with the operator's roles in its spec. */
  readonly object: O;
  readonly own: Seen;
  readonly roles: RolesSeen;
}

/** The note on the object of all roles that it requests or still uses, written before they are created. */
export function rolesAnnotations(
  object: KubeObject,
  { desiredRoles, unnoted }: RolesSeen,
): Readonly<Record<string, string>> {
  const names = [...new Set([...notedRoles(object), ...unnoted, ...desiredRoles.map(({ name }) => name)])].sort();
  return names.length === 0 ? {} : { [rolesAnnotation]: names.join(",") };
}

export function newRolesMemory(): RolesMemory {
  return { beganAt: undefined, wroteAt: new Map(), madeAt: new Map(), readAfter: new Map() };
}

/** The kind's own observation. */
export interface OwnSteps<O extends KubeObject, Seen> {
  readonly user: RoleUser<O, Seen>;
  readonly observeOwn: (object: O) => Promise<Seen>;
  /** Whether nothing else is left to do for the object: only then are roles deleted that it no longer needs. Pure. */
  readonly isThrough: (object: O, own: Seen) => boolean;
}

export async function observeWithRoles<O extends KubeObject, Seen>(
  object: O,
  place: BatchRegion,
  { user, observeOwn, isThrough }: OwnSteps<O, Seen>,
  { ports, memory }: { readonly ports: Ports; readonly memory: RolesMemory },
  signal: AbortSignal,
): Promise<WithRoles<O, Seen>> {
  memory.beganAt ??= ports.clock.monotonic();
  const whole = filledObject(object, user, place, ports);
  let own = await observeOwn(whole);
  const inAws = {
    stranded: user.stranded(whole, own),
    used: user.used(own),
    doubted: user.doubted?.(own) ?? false,
  };
  const seen = await observeRoles(object, place, { user, ...inAws }, { ports, memory }, signal);
  if (user.strandedRead?.(object, statesOf(seen.stranded)) === true) own = await observeOwn(whole);
  const referred = new Set(seen.claims.filter((name) => user.refersTo(own, name)));
  const { deletionTimestamp } = object.metadata;
  const leaving = deletionTimestamp !== undefined;
  const surplus = seen.claims.some(
    (name) => !referred.has(name) && seen.desiredRoles.every((directives) => directives.name !== name),
  );
  const removes = surplus || (leaving && referred.size === 0 && seen.claims.length > 0);
  const countedLater: JobsSeen = { kind: "later" };
  const counted = (): Promise<JobsSeen> => jobsSeen(own, place, user, signal);
  return {
    object: whole,
    own,
    roles: {
      ...seen,
      referred,
      usedInRegion: usedInRegion(place.snapshot(), removes ? seen.claims : []),
      jobs: !removes ? { kind: "counted", count: 0 } : isThrough(whole, own) ? await counted() : countedLater,
      goingForMs: leaving ? ports.clock.now() - Date.parse(deletionTimestamp) : undefined,
      hindrance: leaving ? undefined : await roleHindrance(object, { region: place, ports, signal }),
    },
  };
}

/** By ARN, whether a role exists, and the parts that AWS may miss. */
function statesOf(stranded: RolesSeen["stranded"]): ReadonlyMap<string, string> {
  const states = [...stranded].map(([arn, role]): [string, string] => [
    arn,
    role === undefined ? "gone" : canonicalJson([role.trust, role.attachedPolicyArns, role.inlinePolicies]),
  ]);
  return new Map(states);
}

async function jobsSeen<O extends KubeObject, Seen>(
  own: Seen,
  region: BatchRegion,
  user: RoleUser<O, Seen>,
  signal: AbortSignal,
): Promise<JobsSeen> {
  try {
    return { kind: "counted", count: (await user.jobs?.(own, region, signal)) ?? 0 };
  } catch (error) {
    return unreadBy(error, "the jobs that run by it cannot be counted");
  }
}

/** The object with its roles filled in. */
export function filledObject<O extends KubeObject>(
  object: O,
  user: Pick<RoleUser<O, never>, "filled">,
  { account, partition }: Place,
  ports: Pick<Ports, "objects" | "cluster">,
): O {
  const place = { account, partition };
  const roles = [...rolesAskedBy(object, ports.cluster, place), ...rolesReferredBy(object, place, ports)];
  return roles.length === 0 ? object : user.filled(object, roles);
}
