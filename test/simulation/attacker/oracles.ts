import type { KubeObject } from "../../../src/api/object.ts";
import { pausedAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import { namespaceTag, ownerIn } from "../../../src/controllers/ownership/ownership.ts";
import { conditionsOf } from "../../../src/controllers/pass/conditions.ts";
import { jsonEqual } from "../../../src/runtime/json-equal.ts";
import { tagsOf } from "../../../src/simulator/ec2-state.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { everything, targetOf } from "../oracles/not-ours.ts";
import { driftSeenMs, isOperatorWrite, lastPart, liveEnvironments, liveQueues, orderOf } from "../oracles/reading.ts";
import { jobsOfOthers } from "./armed/of-victims.ts";
import { usesOnlyWhatIsAllowed } from "./armed/rights.ts";
import { foreignInNetwork } from "./tag-writer.ts";
import { attacker, bystanders, isVictim, legacyDefinition, victims } from "./tenants.ts";

/**
 * A victim's change is done within this time: a replacement without soak, with every wait for AWS in it. Nothing of the
 * victim moves afterwards, whatever the attacker does.
 */
const settledMs = 20 * 60_000;

/** By namespace of a victim: when it last changed something of its own, monotonic ms. */
class Activity {
  readonly #at = new Map<string, number>();
  readonly #watched: Watched;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onObject(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const namespace = (after ?? before)?.metadata.namespace;
    if (!isVictim(namespace) || namespace === undefined) return;
    if (!jsonEqual(intentOf(before), intentOf(after))) this.#at.set(namespace, this.#watched.clock.monotonic());
  }

  /** @returns ms since the last change of its own */
  quietFor(namespace: string): number {
    return this.#watched.clock.monotonic() - (this.#at.get(namespace) ?? Number.NEGATIVE_INFINITY);
  }
}

/** Which victims let every namespace use their environment. */
class Guests {
  readonly #watched: Watched;
  readonly #until = new Map<string, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onObject(before: KubeObject | undefined, after: KubeObject | undefined): void {
    for (const one of [before, after]) if (one !== undefined) this.#note(one);
  }

  /** @returns ms since a victim last let others in, at a monotonic time */
  leftFor(namespace: string, at: number): number {
    for (const one of this.#watched.store.objects()) this.#note(one);
    return at - (this.#until.get(namespace) ?? Number.NEGATIVE_INFINITY);
  }

  #note({ kind, spec, metadata: { namespace } }: KubeObject): void {
    // A network is used by others, and nothing of them is in it.
    if (kind === "BatchNetwork") return;
    const { allowedNamespaces } = spec as { readonly allowedNamespaces?: { readonly from?: string } };
    if (allowedNamespaces?.from === "All") this.#until.set(namespace, this.#watched.clock.monotonic());
  }
}

/** What its owner says of an object; the rest of it is the operator's. */
function intentOf(object: KubeObject | undefined): unknown {
  if (object === undefined) return null;
  const { annotations, deletionTimestamp } = object.metadata;
  return [object.spec, annotations?.[pausedAnnotation] ?? null, deletionTimestamp ?? null];
}

/** What belongs to a victim is written only for a change of that victim. */
const neverWritten: OracleFactory = (watched) => {
  const activity = new Activity(watched);
  const guests = new Guests(watched);
  return {
    name: "a tenant causes no write to what belongs to another",
    onObject(before, after) {
      activity.onObject(before, after);
      guests.onObject(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after" || !isOperatorWrite(call)) return undefined;
      const namespace = namespaceWritten(watched, call);
      if (namespace === undefined || !isVictim(namespace) || activity.quietFor(namespace) <= settledMs)
        return undefined;
      // What was in use by a guest is taken out of service whenever the guest leaves.
      if (Number.isFinite(guests.leftFor(namespace, watched.clock.monotonic()))) return undefined;
      return `${call.operation} ${JSON.stringify(call.input)}, which belongs to ${namespace}, ${Math.round(activity.quietFor(namespace) / 60_000)} minutes after its last change`;
    },
  };
};

/** What calls of IAM and EC2 name what they change by. */
interface InNetwork {
  readonly RoleName?: string;
  readonly GroupId?: string;
  readonly VpcEndpointId?: string;
  readonly VpcEndpointIds?: readonly string[];
  readonly Resources?: readonly string[];
}

/** The namespace in the tags of what a call changes; undefined: nobody's, or nothing is there yet. */
function namespaceWritten(watched: Watched, call: CallRecord): string | undefined {
  const target = targetOf(watched, call);
  if (target !== undefined) return target.tags?.[namespaceTag];
  const { RoleName: role, GroupId, VpcEndpointId, VpcEndpointIds = [], Resources = [] } = call.input as InNetwork;
  const ids = [GroupId, VpcEndpointId, ...VpcEndpointIds, ...Resources];
  const { truth } = watched.aws;
  const inNetwork = [
    ...truth.securityGroups().map((one) => ({ id: one.GroupId, tags: tagsOf(one.Tags) })),
    ...truth.vpcEndpoints().map((one) => ({ id: one.VpcEndpointId, tags: tagsOf(one.Tags) })),
  ].find(({ id }) => id !== undefined && ids.includes(id));
  if (inNetwork !== undefined) return inNetwork.tags[namespaceTag];
  return watched.aws.truth.roles().find(({ name }) => name === role)?.tags[namespaceTag];
}

/** What a victim has, or has a right to by its name, never becomes the attacker's. */
const neverTaken: OracleFactory = (watched) => {
  const owners = new Map<string, string>();
  return {
    name: "a tenant gets nothing that belongs to another",
    onEffect(call, phase) {
      if (phase === "before" || !isOperatorWrite(call)) return undefined;
      for (const { arn, name, tags } of everything(watched)) {
        // A writer of tags may give these to anybody, and the operator gives them to nobody.
        if (isBystander(name)) continue;
        const namespace = ownerIn(tags)?.namespace;
        const before = owners.get(arn);
        if (namespace !== undefined) owners.set(arn, namespace);
        if (namespace !== attacker) continue;
        if (isVictim(before)) return `${arn} of ${before} belongs to ${attacker} after ${call.operation}`;
        if (
          arn.includes(`:job-definition/${legacyDefinition}:`) ||
          victims.some((victim) => name.startsWith(`${victim}_`))
        ) {
          return `${call.operation} made ${arn} for ${attacker}, a name of another namespace`;
        }
      }
      return undefined;
    },
  };
};

/**
 * No queue of the attacker starts jobs on the instances of a victim that does not allow it. One that was a guest keeps what
 * it had, and gets nothing further.
 */
const neverUsed: OracleFactory = (watched) => {
  const owners = new Map<string, string>();
  const guests = new Guests(watched);
  let had: ReadonlySet<string> = new Set();
  return {
    name: "a tenant runs nothing on the instances of another",
    onObject(before, after) {
      guests.onObject(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "before" || !isOperatorWrite(call)) return undefined;
      const isGuest = (namespace: string): boolean =>
        guests.leftFor(namespace, watched.releasedAt(call)) <= driftSeenMs;
      const now = new Set<string>();
      for (const { computeEnvironmentArn: arn = "", computeEnvironmentName: name, tags } of liveEnvironments(watched)) {
        if (isBystander(name)) continue;
        const namespace = ownerIn(tags)?.namespace;
        if (namespace !== undefined) owners.set(arn, namespace);
      }
      for (const queue of liveQueues(watched)) {
        if (queue.tags?.[namespaceTag] !== attacker) continue;
        const pair = (arn: string): string => `${queue.jobQueueArn} ${arn}`;
        for (const arn of orderOf(queue)) now.add(pair(arn));
        const used = orderOf(queue).find((arn) => {
          const owner = owners.get(arn);
          return owner !== undefined && isVictim(owner) && !isGuest(owner) && !had.has(pair(arn));
        });
        if (used !== undefined) {
          return `${queue.jobQueueName} of ${attacker} has ${lastPart(used)} of ${owners.get(used)} after ${call.operation}`;
        }
      }
      had = now;
      return undefined;
    },
  };
};

function isBystander(name: string | undefined): boolean {
  return name === bystanders.environment || name === bystanders.queue;
}

/** What belongs to nobody of the cluster stays as it is, whatever tags a writer of tags gives it. */
const neverForged: OracleFactory = (watched) => ({
  name: "tags alone make nothing the operator's own",
  onEffect(call, phase) {
    if (phase === "after" || !isOperatorWrite(call)) return undefined;
    const target = targetOf(watched, call);
    const {
      Resources = [],
      VpcEndpointIds = [],
      VpcEndpointId = "",
      GroupId = "",
    } = call.input as {
      readonly Resources?: readonly string[];
      readonly VpcEndpointIds?: readonly string[];
      readonly VpcEndpointId?: string;
      readonly GroupId?: string;
    };
    const ids = [...Resources, ...VpcEndpointIds, VpcEndpointId, GroupId];
    const marked = isBystander(target?.name) ? target?.name : foreignInNetwork(watched).find((id) => ids.includes(id));
    return marked === undefined ? undefined : `${call.operation} ${JSON.stringify(call.input)} wrote to ${marked}`;
  },
});

/** A victim's objects become Ready, or go, in time, and are never Stalled: their specs are valid at any time. */
const neverDelayed: OracleFactory = (watched) => {
  const activity = new Activity(watched);
  const guests = new Guests(watched);
  // Whom a victim lets in may hold back its replacement, e.g. by a queue that is paused, until it is let in no more.
  const isHost = (namespace: string): boolean => guests.leftFor(namespace, watched.clock.monotonic()) <= settledMs;
  return {
    name: "a tenant delays and stalls nobody else",
    onObject(before, after) {
      activity.onObject(before, after);
      guests.onObject(before, after);
      if (after === undefined || !isVictim(after.metadata.namespace) || isHost(after.metadata.namespace))
        return undefined;
      const stalled = conditionsOf(after).find(({ type, status }) => type === "Stalled" && status === "True");
      return stalled && `${textFor(after)} is Stalled: ${stalled.reason}: ${stalled.message}`;
    },
    onTick() {
      for (const object of watched.store.objects()) {
        const { namespace, annotations, deletionTimestamp } = object.metadata;
        if (!isVictim(namespace) || isHost(namespace) || activity.quietFor(namespace) <= settledMs) continue;
        if (deletionTimestamp !== undefined) return `${textFor(object)} is still being deleted`;
        const ready = conditionsOf(object).find(({ type }) => type === "Ready");
        if (ready?.status === "True" || annotations?.[pausedAnnotation] !== undefined) continue;
        return `${textFor(object)} is not Ready: ${ready?.reason}: ${ready?.message}`;
      }
      return undefined;
    },
  };
};

function textFor({ kind, metadata: { namespace, name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

/** What the other tenants are promised, in worlds with an attacker. */
export const tenantOracles: readonly OracleFactory[] = [
  neverWritten,
  neverTaken,
  neverUsed,
  neverForged,
  neverDelayed,
  usesOnlyWhatIsAllowed,
  ...jobsOfOthers,
];
