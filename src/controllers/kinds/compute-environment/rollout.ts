/**
 * Fresh instances for a `rolloutToken` or a version of the launch template, requested once. AWS shows nothing of such an
 * update once it is over, nor which version `$Latest` was, so the tag `awsbatch.dev/rollout-token` records both: `<token>`,
 * or `template:<version>@<token>`, when the instances were made for them, and `<value before>@asked:<hash of the new
 * value>` from just before the request. Pure.
 */

import type { Environment } from "../../../aws/batch.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { settleCheckMs } from "../../intervals.ts";
import { rolloutTokenTag, type Tags } from "../../ownership/ownership.ts";
import type { Step } from "../../pass/agenda.ts";
import type { Action, Rollout } from "./action.ts";
import type { RolloutKnown, Seen } from "./seen.ts";

const askedMark = "@asked:";
const valueLength = 256;
/** AWS takes 256 characters; a hash has eight. */
const beforeLength = valueLength - askedMark.length - 8;

/** What an environment was given its instances for; what is undefined nobody has noted. */
interface RolledOut {
  readonly token: string | undefined;
  /** What `$Latest` and `$Default` of its launch templates were, as `templateVersionText` has it. */
  readonly templateVersion: string | undefined;
}

/** The value of the tag; undefined where there is nothing to note. */
export function rolloutValue({ token, templateVersion }: RolledOut): string | undefined {
  if (templateVersion === undefined) return token;
  const value = `template:${templateVersion}@${token ?? ""}`;
  if (value.length <= beforeLength) return value;
  return `${value.slice(0, beforeLength - 9)}:${shortHash(value)}`;
}

/** What the tag says, without what is only asked for. */
export function rolledOut(tags: Tags | undefined): RolledOut {
  const value = tags?.[rolloutTokenTag] ?? "";
  const [, before = value] = /^(.*)@asked:[0-9a-f]{8}$/.exec(value) ?? [];
  const [, templateVersion, token = before] = /^template:([0-9/]+)@(.*)$/.exec(before) ?? [];
  return { token: token === "" ? undefined : token, templateVersion };
}

/** Whether an environment has, or soon will have, the instances for a token. */
export function isRolledOut(tags: Tags | undefined, token: string): boolean {
  return isNoted(tags, token) || isNoted(tags, rolloutValue({ ...rolledOut(tags), token }));
}

function isNoted(tags: Tags | undefined, value: string | undefined): boolean {
  return tags?.[rolloutTokenTag] === value || rolloutValue(rolledOut(tags)) === value;
}

/** The tag of an environment; none where there is nothing to note. */
export function rolloutTags(rollout: RolledOut): Record<string, string> {
  const value = rolloutValue(rollout);
  return value === undefined ? {} : { [rolloutTokenTag]: value };
}

/** What an update that rolls out a value of the tag has to write in addition. */
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
  if (token === undefined || isNoted(tags, token)) return undefined;
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
    message: `AWS gives ${name} fresh instances, which is noted in its tags: ${JSON.stringify(token)}`,
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
  return `${(rolloutValue(rolledOut(tags)) ?? "").slice(0, beforeLength)}${askedMark}${shortHash(token)}`;
}
