import type { CustomResourceDefinition } from "../../src/api/crd.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { crds } from "../../src/api/v1alpha1/crds.ts";
import { jsonEqual } from "../../src/runtime/json-equal.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { objectFindings, objectWithDefaults } from "../../src/tools/validation/object.ts";
import { pathText } from "../../src/tools/validation/problem.ts";

/**
 * What the API server does with an object that is applied: schema, CEL rules, what must not change, and defaults.
 * @throws StoreError `Invalid`
 */
export function admit(object: KubeObject, before: KubeObject | undefined): KubeObject {
  // As with the API server's ratcheting: what was taken before and is not changed is not judged again.
  if (before !== undefined && jsonEqual(before.spec, object.spec)) return { ...object, spec: before.spec };
  const crd = crds.find(({ spec }) => spec.names.kind === object.kind);
  if (crd === undefined) throw new StoreError("Invalid", `unknown kind ${object.kind}`);
  const refusal = refusalOf(crd, object, before);
  if (refusal !== "") throw new StoreError("Invalid", refusal);
  return objectWithDefaults(crd, object);
}

/** The same few manifests are applied in world after world, and judging one takes longer than all that follows. */
const refusals = new Map<string, string>();
const mostRefusals = 5000;

/** Why an object is refused; "": it is not. */
function refusalOf(crd: CustomResourceDefinition, object: KubeObject, before: KubeObject | undefined): string {
  const { name, namespace, labels, annotations } = object.metadata;
  const key = JSON.stringify([object.kind, name, namespace, labels, annotations, object.spec, before?.spec]);
  const known = refusals.get(key);
  if (known !== undefined) return known;
  const [finding] = objectFindings(crd, object, before);
  const refusal = finding === undefined ? "" : `${pathText(finding.path)}: ${finding.message}`;
  if (refusals.size >= mostRefusals) refusals.clear();
  refusals.set(key, refusal);
  return refusal;
}
