import type { KubeObject } from "../../api/object.ts";
import { rolesAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { type Decision, letFirst } from "../decision.ts";
import { canonicalJson } from "../fingerprint.ts";
import { type Cluster, identityOf } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import type { Steps } from "../steps.ts";
import { unreadBy } from "../unread.ts";
import { actOnRoles } from "./act.ts";
import { isRolesAction, type RolesAction } from "./action.ts";
import { rolesEvents } from "./events.ts";
import { iamOf, notedRoles, observeRoles, type RolesMemory } from "./observe.ts";
import { planWithRoles } from "./plan.ts";
import { newsOfFailure, rolesReport } from "./report.ts";
import type { JobsSeen, RolesSeen } from "./seen.ts";
import type { RoleUser } from "./user.ts";
import { type Place, rolesWished } from "./wish.ts";

/** What a kind sees with the roles of its object. */
export interface WithRoles<O, Seen> {
  /** As if the spec named the roles that are made for it. */
  readonly object: O;
  readonly own: Seen;
  readonly roles: RolesSeen;
}

/**
 * The steps of a kind with the roles of `spec.iam` around them: made before, kept while, and removed after what uses
 * them. The kind itself sees a spec that names its roles.
 */
export function withRoles<O extends KubeObject, Seen, Action extends { readonly kind: string }>(
  steps: Steps<O, Seen, Action>,
  user: RoleUser<O, Seen>,
  ports: Ports,
): Steps<O, WithRoles<O, Seen>, Action | RolesAction> {
  const memory = newRolesMemory();
  const filled = (object: O, place: Place): O => filledObject(object, user, place, ports.cluster);
  return {
    kind: steps.kind,
    observe(object, region, given, signal) {
      memory.beganAt ??= ports.clock.monotonic();
      const observeOwn = (whole: O): Promise<Seen> => steps.observe(whole, region, given, signal);
      const isThrough = (whole: O, own: Seen): boolean =>
        /^(?:settled|release)$/.test(steps.plan(whole, own, ports.clock.now()).next.kind);
      return observeWithRoles(object, region, user, { observeOwn, isThrough }, ports, memory, signal);
    },
    async refresh(object, region, sinceMs, signal) {
      memory.readAfter.set(object.metadata.uid, sinceMs);
      await steps.refresh(filled(object, region), region, sinceMs, signal);
    },
    outdated: (region) => steps.outdated?.(region),
    plan(_object, { object, own, roles }, now) {
      const decision = steps.plan(object, own, now);
      return letFirst(decision, planWithRoles(decision, roles, object.metadata.deletionTimestamp !== undefined));
    },
    async act(action, object, region, given, signal) {
      if (isRolesAction(action)) {
        await actOnRoles(action, object, user, ports, memory, signal);
        if (action.kind === "writeRole") user.mended?.(object);
        return;
      }
      return await steps.act(action, filled(object, region), region, given, signal);
    },
    report(_object, { object, own, roles }, decision, now) {
      return { ...steps.report(object, own, decision as Decision<Action>, now), ...rolesReport(roles) };
    },
    events: (action) => (isRolesAction(action) ? rolesEvents(action) : steps.events(action)),
    marks(object, { roles }) {
      const wished = roles.wishes.map(({ name }) => name);
      const names = [...new Set([...notedRoles(object), ...roles.unnoted, ...wished])].sort();
      return names.length === 0 ? {} : { [rolesAnnotation]: names.join(",") };
    },
    newsOfFailure: (action, failure, { roles }) => newsOfFailure(action, failure, roles),
  };
}

export function newRolesMemory(): RolesMemory {
  return { beganAt: undefined, wroteAt: new Map(), madeAt: new Map(), readAfter: new Map() };
}

/** What the kind itself does. */
export interface OwnSteps<O, Seen> {
  readonly observeOwn: (object: O) => Promise<Seen>;
  /** Whether nothing else is left to do for the object: only then does a role go that it needs no more. Pure. */
  readonly isThrough: (object: O, own: Seen) => boolean;
}

export async function observeWithRoles<O extends KubeObject, Seen>(
  object: O,
  place: BatchRegion,
  user: RoleUser<O, Seen>,
  { observeOwn, isThrough }: OwnSteps<O, Seen>,
  ports: Ports,
  memory: RolesMemory,
  signal: AbortSignal,
): Promise<WithRoles<O, Seen>> {
  const whole = filledObject(object, user, place, ports.cluster);
  let own = await observeOwn(whole);
  const inAws = {
    stranded: user.stranded(whole, own),
    used: user.used(own),
    doubted: user.doubted?.(own) ?? false,
  };
  const seen = await observeRoles(object, place, user, inAws, ports, memory, signal);
  if (user.strandedRead?.(object, statesOf(seen.stranded)) === true) own = await observeOwn(whole);
  const referred = new Set(seen.claims.filter((name) => user.refersTo(own, name)));
  const { deletionTimestamp } = object.metadata;
  const leaving = deletionTimestamp !== undefined;
  const surplus = seen.claims.some((name) => !referred.has(name) && seen.wishes.every((wish) => wish.name !== name));
  const removes = surplus || (leaving && referred.size === 0 && seen.claims.length > 0);
  const countedLater: JobsSeen = { kind: "later" };
  const counted = (): Promise<JobsSeen> => jobsSeen(own, place, user, signal);
  return {
    object: whole,
    own,
    roles: {
      ...seen,
      referred,
      jobs: !removes ? { kind: "counted", count: 0 } : isThrough(whole, own) ? await counted() : countedLater,
      goingForMs: leaving ? ports.clock.now() - Date.parse(deletionTimestamp) : undefined,
    },
  };
}

/** By ARN, whether a role is there and what AWS may find lacking. */
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

const known = new WeakMap<KubeObject, { readonly place: string; readonly filled: KubeObject }>();

/** The object with its roles filled in, the same one each time: what else follows from an object is kept with it. */
export function filledObject<O extends KubeObject>(
  object: O,
  user: Pick<RoleUser<O, never>, "filled">,
  { account, partition }: Place,
  cluster: Cluster,
): O {
  const iam = iamOf(object);
  if (iam === undefined) return object;
  const place = `${partition} ${account} ${cluster.name}`;
  const before = known.get(object);
  if (before?.place === place) return before.filled as O;
  const fresh = user.filled(object, rolesWished(iam, identityOf(object, cluster), { account, partition }));
  known.set(object, { place, filled: fresh });
  return fresh;
}
