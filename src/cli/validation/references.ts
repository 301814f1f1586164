import { referencesOf } from "../../api/references.ts";
import { kindOf } from "../../api/v1alpha1/kinds.ts";
import { awsNameOf } from "../../controllers/naming.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";

/** What the rules of one object cannot see: other objects. */

/** An object of ours as written; its spec may be wrong. */
export interface Named {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: unknown;
}

/** References of an object to others that are not among `objects`, or that do not let its namespace. */
export function referenceFindings(object: Named, objects: readonly Named[]): Finding[] {
  const kind = kindOf(object.kind);
  return referencesOf(kind, object).flatMap(({ to, key: { namespace, name }, path }): Finding[] => {
    const inNamespace = objects.filter((other) => other.kind === to && other.namespace === namespace);
    const found = inNamespace.find((other) => other.name === name);
    if (found === undefined) {
      const near = nearest(
        name,
        inNamespace.map((other) => other.name),
      );
      const hint = near === undefined ? "add it, or correct the name" : `did you mean ${near}?`;
      return [
        {
          path: [...path, "name"],
          message: `there is no ${to} ${namespace}/${name} among these manifests: ${hint}`,
          found: name,
        },
      ];
    }
    if (namespace === object.namespace || letsOthers(found.spec)) return [];
    return [
      {
        path,
        message: `${to} ${namespace}/${name} lets only ${kind.noun}s of its own namespace refer to it: set its spec.allowedNamespaces`,
      },
    ];
  });
}

/** All and Selector; which namespaces a selector means, only a cluster knows. */
function letsOthers(spec: unknown): boolean {
  const allowed = isRecord(spec) ? spec["allowedNamespaces"] : undefined;
  return isRecord(allowed) && (allowed["from"] === "All" || allowed["from"] === "Selector");
}

/** Objects by what they mean in AWS. */
export function byAwsIdentity(objects: readonly Named[]): ReadonlyMap<string, readonly Named[]> {
  return Map.groupBy(objects, awsIdentity);
}

/** Another object that means the same AWS object: only the older of the two would own it. */
export function awsNameFindings(object: Named, identities: ReadonlyMap<string, readonly Named[]>): Finding[] {
  if (object.name === "") return [];
  const { field } = kindOf(object.kind).awsName;
  const other = identities
    .get(awsIdentity(object))
    ?.find(({ namespace, name }) => name !== "" && (namespace !== object.namespace || name !== object.name));
  if (other === undefined) return [];
  const isExplicit = isRecord(object.spec) && Object.hasOwn(object.spec, field);
  return [
    {
      path: isExplicit ? ["spec", field] : ["metadata", "name"],
      message: `${other.kind} ${other.namespace}/${other.name} means the same object in AWS: give one of the two another ${field}`,
    },
  ];
}

/** Kind, region and name in AWS, as far as the manifest has them. */
function awsIdentity({ kind, spec, ...key }: Named): string {
  const region = isRecord(spec) && typeof spec["region"] === "string" ? spec["region"] : "";
  return `${kind}/${region}/${awsNameOf(kindOf(kind), { metadata: key, spec })}`;
}
