import { referencesOf } from "../../api/references.ts";
import { kindOf } from "../../api/v1alpha1/kinds.ts";
import { awsNameOf } from "../../controllers/naming.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";

/** Checks across objects. */

/** An object as written; its spec may be invalid. */
export interface Named {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: unknown;
}

/** References of an object to others that are not among `objects`, or that do not allow its namespace. */
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
          message: `${to} ${namespace}/${name} is not among these manifests: ${hint}`,
          found: name,
        },
      ];
    }
    if (namespace === object.namespace || letsOthers(found.spec)) return [];
    return [
      {
        path,
        message: `${to} ${namespace}/${name} allows only ${kind.noun}s of its own namespace to reference it: set its spec.allowedNamespaces`,
      },
    ];
  });
}

/** All and Selector; only a cluster knows which namespaces a selector selects. */
function letsOthers(spec: unknown): boolean {
  const allowed = isRecord(spec) ? spec["allowedNamespaces"] : undefined;
  return isRecord(allowed) && (allowed["from"] === "All" || allowed["from"] === "Selector");
}

/** Objects by their name in AWS. */
export function byAwsIdentity(objects: readonly Named[]): ReadonlyMap<string, readonly Named[]> {
  return Map.groupBy(objects, awsIdentity);
}

/** Another object with the same name in AWS: only the older of the two would own the resource. */
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
      message: `${other.kind} ${other.namespace}/${other.name} has the same name in AWS: give one of the two another ${field}`,
    },
  ];
}

/** Kind, region and name in AWS, if the manifest has them. */
function awsIdentity({ kind, spec, ...key }: Named): string {
  const region = isRecord(spec) && typeof spec["region"] === "string" ? spec["region"] : "";
  return `${kind}/${region}/${awsNameOf(kindOf(kind), { metadata: key, spec })}`;
}
