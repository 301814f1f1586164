/** Deletion of an object: retire and delete every environment of it, or keep them by Retain. Pure. */

import { retainedMark } from "../../ownership/ownership.ts";
import { releaseTags } from "../../ownership/tags.ts";
import type { Step } from "../../pass/agenda.ts";
import { confirming } from "../resource/delete.ts";
import type { Action } from "./action.ts";
import { ownedByOtherCluster } from "./claims.ts";
import { type Context, names, sideBySide } from "./context.ts";
import { retirement } from "./retire.ts";
import { queueRemoval } from "./verification-queue.ts";

/** The steps of deletion. */
export function deleted(context: Context): readonly Step<Action>[] {
  const { spec, seen, ours, now } = context;
  if (ours.length === 0) {
    const barred = ownedByOtherCluster(context);
    if (barred.length > 0) return barred;
    const message = "no compute environment of this object is left in AWS";
    return [seen.freeName.absent && seen.claimsSettled ? { kind: "release", reason: "Deleted", message } : confirming];
  }
  if (seen.directives.retain) {
    const removals = [...seen.verification.queues.keys()].flatMap((name) => queueRemoval(seen, name, now) ?? []);
    if (removals.length > 0) return sideBySide(removals);
    const items = ours.map(({ computeEnvironmentName: name, computeEnvironmentArn: arn, tags }) => ({
      name,
      arn,
      change: releaseTags(tags, retainedMark(seen.identity)),
    }));
    const message = `${names(ours)} is left in AWS, as deletionPolicy says`;
    return [{ kind: "act", action: { kind: "tag", purpose: "retain", items }, reason: "Retaining", message }];
  }
  const steps = ours.map((environment) => retirement(spec, seen, environment, now));
  // Environments that a queue references are reported first. Others are deleted without waiting for them.
  const inOrder = [...steps].sort((left, right) => Number(right.step === "InUse") - Number(left.step === "InUse"));
  return sideBySide(inOrder.map(({ next }) => next));
}
