/**
 * What AWS refuses keeps nothing waiting that does not hang on it: for a while all else goes before it, and when there
 * is nothing else to do it is tried again, the one whose last try is the longest ago first. Pure.
 */

import { creates, type Decision, type Next } from "../decision.ts";
import { type Action, independentName } from "./action.ts";
import type { Context } from "./context.ts";
import { attemptAt } from "./request.ts";
import type { Refusal } from "./seen.ts";

/** How long others go before an act that AWS has refused. */
const passedOverForMs = 10 * 60_000;
/** So many environments for one spec that AWS does not let go of may stand beside each other. */
const stuckAtMost = 3;

/** A decision, without a next step where all that there is to do is passed over. */
export type Choice = Omit<Decision<Action>, "next"> & { readonly next: Next<Action> | undefined };

/** @param chosen what the rules say, in a context in which some acts are passed over */
export function pastRefusals(context: Context, chosen: (context: Context) => Choice): Decision<Action> {
  const { refusals } = context.seen;
  const passing = (names: readonly string[]): Choice => chosen({ ...context, passedOver: new Set(names) });
  const refused = [...refusals].toSorted(([, left], [, right]) => left.at - right.at).map(([name]) => name);
  const lately = refused.filter((name) => isLately(refusals.get(name), context.now));
  const open = passing(lately);
  // Of what is refused only that which is still to be done.
  const retries = refused.flatMap((name) => {
    const choice = passing(refused.filter((other) => other !== name));
    return nameOf(choice.next) === name ? [{ name, choice }] : [];
  });
  const crowded = open.next !== undefined && creates(open.next) && isCrowded(context, retries);
  const [retry] = open.next?.kind === "act" && !crowded ? [] : retries;
  const choice = retry === undefined ? open : retried(retry.choice, open);
  const { next } = choice;
  if (next === undefined) throw new Error("an environment of ours has no next step");
  const name = nameOf(next);
  const others = retries.filter((one) => one.name !== name);
  const told = { ...choice, refused: others.flatMap((one) => refusals.get(one.name)?.failure ?? []) };
  const without = name === undefined || crowded ? undefined : passing([...lately, name]);
  if (next.kind !== "act" || without?.next === undefined || nameOf(without.next) === name) return { ...told, next };
  const { serving, news } = without;
  return { ...told, next: { ...next, otherwise: { next: without.next, serving, news } } };
}

/** What is told beside a step that AWS refuses is what there would be to tell without it. */
function retried(retry: Choice, open: Choice): Choice {
  return { ...retry, serving: open.serving, news: retry.serving ? retry.news : open.news };
}

function isLately(refusal: Refusal | undefined, now: number): boolean {
  const ageMs = now - (refusal?.at ?? Number.NEGATIVE_INFINITY);
  return ageMs >= 0 && ageMs < passedOverForMs;
}

/**
 * So many made for this very spec cannot be taken away that no further one is made: they would come to be as many as
 * the region has room for.
 */
function isCrowded({ seen }: Context, retries: readonly { readonly choice: Choice }[]): boolean {
  const stuck = retries.filter(({ choice: { next } }) => {
    const name = next?.kind === "act" ? leaving(next.action) : undefined;
    return name !== undefined && attemptAt(seen.planId, seen.baseName, name) > 0;
  });
  return stuck.length >= stuckAtMost;
}

/** The environment that an action takes out of service. */
function leaving(action: Action): string | undefined {
  switch (action.kind) {
    case "disable":
    case "terminateJobs":
    case "delete":
      return action.name;
    case "tag":
      return action.purpose === "retire" ? action.items[0]?.name : undefined;
    default:
      return undefined;
  }
}

function nameOf(next: Next<Action> | undefined): string | undefined {
  return next?.kind === "act" ? independentName(next.action) : undefined;
}
