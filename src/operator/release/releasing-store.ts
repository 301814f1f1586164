import type { Condition, KubeObject } from "../../api/object.ts";
import { dryRunAnnotation, pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { Store } from "../../runtime/store.ts";
import { seenStore } from "../seen-store.ts";

/**
 * A store in which every object is being deleted with `deletionPolicy: Retain`, so that the controllers release it. The
 * objects themselves stay: only their finalizer is removed, and their status is reported to `onWait` and not written.
 * @param releasedAt RFC 3339, used as the deletion timestamp
 */
export function releasingStore(
  store: Store,
  releasedAt: string,
  onWait: (object: KubeObject, message: string) => void,
): Store {
  return {
    ...seenStore(store, (object) => asReleased(object, releasedAt)),
    async applyStatus(_kind, object, status) {
      onWait(object, waitsFor(status));
      return object;
    },
  };
}

function asReleased(object: KubeObject, releasedAt: string): KubeObject {
  const {
    [pausedAnnotation]: _paused,
    [dryRunAnnotation]: _dryRun,
    ...annotations
  } = object.metadata.annotations ?? {};
  const deletionTimestamp = object.metadata.deletionTimestamp ?? releasedAt;
  return {
    ...object,
    metadata: { ...object.metadata, annotations, deletionTimestamp },
    spec: { ...(object.spec as object), deletionPolicy: "Retain" },
  };
}

/** Why the object has not been released yet, from its status. */
function waitsFor(status: unknown): string {
  const { conditions = [] } = status as { readonly conditions?: readonly Condition[] };
  const unread = conditions.find(({ type, status: value }) => type === "Synced" && value !== "True");
  return (unread ?? conditions.find(({ type }) => type === "Ready"))?.message ?? "";
}
