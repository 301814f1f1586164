import type { KubeObject } from "../api/object.ts";
import { kinds, type OperatorKind } from "../api/v1alpha1/kinds.ts";
import { prefixedAwsName } from "../controllers/ownership/naming.ts";
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

/** The same object, which gives its name in AWS. */
export function withAwsName(object: KubeObject, clusterPrefix = ""): KubeObject {
  if (clusterPrefix === "") return object;
  const kind: OperatorKind | undefined = kinds.find((one) => one.kind === object.kind);
  // A name that ends in the uid is unique, and a name within another resource in that; one in IAM has a hash of the cluster.
  if (kind === undefined || kind.awsName.endsWithUid === true || kind.awsName.within !== undefined) return object;
  if (kind.global === true) return object;
  const { field, maxLength } = kind.awsName;
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof spec[field] === "string") return object;
  const { namespace, name } = object.metadata;
  return { ...object, spec: { ...spec, [field]: prefixedAwsName(clusterPrefix, namespace, name, maxLength) } };
}
