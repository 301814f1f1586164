import type { KubeObject } from "../../src/api/object.ts";
import { crds } from "../../src/api/v1alpha1/crds.ts";
import { objectFindings, objectWithDefaults } from "../../src/cli/validation/object.ts";
import { pathText } from "../../src/cli/validation/problem.ts";
import { StoreError } from "../../src/kube/store.ts";
import { jsonEqual } from "../../src/runtime/json-equal.ts";

/**
 * What the API server does with an object that is applied: schema, CEL rules, what must not change, and defaults.
 * @throws StoreError `Invalid`
 */
export function admit(object: KubeObject, before: KubeObject | undefined): KubeObject {
  // As with the API server's ratcheting: what was taken before and is not changed is not judged again.
  if (before !== undefined && jsonEqual(before.spec, object.spec)) return { ...object, spec: before.spec };
  const crd = crds.find(({ spec }) => spec.names.kind === object.kind);
  if (crd === undefined) throw new StoreError("Invalid", `there is no kind ${object.kind}`);
  const [finding] = objectFindings(crd, object, before);
  if (finding !== undefined) throw new StoreError("Invalid", `${pathText(finding.path)}: ${finding.message}`);
  return objectWithDefaults(crd, object);
}
