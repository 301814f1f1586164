import type { KubeObject, ObjectKey } from "../api/object.ts";
import { kinds, type OperatorKind } from "../api/v1alpha1/kinds.ts";
import { prefixedAwsName, prefixOfKind } from "../controllers/ownership/naming.ts";
import type { Store } from "../runtime/store.ts";
import { seenStore } from "./seen-store.ts";

/**
 * A store in which each object gives its name in AWS, also where it gives none: by default with the prefix of the cluster. So
 * that every reader has the same name, this is the only place that adds it.
 *
 * @param clusterPrefix `<cluster>_`; empty: the store as it is
 */
export function namingStore(store: Store, clusterPrefix = ""): Store {
  return clusterPrefix === "" ? store : seenStore(store, (object) => withAwsName(object, clusterPrefix));
}

interface Unnamed extends Pick<KubeObject, "kind" | "spec"> {
  readonly metadata: ObjectKey;
}

/** The same object, which gives its name in AWS. */
export function withAwsName<O extends Unnamed>(object: O, clusterPrefix = ""): O {
  const kind: OperatorKind | undefined = kinds.find((one) => one.kind === object.kind);
  if (kind === undefined) return object;
  const prefix = prefixOfKind(kind, clusterPrefix);
  if (prefix === "") return object;
  const { field, maxLength } = kind.awsName;
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof spec[field] === "string") return object;
  const { namespace, name } = object.metadata;
  return { ...object, spec: { ...spec, [field]: prefixedAwsName(prefix, namespace, name, maxLength) } };
}
