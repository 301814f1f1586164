import type { KubeObject } from "../../src/api/object.ts";
import {
  locationAnnotation,
  rolesAnnotation,
  submissionAnnotation,
  withinAnnotation,
} from "../../src/api/v1alpha1/annotations.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";

const operatorsNotes = [locationAnnotation, rolesAnnotation, submissionAnnotation, withinAnnotation];

/** What a person had written: without what the operator notes on the object. */
export function manifestOf({ apiVersion, kind, metadata, spec }: KubeObject): Manifest {
  const { name, namespace } = metadata;
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) => !operatorsNotes.includes(key)),
  );
  return { apiVersion, kind, metadata: { name, namespace, annotations }, spec };
}
