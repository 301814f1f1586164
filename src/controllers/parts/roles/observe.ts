import type { KubeObject } from "../../../api/object.ts";
import { rolesAnnotation } from "../../../api/v1alpha1/annotations.ts";
import { AwsError } from "../../../aws/errors.ts";
import type { IamAccount, IamReading, ProfileSeen, RoleSeen } from "../../../aws/iam-account.ts";
import { doubtedRoleMaxAgeMs, rereadCheckMs, rolesRestMs, shownForSureMs, shownWithinMs } from "../../intervals.ts";
import { annotationsOf } from "../../ownership/namespace-annotations.ts";
import { identityOf, roleTag } from "../../ownership/ownership.ts";
import { directivesOf, isAskedFor } from "../../pass/directives.ts";
import { unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { isBatchRole, type Place, type RoleSpecs, rolesAskedBy } from "./desired.ts";
import { limitsOf } from "./limits.ts";
import { isRoleName, isRoleOf, isRoleOfNamespace } from "./names.ts";
import { markOf } from "./ownership.ts";
import type { IamSeen, LimitsSeen, RolesSeen } from "./seen.ts";
import type { RoleUser } from "./user.ts";

/** What this process keeps of roles between passes: times only. */
export interface RolesMemory {
  /** When this process first read an object, monotonic ms: the previous writer wrote before. */
  beganAt: number | undefined;
  /** By name: when this process last wrote it, monotonic ms. */
  readonly wroteAt: Map<string, number>;
  /** By name: when this process last created it and has not deleted it since, monotonic ms. */
  readonly madeAt: Map<string, number>;
  /** By uid of an object: its next pass uses only reads of IAM at or after this monotonic time (ms). */
  readonly readAfter: Map<string, number>;
}

/**
 * No object has this many roles that are neither desired nor used. Each costs five calls or more in a live read, and a note is
 * anybody's to write: 40 objects with 100 names each kept another tenant's role waiting for minutes.
 */
const mostSurplus = 10;

/** What the kind observes in AWS of its roles; see `RoleUser`. */
export interface InAws {
  readonly stranded: readonly string[];
  readonly used: readonly string[];
  readonly doubted: boolean;
}

/** Reads what the plan of the roles needs. An object without roles causes no read. */
export async function observeRoles<O extends KubeObject>(
  object: O,
  place: Place & { readonly region: string },
  { user, stranded, used, doubted }: InAws & { readonly user: Pick<RoleUser<O, never>, "kind" | "named" | "awsName"> },
  { ports, memory }: { readonly ports: Ports; readonly memory: RolesMemory },
  signal: AbortSignal,
): Promise<Omit<RolesSeen, "referred" | "usedInRegion" | "jobs" | "goingForMs">> {
  const { settings, cluster } = ports;
  const identity = identityOf(object, cluster);
  const directives = directivesOf(object, settings);
  // A BatchRole needs no note: its name in IAM never changes, and it has the finalizer before the role is created.
  const noted = isBatchRole(object) ? rolesAskedBy(object, cluster, place).map(({ name }) => name) : notedRoles(object);
  const named = user.named(object);
  // The note of a lost cluster is lost with its object, but the object's resources in AWS still name its roles.
  const lostNotes = used.filter((name) => !noted.includes(name) && isRoleOf(identity, name));
  const usesRoles = iamOf(object) !== undefined || noted.length > 0 || lostNotes.length > 0;
  const limits = usesRoles || named.length > 0 ? await limitsIn(identity.namespace, ports, signal) : unneeded;
  const boundary = limits.kind === "read" ? limits.limits.boundary?.arn : undefined;
  const desiredRoles = rolesAskedBy(object, cluster, place, boundary);
  const unnoted = lostNotes.filter((name) => desiredRoles.every((one) => one.name !== name));
  const needed = new Set([...used, ...desiredRoles.map(({ name }) => name)]);
  const ignored = new Set(noted.filter((name) => !needed.has(name)).slice(mostSurplus));
  const claims = noted.filter((name) => !ignored.has(name));
  const names = [...new Set([...claims, ...unnoted, ...desiredRoles.map(({ name }) => name)])];
  const readAfterMs = memory.readAfter.get(object.metadata.uid);
  memory.readAfter.delete(object.metadata.uid);
  const mustBeLive = (name: string): boolean =>
    readAfterMs !== undefined || (isAskedFor(object) && (needed.has(name) || directives.deleting));
  // One pass reads a role once, also where it observes again before a write that cannot be undone.
  const sinceMs = readAfterMs ?? ports.clock.monotonic();
  // Only a role to delete needs a proof that it does not exist. A missing desired role is created anyway.
  const goes = (name: string): boolean => directives.deleting || desiredRoles.every((one) => one.name !== name);
  const provenFor =
    memory.beganAt === undefined ? rolesRestMs : ports.clock.monotonic() - memory.beganAt - shownForSureMs;
  const goingMs = Math.min(rolesRestMs, Math.max(rereadCheckMs, provenFor));
  const maxAgeMs = (name: string): number => {
    if (mustBeLive(name)) return 0;
    return Math.min(goes(name) ? goingMs : rolesRestMs, doubted ? doubtedRoleMaxAgeMs : rolesRestMs);
  };
  const read = await iamSeen(
    {
      names,
      instances: new Set(desiredRoles.flatMap(({ name, profileArn }) => (profileArn === undefined ? [] : [name]))),
    },
    stranded,
    () => ports.regions.iam(signal, identity.namespace),
    (name) => ({ signal, maxAgeMs: maxAgeMs(name), sinceMs }),
    { signal, maxAgeMs: 0, sinceMs },
  );
  const isYoung = (at: number, ageMs: number): boolean => ports.clock.monotonic() - at < ageMs;
  const isRecent = (at: number | undefined): boolean => at !== undefined && isYoung(at, shownForSureMs);
  return {
    identity,
    mark: markOf(identity, `${place.region}/${user.awsName(object)}`),
    place,
    desiredRoles,
    claims,
    unnoted,
    named,
    limits,
    iam: read.iam,
    stranded: read.stranded,
    justWritten: new Set([...memory.wroteAt].filter(([, at]) => isYoung(at, shownWithinMs)).map(([name]) => name)),
    unsettledMs: Math.max(0, ...desiredRoles.map(({ name }) => settlesInMs(memory.wroteAt.get(name), ports))),
    absenceUnproven: new Set(
      isRecent(memory.beganAt) ? names : names.filter((name) => isRecent(memory.madeAt.get(name))),
    ),
    ignoreTagKeys: settings.ignoreTagKeys,
    repairForeign: mayRepairForeign(object),
    retain: directives.deleting && directives.retain,
  };
}

/** How long IAM may still answer with the state before a write at that monotonic time. */
function settlesInMs(wroteAt: number | undefined, { clock }: Ports): number {
  return wroteAt === undefined ? 0 : wroteAt + shownForSureMs - clock.monotonic();
}

const unneeded = { kind: "unneeded" } as const;

/** The limits of a namespace, or why they are not known. */
export async function limitsIn(
  namespace: string,
  ports: Pick<Ports, "objects" | "settings">,
  signal: AbortSignal,
): Promise<Exclude<LimitsSeen, { kind: "unneeded" }>> {
  const { roles, namespaceAnnotations } = ports.settings;
  const read = await annotationsOf(namespace, ports.objects, signal);
  return read.kind === "unread"
    ? read
    : { kind: "read", limits: limitsOf(roles, read.annotations, namespaceAnnotations) };
}

interface Read {
  readonly iam: IamSeen;
  readonly stranded: ReadonlyMap<string, RoleSeen | undefined>;
}

async function iamSeen(
  { names, instances }: { readonly names: readonly string[]; readonly instances: ReadonlySet<string> },
  stranded: readonly string[],
  open: () => Promise<IamAccount>,
  reading: (name: string) => IamReading,
  live: IamReading,
): Promise<Read> {
  if (names.length === 0 && stranded.length === 0) return { iam: unneeded, stranded: new Map() };
  try {
    const account = await open();
    const roles = new Map<string, RoleSeen>();
    const profiles = new Map<string, ProfileSeen>();
    for (const name of names) {
      const role = await account.role(name, reading(name));
      if (role !== undefined) roles.set(name, role);
      // The role of a task has none. The purpose of a missing role is unknown.
      if (!instances.has(name) && !mayHaveProfile(role)) continue;
      const profile = await account.profile(name, reading(name));
      if (profile !== undefined) profiles.set(name, profile);
    }
    return { iam: { kind: "read", roles, profiles }, stranded: await lost(stranded, account, live) };
  } catch (error) {
    const partly = error instanceof AwsError && error.kind === "notFound";
    const what = partly ? "IAM shows a role only in parts yet" : "roles cannot be read";
    return { iam: { ...unreadBy(error, what), partly }, stranded: new Map() };
  }
}

function mayHaveProfile(role: RoleSeen | undefined): boolean {
  const purpose = role?.tags[roleTag];
  return purpose === undefined || purpose === "instance";
}

/** Reads live, because a missing role is created. */
async function lost(
  arns: readonly string[],
  account: IamAccount,
  live: IamReading,
): Promise<ReadonlyMap<string, RoleSeen | undefined>> {
  const found = new Map<string, RoleSeen | undefined>();
  for (const arn of arns) {
    found.set(arn, await account.role(arn.slice(arn.lastIndexOf("/") + 1), live));
  }
  return found;
}

/** `spec.iam` of an object, of whatever kind. */
function iamOf(object: KubeObject): RoleSpecs | undefined {
  return (object.spec as { readonly iam?: RoleSpecs | undefined }).iam;
}

/**
 * The roles that an object has requested so far. Anybody may write the note, so only names that its namespace gives count, and
 * only tags prove an owner. A service role that the object lets the operator create again has any name.
 */
export function notedRoles(object: KubeObject): readonly string[] {
  const { annotations, namespace } = object.metadata;
  const mayRepair = mayRepairForeign(object);
  return (annotations?.[rolesAnnotation] ?? "")
    .split(",")
    .filter((name) => isRoleName(name) && (mayRepair || isRoleOfNamespace(namespace, name)));
}

function mayRepairForeign(object: KubeObject): boolean {
  return (
    (iamOf(object) as { readonly repairMissingServiceRole?: boolean } | undefined)?.repairMissingServiceRole === true
  );
}
