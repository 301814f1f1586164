/** What has the manifest of an object, and would create the object again if it were deleted. Pure. */

import { manifestKeepers, type ObjectMeta } from "../../../api/object.ts";
import { manifestAnnotation } from "../../../api/v1alpha1/annotations.ts";

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

/**
 * A hook of Argo CD or Helm is created in a sync or an upgrade, and never again because it is missing
 * (https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/).
 */
const hookAnnotations = ["argocd.argoproj.io/hook", "helm.sh/hook"];

/** The tracker and the mark by which it is known, in words; undefined: nothing shows that there is one. */
export function trackerOf(metadata: Pick<ObjectMeta, "labels" | "annotations" | "keptBy">): string | undefined {
  const { annotations = {}, keptBy = [] } = metadata;
  const isHook = hookAnnotations.some((key) => annotations[key] !== undefined);
  const byHelm = annotations[helmAnnotation] !== undefined;
  const counts = ({ tracker }: Pick<Mark, "tracker">): boolean => !(isHook && tracker === "Argo CD");
  const found = [...marks, ...(byHelm ? [] : [instanceLabel])].find(
    (mark) => counts(mark) && metadata[mark.in]?.[mark.key] !== undefined,
  );
  if (found !== undefined) return `${found.tracker} (${found.in === "labels" ? "label" : "annotation"} ${found.key})`;
  const keeper = keptBy.find((name) => counts({ tracker: manifestKeepers[name] }));
  return keeper === undefined ? undefined : `${manifestKeepers[keeper]} (field manager ${keeper})`;
}
