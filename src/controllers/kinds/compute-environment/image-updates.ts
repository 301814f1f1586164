/**
 * Newer images that AWS Batch announces for the instances of an environment, newer versions of its launch templates, and
 * when the operator takes them. Pure.
 *
 *     known ── minAgeSeconds ── approval ── window ── due: a difference like any other
 *
 * Since when an image has been available is in status: AWS does not say. What has begun goes on when its window closes, see
 * `environment-set.ts`.
 */

import { approveAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { TemplateSeen } from "../../parts/launch-template/seen.ts";
import type { PlacedSpec } from "../../parts/network-reference/fill.ts";
import type { ConditionDraft, Wait } from "../../pass/agenda.ts";
import { approval, approvedBy, awaitingApproval } from "../../pass/approval.ts";
import { timestamp } from "../../pass/conditions.ts";
import { isOlderVersion, templateVersionOf } from "./template-versions.ts";
import { momentOf } from "./timestamps.ts";
import { neededMinutes, openingOf, windowFault } from "./update-windows.ts";

/** What keeps the operator from taking what is newer now, or that nothing does. Moments are ms since the epoch. */
export type ImageUpdate =
  /** A person takes it, by `rolloutToken`. */
  | { readonly kind: "reported" }
  | { readonly kind: "tooNew"; readonly atMs: number }
  /** `given`: what the annotation says now. */
  | { readonly kind: "approval"; readonly value: string; readonly given?: string | undefined }
  | { readonly kind: "window"; readonly atMs: number }
  /** No window is as long as an update needs. */
  | { readonly kind: "neverFits"; readonly minutes: number }
  | { readonly kind: "invalidWindow"; readonly index: number; readonly fault: string }
  | { readonly kind: "due" };

/** A spec with what is to become of what is newer at this moment, if something is; absent: it is only reported. */
export type EffectiveSpec = PlacedSpec & {
  readonly imageUpdate?: ImageUpdate;
  readonly templateUpdate?: ImageUpdate;
  /** Since when it has been known (RFC 3339); what nobody has seen yet is as new as it can be. */
  readonly imageKnownSince?: string;
  /** What `$Latest` and `$Default` are; absent: there is nothing to follow, or nobody has asked. */
  readonly templates?: TemplateSeen;
  /** The versions that instances must have at least: what is due, or what has begun. */
  readonly templateVersion?: string | undefined;
};

/** The object with `EffectiveSpec`. Whoever asks what its environment is to be like asks of this one. */
export function withImageUpdate(
  object: BatchComputeEnvironment,
  now: number,
  templates?: TemplateSeen,
): BatchComputeEnvironment {
  const { policy, launchTemplateVersions } = object.spec.imageUpdates ?? {};
  const since = object.status?.updateAvailableSince ?? timestamp(now);
  const isTaken = policy === "Automatic" || launchTemplateVersions === "Follow";
  const update: ImageUpdate = isTaken ? updateOf(object, since, templates?.version, now) : { kind: "reported" };
  const templateUpdate: ImageUpdate = launchTemplateVersions === "Follow" ? update : { kind: "reported" };
  const spec: EffectiveSpec = {
    ...object.spec,
    imageUpdate: policy === "Automatic" ? update : { kind: "reported" },
    templateUpdate,
    imageKnownSince: since,
    ...(templates === undefined ? {} : { templates }),
    ...(templateUpdate.kind === "due" ? { templateVersion: templates?.version } : {}),
  };
  return { ...object, spec };
}

function updateOf(
  { spec, metadata }: BatchComputeEnvironment,
  since: string,
  templateVersion: string | undefined,
  now: number,
): ImageUpdate {
  const { minAgeSeconds = 0, approval: isAsked = false, windows, launchTemplateVersions } = spec.imageUpdates ?? {};
  // The search for a date that does not exist takes milliseconds: not more than one in a pass.
  for (const [index, window] of (windows ?? []).entries()) {
    const fault = windowFault(window);
    if (fault !== undefined) return { kind: "invalidWindow", index, fault };
  }
  const oldEnoughAtMs = momentOf(since) + minAgeSeconds * 1000;
  if (oldEnoughAtMs > now) return { kind: "tooNew", atMs: oldEnoughAtMs };
  // A version that comes after the approval is another update.
  const followed = launchTemplateVersions === "Follow" && templateVersion !== undefined;
  const value = `Images@${since}${followed ? `/template:${templateVersion}` : ""}`;
  const given = metadata.annotations?.[approveAnnotation];
  if (isAsked && given !== value) return { kind: "approval", value, given };
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

/** What an environment could have that is newer: in words, and what becomes of it. */
interface Newer {
  readonly what: string;
  readonly update: ImageUpdate;
  /** For a person, where the operator only reports it. */
  readonly reported: Fate;
}

function newerThan(spec: EffectiveSpec, environment: Environment | undefined): readonly Newer[] {
  const { imageUpdate = onlyReported, templateUpdate = onlyReported } = spec;
  const image = hasOlderImage(environment)
    ? [{ what: announced(environment), update: imageUpdate, reported: reportedImage }]
    : [];
  const version = environment === undefined ? undefined : newerVersion(spec, environment);
  return version === undefined
    ? image
    : [...image, { what: version, update: templateUpdate, reported: reportedTemplate }];
}

const onlyReported: ImageUpdate = { kind: "reported" };

/** A newer version of a launch template, in words; a version that is not known counts only for who follows. */
function newerVersion(spec: EffectiveSpec, environment: Environment): string | undefined {
  const current = spec.templates?.version;
  if (current === undefined) return undefined;
  const has = templateVersionOf(spec, environment);
  const isFollowed = spec.imageUpdates?.launchTemplateVersions === "Follow";
  if (has === undefined ? !isFollowed : !isOlderVersion(has, current)) return undefined;
  const { computeEnvironmentName: name } = environment;
  const known = has === undefined ? "a version that is not known" : `version ${has}`;
  return `The launch template of ${name} is at version ${current} now, and its instances have ${known}`;
}

/** `status.updateAvailableSince`; undefined: nothing newer is known. */
export function availableSince(spec: EffectiveSpec, newest: Environment | undefined): string | undefined {
  return newerThan(spec, newest).length > 0 ? spec.imageKnownSince : undefined;
}

/** In how many ms to check again: what is newer may be taken, or the launch templates are read; none without either. */
export function imageCheck(
  spec: EffectiveSpec,
  newest: Environment | undefined,
  now: number,
): { readonly checkInMs?: number } {
  const due = newerThan(spec, newest).flatMap(({ update }) =>
    update.kind === "tooNew" || update.kind === "window" ? [Math.max(0, update.atMs - now)] : [],
  );
  const checks = [...due, ...(spec.templates === undefined ? [] : [spec.templates.checkInMs])];
  return checks.length === 0 ? {} : { checkInMs: Math.min(...checks) };
}

/** The condition UpdateAvailable; `Unknown` for a window that is invalid, before something is newer, and what is not read. */
export function newerImage(spec: EffectiveSpec, newest: Environment | undefined): readonly ConditionDraft[] {
  const found = newerThan(spec, newest);
  const whats = found.map(({ what }) => what);
  const status = found.length > 0 ? "True" : "Unknown";
  const invalid = [spec.imageUpdate, spec.templateUpdate].find((update) => update?.kind === "invalidWindow");
  if (invalid?.kind === "invalidWindow") {
    const fault = `spec.imageUpdates.windows[${invalid.index}] is not understood, so the operator takes nothing newer: ${invalid.fault}. Correct it`;
    return [{ type: "UpdateAvailable", status, reason: "InvalidWindow", message: [...whats, fault].join(". ") }];
  }
  const [first, second] = found;
  if (first === undefined) return unreadTemplates(spec);
  const { reason } = fateOf(found.find(({ update }) => update.kind !== "reported") ?? first);
  const areTakenTogether = first.update.kind !== "reported" && first.update.kind === second?.update.kind;
  const message = areTakenTogether
    ? [...whats, fateOf(first).what].join(". ")
    : found.map((one) => `${one.what}. ${fateOf(one).what}`).join(". ");
  return [{ type: "UpdateAvailable", status, reason, message }];
}

/** Whoever follows a launch template is to know that nobody reads it. */
function unreadTemplates({ imageUpdates, templates }: EffectiveSpec): readonly ConditionDraft[] {
  if (imageUpdates?.launchTemplateVersions !== "Follow" || templates?.why === undefined) return [];
  const message = `The versions of the launch template are not known, so none is followed: ${templates.why}`;
  return [{ type: "UpdateAvailable", status: "Unknown", reason: "LaunchTemplateUnread", message }];
}

/** While everything serves: a person is asked. */
export function imageApproval(spec: EffectiveSpec, newest: Environment | undefined): Wait | undefined {
  const asked = newerThan(spec, newest).filter(({ update }) => update.kind === "approval");
  const [first] = asked;
  if (first?.update.kind !== "approval") return undefined;
  const { value, given } = first.update;
  return {
    ...approval(value, `${asked.map(({ what }) => what).join("; ")}; to take it waits for approval`, given),
    conditions: [{ type: "UpdateAvailable", status: "True" }],
  };
}

function announced(environment: Environment): string {
  return `AWS Batch has a newer image for ${outdatedImages(environment).join(" and ")}, in computeResources.ec2Configuration of ${environment.computeEnvironmentName}`;
}

interface Fate {
  readonly reason: ConditionDraft["reason"];
  readonly what: string;
}

const reportedImage: Fate = {
  reason: "ImageUpdateAvailable",
  what: "Its instances keep the image that they have. To replace them, set spec.rolloutToken to a new value; with spec.imageUpdates.policy: Automatic the operator does it whenever there is a newer image",
};

const reportedTemplate: Fate = {
  reason: "TemplateUpdateAvailable",
  what: "They keep it. To replace them, set spec.rolloutToken to a new value; with spec.imageUpdates.launchTemplateVersions: Follow the operator does it whenever there is a newer version",
};

function fateOf({ update, reported }: Newer): Fate {
  const scheduled = (what: string): Fate => ({ reason: "UpdateScheduled", what });
  switch (update.kind) {
    case "tooNew":
      return scheduled(`The operator takes it when it is minAgeSeconds old, from ${timestamp(update.atMs)} on`);
    case "window":
      return scheduled(`The operator takes it in the window that begins at ${timestamp(update.atMs)}`);
    case "neverFits":
      return scheduled(
        `No window of spec.imageUpdates is as long as the update needs, which is ${update.minutes} minutes: set a longer durationMinutes`,
      );
    case "approval":
      return {
        reason: awaitingApproval,
        what: `To approve it, set ${approvedBy(update.value, update.given).annotation}`,
      };
    case "due":
      return scheduled("The operator takes it now");
    case "reported":
    case "invalidWindow":
      return reported;
  }
}
