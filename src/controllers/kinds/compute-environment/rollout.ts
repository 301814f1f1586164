/**
 * Fresh instances for a `rolloutToken`, requested once. AWS shows nothing of such an update once it is over, so the tag
 * `awsbatch.dev/rollout-token` records its progress: `<token>` when the instances were replaced for that token, and
 * `<token before>@asked:<hash of the new token>` from just before the request. Pure.
 */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { settleCheckMs } from "../../intervals.ts";
import { rolloutTokenTag, type Tags } from "../../ownership/ownership.ts";
import type { Step } from "../../pass/agenda.ts";
import type { Action, Rollout } from "./action.ts";
import type { RolloutKnown, Seen } from "./seen.ts";

const askedMark = "@asked:";
/** AWS takes 256 characters; a hash has eight. */
const beforeLength = 256 - askedMark.length - 8;

/** The token for which an environment was given its instances; undefined: for none. */
export function rolledOutFor(tags: Tags | undefined): string | undefined {
  const value = tags?.[rolloutTokenTag];
  const [, before] = /^(.*)@asked:[0-9a-f]{8}$/.exec(value ?? "") ?? [];
  return before === "" ? undefined : (before ?? value);
}

/** Whether an environment has, or soon will have, the instances for a token. */
export function isRolledOut(tags: Tags | undefined, token: string): boolean {
  return tags?.[rolloutTokenTag] === token || rolledOutFor(tags) === token;
}

/** The tag of an environment in its desired state; none without a token. */
export function rolloutTags({ rolloutToken }: BatchComputeEnvironmentSpec): Record<string, string> {
  return rolloutToken === undefined ? {} : { [rolloutTokenTag]: rolloutToken };
}

/** What an update that rolls out `token` has to write in addition. */
export function rolloutOf(token: string, { tags }: Environment): Rollout {
  return { token, ask: isAsked(tags, token) ? undefined : askedValue(tags, token) };
}

/**
 * Notes a rollout that AWS has taken, also when the answer was lost with the process that asked: between the mark and
 * the update nothing else is sent, so that what is UPDATING under the mark is that rollout. This process knows better of
 * what it has asked itself.
 */
export function rolloutNoted(token: string | undefined, target: Environment, seen: Seen): Step<Action> | undefined {
  const { computeEnvironmentName: name, computeEnvironmentArn: arn, tags, status } = target;
  if (token === undefined || isRolledOut(tags, token)) return undefined;
  const known = knownOf(seen.rollouts.get(name), token);
  const mayBeUnderWay = known === undefined && status === "UPDATING" && isAsked(tags, token);
  if (mayBeUnderWay && !seen.settled.has(name)) {
    return { kind: "wait", reason: "Updating", message: `${name} is being updated`, checkInMs: settleCheckMs };
  }
  if (!mayBeUnderWay && known !== true) return undefined;
  const change = { set: { [rolloutTokenTag]: token }, remove: [] };
  return {
    kind: "act",
    action: { kind: "tag", purpose: "rollout", items: [{ name, arn, change }] },
    reason: "Updating",
    message: `AWS gives ${name} fresh instances for rolloutToken ${JSON.stringify(token)}, which is noted in its tags`,
  };
}

/** Whether this process has seen AWS take the rollout of a token; undefined: it does not know. */
function knownOf(known: RolloutKnown | undefined, token: string): boolean | undefined {
  return known?.token === token ? known.taken : undefined;
}

function isAsked(tags: Tags | undefined, token: string): boolean {
  return tags?.[rolloutTokenTag]?.endsWith(`${askedMark}${shortHash(token)}`) ?? false;
}

function askedValue(tags: Tags | undefined, token: string): string {
  return `${(rolledOutFor(tags) ?? "").slice(0, beforeLength)}${askedMark}${shortHash(token)}`;
}
