import type { KubeObject } from "../../api/object.ts";
import {
  abandonAnnotation,
  approveAnnotation,
  cleanupFinalizer,
  dryRunAnnotation,
  locationAnnotation,
  pausedAnnotation,
} from "../../api/v1alpha1/annotations.ts";
import type { Settings } from "../ports.ts";
import { requestedAtOf } from "./circumstances.ts";

/** What a person asks for an object outside its fields: read from metadata and policies. Pure. */
export interface Directives {
  readonly deleting: boolean;
  readonly paused: boolean;
  readonly dryRun: boolean;
  readonly abandon: boolean;
  /** `<plan id>/<step>` of the step that may go on, for some with what it is about: as `status.plan.approval` asks. */
  readonly approved: string | undefined;
  readonly finalized: boolean;
  /** `<account>/<region>` in which the object was first acted on. */
  readonly location: string | undefined;
  readonly retain: boolean;
  readonly adoptionPolicy: "Never" | "IfMatching" | "IfExists";
}

type Policies = {
  readonly deletionPolicy?: "Delete" | "Retain" | undefined;
  readonly adoptionPolicy?: "Never" | "IfMatching" | "IfExists" | undefined;
};

/** A person asks for a check now, and has not had it yet. Pure. */
export function isAskedFor(object: KubeObject): boolean {
  const asked = requestedAtOf(object);
  const { lastHandledReconcileAt: handled } = (object.status ?? {}) as { readonly lastHandledReconcileAt?: string };
  return asked !== undefined && asked !== handled;
}

/** Whether the operator's own finalizer is on the object. Those of others, as of an Argo CD hook, say nothing of AWS. Pure. */
export function isFinalized({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(cleanupFinalizer) ?? false;
}

export function directivesOf(object: KubeObject, settings: Settings): Directives {
  const policies = object.spec as Policies;
  const { deletionTimestamp, annotations } = object.metadata;
  return {
    deleting: deletionTimestamp !== undefined,
    paused: annotations?.[pausedAnnotation] === "true",
    dryRun: annotations?.[dryRunAnnotation] === "true",
    abandon: deletionTimestamp !== undefined && annotations?.[abandonAnnotation] === "true",
    approved: annotations?.[approveAnnotation],
    finalized: isFinalized(object),
    location: annotations?.[locationAnnotation],
    retain: (policies.deletionPolicy ?? settings.defaultDeletionPolicy) === "Retain",
    adoptionPolicy: policies.adoptionPolicy ?? "Never",
  };
}
