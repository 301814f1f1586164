import { keyText, type ObjectKey } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import { AwsError } from "../../../aws/errors.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Again, KeyReconciler, ReconcileContext } from "../../../runtime/controller.ts";
import type { EventSink } from "../../../runtime/recorder.ts";
import { endpointsCheckMs, othersCheckMs, rereadCheckMs, unreadCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import type { Act } from "../../pass/agenda.ts";
import { agreed } from "../../pass/confirmed-action.ts";
import { failedOutcome } from "../../pass/failures.ts";
import { isSameSpec } from "../../pass/holds.ts";
import { type Ports, RegionNotAllowed } from "../../ports.ts";
import type { Ec2Memory } from "../ec2-memory.ts";
import { type VpcWriting, writeInVpc } from "./act.ts";
import type { VpcAction } from "./action.ts";
import { notedIn, VpcKind, vpcClaims } from "./claims.ts";
import { vpcEvent } from "./events.ts";
import { type EndpointsReading, observeVpc, takesAway } from "./observe.ts";
import type { VpcSeen } from "./seen.ts";
import { isHeldBack, usersText } from "./users.ts";
import { writerIn } from "./vpc.ts";
import { vpcPlan } from "./vpc-plan.ts";

/** What the reconciler of VPCs shares with that of the objects that use them. */
export interface SharedWith {
  readonly memory: Ec2Memory;
  readonly readingOf: (region: BatchRegion) => EndpointsReading;
  /** Has an object reconciled again, which waits for what happens in a VPC. */
  readonly wake: (object: BatchComputeEnvironment) => void;
  readonly events: EventSink;
}

/** A VPC, and the objects that have noted that they request endpoints there. */
export interface NotedVpc {
  readonly key: ObjectKey;
  readonly objects: readonly BatchComputeEnvironment[];
}

interface Pass extends NotedVpc {
  readonly ports: Ports;
  readonly shared: SharedWith;
  readonly context: ReconcileContext;
  readonly region: BatchRegion;
}

/**
 * Creates and deletes the endpoints of VPCs, each for all objects that use them. The objects read what is there as part of
 * their own observation, by the same rules, and are woken when it changes.
 */
export function vpcEndpoints(ports: Ports, shared: SharedWith): KeyReconciler<NotedVpc> {
  const reported = new Map<string, string>();
  return {
    kind: VpcKind,
    find(key) {
      const objects = notedIn(key, ports.objects);
      if (objects.some(ports.reconciles)) return { key, objects };
      reported.delete(key.name);
      return undefined;
    },
    async reconcile({ key, objects }, context) {
      const wakeOn = (state: string): void => {
        if (reported.get(key.name) === state) return;
        reported.set(key.name, state);
        for (const one of objects.filter(ports.reconciles)) shared.wake(one);
      };
      try {
        const region = await ports.regions.open(key.namespace, context.signal);
        const { failure, listedAt } = region.snapshot();
        // The first listing wakes every object and its VPCs.
        if (listedAt === undefined && failure === undefined) return { kind: "onChange" };
        if (failure !== undefined) return { kind: "after", delayMs: rereadCheckMs };
        return await pass({ key, objects, ports, shared, context, region }, wakeOn);
      } catch (error) {
        if (error instanceof AwsError) return { kind: "after", delayMs: rereadCheckMs };
        // Its objects are blocked, and report it.
        if (error instanceof RegionNotAllowed) return { kind: "after", delayMs: unreadCheckMs };
        throw error;
      }
    },
  };
}

/**
 * One pass over one VPC.
 *
 * Expected flow: AWS and the objects are observed; what is next in the VPC is planned; objects are woken when what they see
 * has changed. Before a write AWS and the keeper's object are read live; the write is sent where both lead to the same
 * action. The next pass follows at once.
 *
 * Assumptions: one process reconciles a VPC at a time. What was observed may be minutes old. The process may end between
 * any two lines.
 *
 * Guarantees: at most one action is carried out. Nothing is written by the process of another shard than the keeper's, nor
 * while the keeper is paused, in dry-run, or in another account or region. Nothing is remembered that the next pass
 * needs, but what this process wrote a moment ago and what EC2 has refused.
 *
 * Errors: what EC2 refuses is remembered, and reported by the objects.
 * @throws whatever is neither an answer of AWS nor a sign that an object has changed
 */
async function pass(p: Pass, wakeOn: (state: string) => void): Promise<Again> {
  const { key, objects, context } = p;
  const seen = await observeVpc(key.name, objects, p.shared.readingOf(p.region), context.signal);
  if (seen.kind === "unread") {
    wakeOn(seen.message);
    return { kind: "after", delayMs: unreadCheckMs };
  }
  const { vpc } = seen;
  const { next, refused } = vpcPlan(vpc);
  const { isHere = false, isHeld = false } = vpc.keeper ?? {};
  if (next?.kind === "act" && isHere && !isHeld) return await write(p, vpc, next);
  // What comes of a write is reported once it is known.
  wakeOn(stateOf(vpc));
  if (!isHere) {
    const isLacking = p.shared.memory.lacking.has(key.name);
    return { kind: "after", delayMs: isLacking ? othersCheckMs : unwatchedCheckMs };
  }
  const checks = [unwatchedCheckMs, ...refused.map(({ refusal }) => refusal.checkInMs)];
  if (next?.kind === "wait") checks.push(next.checkInMs ?? unwatchedCheckMs);
  if (vpc.unproven || !vpc.ours.every(({ state }) => state === "available")) checks.push(endpointsCheckMs);
  return { kind: "after", delayMs: Math.min(...checks) };
}

async function write(p: Pass, vpc: VpcSeen, planned: Act<VpcAction>): Promise<Again> {
  const { key, objects, ports, shared, context, region } = p;
  const { signal, log } = context;
  const beganAtMs = ports.clock.monotonic();
  try {
    const keeper = await keeperLive(p, vpc);
    if (keeper === undefined) return { kind: "now" };
    await region.refresh(signal);
    if (region.snapshot().failure !== undefined) return { kind: "now" };
    const ec2 = await ports.regions.ec2(key.namespace, signal);
    shared.memory.readAfter.set(key.name, beganAtMs);
    if (takesAway(vpc)) ec2.forgetWays(beganAtMs);
    const live = await observeVpc(key.name, objects, shared.readingOf(region), signal);
    if (live.kind === "unread" || live.vpc.keeper?.uid !== keeper.metadata.uid) return { kind: "now" };
    const { next } = vpcPlan(live.vpc);
    const action = next?.kind === "act" ? agreed(planned.action, next.action) : undefined;
    if (action === undefined) return { kind: "now" };
    const object = `${BatchComputeEnvironmentKind.kind} ${keyText(keeper.metadata)}`;
    log.info("acts", { reason: planned.reason, why: planned.message, object });
    const writing: VpcWriting = {
      ec2,
      clock: ports.clock,
      memory: shared.memory,
      writer: writerIn(key.name, objects),
      isCurrent: () => usersText(region, ports) === live.users,
    };
    await writeInVpc(action, writing, signal);
    shared.events.record(BatchComputeEnvironmentKind, keeper, vpcEvent(action));
  } catch (error) {
    // What EC2 refuses is planned with, and what has changed is planned again.
    failedOutcome(error);
  }
  return { kind: "now" };
}

/** The keeper, read live; undefined: it has changed since it was planned for, or nothing is written for it any more. */
async function keeperLive(
  { key, objects, ports, region, context }: Pass,
  { keeper }: VpcSeen,
): Promise<BatchComputeEnvironment | undefined> {
  const known = objects.find(({ metadata }) => metadata.uid === keeper?.uid);
  if (known === undefined) return undefined;
  const read = await ports.store.get(BatchComputeEnvironmentKind, known.metadata, context.signal);
  const live = read as BatchComputeEnvironment | undefined;
  if (live === undefined || !isSameSpec(live, known) || !ports.reconciles(live)) return undefined;
  return isHeldBack(live, region, ports) || !vpcClaims(live).includes(key.name) ? undefined : live;
}

/** What objects see of a VPC, as a text. */
function stateOf({ plan, refused, ...rest }: VpcSeen): string {
  const { needs, unread, ...lists } = plan;
  return JSON.stringify([rest, lists, [...needs.values()], [...unread.values()], [...refused.keys()]]);
}
