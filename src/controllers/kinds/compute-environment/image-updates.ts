/**
 * Newer images that AWS Batch announces for the instances of an environment, and when the operator takes them. Pure.
 *
 *     AWS announces ── minAgeSeconds ── approval ── window ── due: a difference like any other
 *
 * Since when an image has been available is in status: AWS does not say. What has begun goes on when its window closes, see
 * `environment-set.ts`.
 */

import { approveAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { PlacedSpec } from "../../parts/network-reference/fill.ts";
import type { ConditionDraft, Wait } from "../../pass/agenda.ts";
import { approval, approvedBy, awaitingApproval } from "../../pass/approval.ts";
import { timestamp } from "../../pass/conditions.ts";
import { momentOf } from "./timestamps.ts";
import { neededMinutes, openingOf, windowFault } from "./update-windows.ts";

/** What keeps the operator from taking a newer image now, or that nothing does. Moments are ms since the epoch. */
export type ImageUpdate =
  /** `policy: Report`: a person takes it, by `rolloutToken`. */
  | { readonly kind: "reported" }
  | { readonly kind: "tooNew"; readonly atMs: number }
  | { readonly kind: "approval"; readonly value: string }
  | { readonly kind: "window"; readonly atMs: number }
  /** No window is as long as an update needs. */
  | { readonly kind: "neverFits"; readonly minutes: number }
  | { readonly kind: "invalidWindow"; readonly index: number; readonly fault: string }
  | { readonly kind: "due" };

/** A spec with what is to become of a newer image at this moment, if there is one; absent: as under `policy: Report`. */
export type EffectiveSpec = PlacedSpec & {
  readonly imageUpdate?: ImageUpdate;
  /** Since when it has been known (RFC 3339); what nobody has seen yet is as new as it can be. */
  readonly imageKnownSince?: string;
};

/** The object with `EffectiveSpec`. Whoever asks what its environment is to be like asks of this one. */
export function withImageUpdate(object: BatchComputeEnvironment, now: number): BatchComputeEnvironment {
  const since = object.status?.updateAvailableSince ?? timestamp(now);
  const spec: EffectiveSpec = {
    ...object.spec,
    imageUpdate: imageUpdateOf(object, since, now),
    imageKnownSince: since,
  };
  return { ...object, spec };
}

function imageUpdateOf({ spec, metadata }: BatchComputeEnvironment, since: string, now: number): ImageUpdate {
  if (spec.imageUpdates?.policy !== "Automatic") return { kind: "reported" };
  const { minAgeSeconds = 0, approval: isAsked = false, windows } = spec.imageUpdates;
  // The search for a date that does not exist takes milliseconds: not more than one in a pass.
  for (const [index, window] of (windows ?? []).entries()) {
    const fault = windowFault(window);
    if (fault !== undefined) return { kind: "invalidWindow", index, fault };
  }
  const oldEnoughAtMs = momentOf(since) + minAgeSeconds * 1000;
  if (oldEnoughAtMs > now) return { kind: "tooNew", atMs: oldEnoughAtMs };
  const value = `Images@${since}`;
  if (isAsked && metadata.annotations?.[approveAnnotation] !== value) return { kind: "approval", value };
  const minutes = neededMinutes(spec);
  const opening = openingOf(windows, minutes, now);
  switch (opening.kind) {
    case "open":
      return { kind: "due" };
    case "opens":
      return { kind: "window", atMs: opening.atMs };
    case "never":
      return { kind: "neverFits", minutes };
  }
}

/**
 * The image types for which AWS has a newer image than some instances run. AWS says so only of its own images, and only
 * once instances of the type have been started.
 * Source: https://docs.aws.amazon.com/batch/latest/userguide/managing-ami-versions.html
 */
export function outdatedImages({ computeResources }: Environment): readonly string[] {
  const images = computeResources?.ec2Configuration ?? [];
  return images.flatMap(({ imageType, batchImageStatus }) =>
    batchImageStatus === "UPDATE_AVAILABLE" ? [imageType ?? "an image type that AWS does not name"] : [],
  );
}

export function hasOlderImage(environment: Environment | undefined): environment is Environment {
  return environment !== undefined && outdatedImages(environment).length > 0;
}

/** `status.updateAvailableSince`; undefined: no newer image is known. */
export function availableSince(
  { imageKnownSince }: EffectiveSpec,
  newest: Environment | undefined,
): string | undefined {
  return hasOlderImage(newest) ? imageKnownSince : undefined;
}

/** In how many ms a newer image may be taken; none where that does not depend on time. */
export function imageCheck(
  { imageUpdate }: EffectiveSpec,
  newest: Environment | undefined,
  now: number,
): { readonly checkInMs?: number } {
  if (!hasOlderImage(newest)) return {};
  return imageUpdate?.kind === "tooNew" || imageUpdate?.kind === "window"
    ? { checkInMs: Math.max(0, imageUpdate.atMs - now) }
    : {};
}

/** The condition UpdateAvailable, and `Unknown` for a window that is none, before there is a newer image. */
export function newerImage(spec: EffectiveSpec, newest: Environment | undefined): readonly ConditionDraft[] {
  const { imageUpdate = { kind: "reported" } } = spec;
  if (imageUpdate.kind === "invalidWindow") {
    const has = hasOlderImage(newest) ? `${announced(newest)}. ` : "";
    const message = `${has}spec.imageUpdates.windows[${imageUpdate.index}] is not understood, so the operator takes no newer image: ${imageUpdate.fault}. Correct it`;
    return [
      { type: "UpdateAvailable", status: hasOlderImage(newest) ? "True" : "Unknown", reason: "InvalidWindow", message },
    ];
  }
  if (!hasOlderImage(newest)) return [];
  const { reason, what } = fate(imageUpdate);
  return [{ type: "UpdateAvailable", status: "True", reason, message: `${announced(newest)}. ${what}` }];
}

/** While everything serves: a person is asked. */
export function imageApproval(spec: EffectiveSpec, newest: Environment | undefined): Wait | undefined {
  const { imageUpdate } = spec;
  if (imageUpdate?.kind !== "approval" || !hasOlderImage(newest)) return undefined;
  return {
    ...approval(imageUpdate.value, `${announced(newest)}; to take it waits for approval`),
    conditions: [{ type: "UpdateAvailable", status: "True" }],
  };
}

function announced(environment: Environment): string {
  return `AWS Batch has a newer image for ${outdatedImages(environment).join(" and ")}, in computeResources.ec2Configuration of ${environment.computeEnvironmentName}`;
}

type Fate = { readonly reason: ConditionDraft["reason"]; readonly what: string };

function fate(update: Exclude<ImageUpdate, { readonly kind: "invalidWindow" }>): Fate {
  const scheduled = (what: string): Fate => ({ reason: "ImageUpdateScheduled", what });
  switch (update.kind) {
    case "reported":
      return {
        reason: "ImageUpdateAvailable",
        what: "Its instances keep the image that they have. To replace them, set spec.rolloutToken to a new value; with spec.imageUpdates.policy: Automatic the operator does it whenever there is a newer image",
      };
    case "tooNew":
      return scheduled(`The operator takes it when it is minAgeSeconds old, from ${timestamp(update.atMs)} on`);
    case "window":
      return scheduled(`The operator takes it in the window that begins at ${timestamp(update.atMs)}`);
    case "neverFits":
      return scheduled(
        `No window of spec.imageUpdates is as long as the update needs, which is ${update.minutes} minutes: set a longer durationMinutes`,
      );
    case "approval":
      return { reason: awaitingApproval, what: `To approve it, set ${approvedBy(update.value).annotation}` };
    case "due":
      return scheduled("The operator takes it now");
  }
}
