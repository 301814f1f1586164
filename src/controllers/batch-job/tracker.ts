/** What has the manifest of an object, and would create the object again if it were deleted. Pure. */

import type { ObjectMeta } from "../../api/object.ts";
import { manifestAnnotation } from "../../api/v1alpha1/annotations.ts";

interface Mark {
  readonly in: "labels" | "annotations";
  readonly key: string;
  readonly tracker: string;
}

/**
 * Argo CD: `application.resourceTrackingMethod` annotation, annotation+label, and label with a key of its own. Flux: the
 * owner labels of its kustomize-controller and helm-controller.
 */
const marks: readonly Mark[] = [
  { in: "annotations", key: "argocd.argoproj.io/tracking-id", tracker: "Argo CD" },
  { in: "labels", key: "argocd.argoproj.io/instance", tracker: "Argo CD" },
  { in: "labels", key: "kustomize.toolkit.fluxcd.io/name", tracker: "Flux" },
  { in: "labels", key: "helm.toolkit.fluxcd.io/name", tracker: "Flux" },
  { in: "annotations", key: manifestAnnotation, tracker: "`local`" },
];

/** The label by which Argo CD tracks by default; charts set it too. */
const instanceLabel: Mark = { in: "labels", key: "app.kubernetes.io/instance", tracker: "Argo CD" };
/** Only Helm itself writes it: Argo CD renders charts without it. */
const helmAnnotation = "meta.helm.sh/release-name";

/** The tracker and the mark by which it is known, in words; undefined: nothing shows that there is one. */
export function trackerOf(metadata: Pick<ObjectMeta, "labels" | "annotations">): string | undefined {
  const byHelm = metadata.annotations?.[helmAnnotation] !== undefined;
  const found = [...marks, ...(byHelm ? [] : [instanceLabel])].find(
    (mark) => metadata[mark.in]?.[mark.key] !== undefined,
  );
  if (found === undefined) return undefined;
  return `${found.tracker} (${found.in === "labels" ? "label" : "annotation"} ${found.key})`;
}
