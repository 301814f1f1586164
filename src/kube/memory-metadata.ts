import { type Kind, keyText, type ObjectMeta } from "../api/object.ts";
import { type MetadataPatch, StoreError } from "../runtime/store.ts";

/** The metadata after a patch of the operator, without empty fields, as in the API server. */
export function patched(kind: Kind, metadata: ObjectMeta, patch: MetadataPatch): ObjectMeta {
  const finalizers = new Set(metadata.finalizers);
  if (patch.addFinalizer !== undefined && !finalizers.has(patch.addFinalizer)) {
    if (metadata.deletionTimestamp !== undefined) {
      const what = `${kind.plural} "${keyText(metadata)}"`;
      throw new StoreError("Invalid", `${what}: no finalizer can be added while the object is being deleted`);
    }
    finalizers.add(patch.addFinalizer);
  }
  if (patch.removeFinalizer !== undefined) finalizers.delete(patch.removeFinalizer);
  const annotations = { ...metadata.annotations };
  for (const [name, value] of Object.entries(patch.annotations ?? {})) {
    if (value === null) delete annotations[name];
    else annotations[name] = value;
  }
  return withoutEmpty({ ...metadata, finalizers: [...finalizers], annotations });
}

/** Values of others, without those of the last manifest, with those of this one. */
export function merged(
  before: Readonly<Record<string, string>> | undefined,
  lastApplied: readonly string[] = [],
  desired: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(before ?? {}).filter(([name]) => !lastApplied.includes(name));
  return { ...Object.fromEntries(kept), ...desired };
}

/** Omits empty labels, annotations and finalizers. */
export function withoutEmpty(metadata: ObjectMeta): ObjectMeta {
  const { labels = {}, annotations = {}, finalizers = [] } = metadata;
  return {
    ...metadata,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
    finalizers: finalizers.length > 0 ? finalizers : undefined,
  };
}

/** A frozen copy by JSON. */
export function frozenCopy<T>(value: T): T {
  return deepFreeze(JSON.parse(JSON.stringify(value)) as T);
}

/** Deeply freezes a value. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
