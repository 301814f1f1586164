/** The door of endpoints: plans what an object does about them, and reports those of its VPCs. Pure. */

import type { Reason } from "../../../api/reasons.ts";
import { shortName } from "../../../network/needs.ts";
import { marks, sharedCheckMs, unreadCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import type { Act, Blocked, ConditionDraft, Step, Wait } from "../../pass/agenda.ts";
import { nothingToDo, type PartPlan, together } from "../../pass/part-plan.ts";
import type { EndpointsAction } from "./action.ts";
import { lackOfAny, lackOfItsOwn, withAllRefusals } from "./lacking.ts";
import { settling } from "./next.ts";
import type { EndpointsSeen, UsedVpc } from "./seen.ts";
import { vpcPlan } from "./vpc-plan.ts";

/** The condition of the endpoints while something remains to be done. */
const notReady = { type: "EndpointsReady", status: "False" } as const;

/**
 * Endpoints come first: an environment is created only when its endpoints are available. An environment that serves
 * keeps serving. The reconciler of the VPC creates and deletes them.
 */
export function endpointsPlan(seen: EndpointsSeen): PartPlan<EndpointsAction> {
  const { network, desired, claims } = seen;
  if (network.kind === "unneeded") return nothingToDo;
  if (network.kind === "unread") return unread(network, desired);
  const { vpcs, vpcIds, placed } = network;
  // The object may turn out to be in a VPC of its claims.
  if (desired && !placed) return nothingToDo;
  const staying = desired ? vpcIds : [];
  const unclaimed = staying.filter((id) => !claims.includes(id));
  if (unclaimed.length > 0) {
    const message = `requesting endpoints in ${unclaimed.join(", ")}`;
    return { steps: [claim([...claims, ...unclaimed], message)], conditions: [] };
  }
  const kept = vpcs.filter(({ vpcId }) => staying.includes(vpcId)).map((vpc) => inUse(vpc, desired));
  const leaving = vpcs.filter(({ vpcId }) => !staying.includes(vpcId));
  return together([...kept, leaving.length === 0 ? nothingToDo : { steps: [], ...left(leaving, claims) }]);
}

/** What is created of the endpoints, in words; undefined: nothing. */
export function creationOf({ steps }: PartPlan<EndpointsAction>): string | undefined {
  return steps.find((step) => (step.kind === "wait" || step.kind === "act") && creations.has(step.reason))?.message;
}

const creations: ReadonlySet<Reason> = new Set(["CreatingEndpoints", "EndpointsPending", "RepairingEndpoints"]);

/** The last step of a deletion: the finalizer of the keeper of a VPC stays until no endpoint of ours is left there. */
export function endpointsRemoval({ network }: EndpointsSeen): readonly Step<EndpointsAction>[] {
  if (network.kind === "unneeded") return [];
  if (network.kind === "unread") return [notRead(network)];
  const [first] = network.vpcs.flatMap((vpc) => keeping(vpc) ?? []);
  return first === undefined ? [] : [{ ...first, conditions: [notReady] }];
}

function inUse(vpc: UsedVpc, desired: boolean): PartPlan<EndpointsAction> {
  const { refused } = vpcPlan(vpc);
  if (vpc.unread !== undefined) return unread(withAllRefusals(vpc.unread, refused), desired);
  const lacking = lackOfItsOwn(vpc, refused);
  if (lacking !== undefined) {
    const hold = withAllRefusals(lacking, refused);
    return {
      steps: [{ ...hold, checkInMs: sharedCheckMs, holds: "creation", conditions: [notReady] }],
      conditions: [],
    };
  }
  // The previous process may have just deleted what EC2 still shows.
  const steps: readonly Wait[] = vpc.unproven ? [{ ...settling(vpc, "CreatingEndpoints"), holds: "creation" }] : [];
  // The plan is shared: a request of others that fails, such as a mistyped service, is reported and holds nothing up.
  const others = lackOfAny(vpc, refused);
  if (others !== undefined) {
    const { reason, message } = others;
    return { steps, conditions: [{ ...notReady, reason, message }], checkInMs: sharedCheckMs };
  }
  const names = vpc.plan.services.map(shortName).join(", ");
  const message =
    names === "" ? "the subnets need no endpoints of the operator" : `available in ${vpc.vpcId}: ${names}`;
  const ready: ConditionDraft = { ...notReady, status: "True", reason: "EndpointsAvailable", message };
  return { steps, conditions: [ready] };
}

/** The VPCs that an object no longer uses. It stays Ready, and holds its record of those that it keeps. */
function left(vpcs: readonly UsedVpc[], claims: readonly string[]): Omit<PartPlan<EndpointsAction>, "steps"> {
  if (vpcs.some(({ outlived }) => outlived.length > 0)) return { conditions: [], checkInMs: unwatchedCheckMs };
  const [kept] = vpcs.flatMap((vpc) => keeping(vpc) ?? []);
  if (kept !== undefined) {
    const { reason, message } = kept;
    return { conditions: [{ ...notReady, reason, message }], checkInMs: sharedCheckMs };
  }
  const gone = vpcs.map(({ vpcId }) => vpcId);
  const rest = claims.filter((id) => !gone.includes(id));
  if (rest.length === claims.length) return { conditions: [] };
  return { tail: [claim(rest, `no longer requesting endpoints in ${gone.join(", ")}`)], conditions: [] };
}

/** What the keeper of a VPC waits for while something of ours is left there. */
function keeping(vpc: UsedVpc): Wait | Blocked | undefined {
  if (!vpc.isKeeper) return undefined;
  const { next, refused } = vpcPlan(vpc);
  const step = refused[0]?.refusal ?? next;
  if (step === undefined) return undefined;
  const { kind, reason, message } = step;
  const checkInMs = sharedCheckMs;
  if (kind === "blocked") return { kind, reason, message, checkInMs };
  const stalls = kind === "wait" && step.stallsAfterMs !== undefined ? { stallsAfterMs: step.stallsAfterMs } : {};
  return { kind: "wait", reason, message, until: { kind: "shared" }, checkInMs, ...stalls };
}

interface Unread {
  readonly reason: Reason;
  readonly message: string;
}

function notRead({ reason, message }: Unread): Wait {
  const conditions = [{ ...notReady, status: "Unknown" }] as const;
  const [checkInMs, stallsAfterMs] = [unreadCheckMs, marks.unreadStallsMs];
  return { kind: "wait", reason, message, checkInMs, stallsAfterMs, conditions };
}

/** A new environment waits. An existing one keeps serving, and only the condition reports the problem. */
function unread(why: Unread, desired: boolean): PartPlan<EndpointsAction> {
  return { steps: [{ ...notRead(why), holds: desired ? "creation" : "nothing" }], conditions: [] };
}

function claim(claims: readonly string[], message: string): Act<EndpointsAction> {
  const action: EndpointsAction = { kind: "claimVpcs", claims };
  return { kind: "act", action, reason: "CreatingEndpoints", message, conditions: [notReady] };
}
