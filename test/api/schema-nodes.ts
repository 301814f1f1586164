import type { StructuralSchema } from "../../src/api/crd.ts";

export interface SchemaNode {
  /** e.g. `spec.tags{}` and `spec.order[].name`. */
  readonly path: string;
  readonly node: StructuralSchema;
}

/** A schema and everything in it. */
export function nodesOf(node: StructuralSchema, path = ""): SchemaNode[] {
  const { properties = {}, additionalProperties, items } = node;
  return [
    { path, node },
    ...Object.entries(properties).flatMap(([name, child]) => nodesOf(child, path === "" ? name : `${path}.${name}`)),
    ...(additionalProperties === undefined ? [] : nodesOf(additionalProperties, `${path}{}`)),
    ...(items === undefined ? [] : nodesOf(items, `${path}[]`)),
  ];
}
