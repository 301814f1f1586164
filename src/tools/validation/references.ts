import type { AwsNaming } from "../../api/batch-kind.ts";
import { keyText, type ObjectKey } from "../../api/object.ts";
import { referencesOf } from "../../api/references.ts";
import { kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { Circles, circleText } from "../../controllers/kinds/batch-job/circles.ts";
import { recordNameOf } from "../../controllers/ownership/naming.ts";
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

/** The objects of all manifests, by what references name: thousands of objects may name thousands. */
export interface NamedObjects {
  /** The first one of that name. */
  readonly find: (kind: string, key: ObjectKey) => Named | undefined;
  readonly namesIn: (kind: string, namespace: string) => readonly string[];
}

export function byName(objects: readonly Named[]): NamedObjects {
  const groups = Map.groupBy(objects, ({ kind, namespace }) => `${kind} ${namespace}`);
  const names = new Map<string, Named>();
  for (const one of objects.toReversed()) names.set(`${one.kind} ${keyText(one)}`, one);
  return {
    find: (kind, key) => names.get(`${kind} ${keyText(key)}`),
    namesIn: (kind, namespace) => (groups.get(`${kind} ${namespace}`) ?? []).map(({ name }) => name),
  };
}

/** Among more names than these none is suggested: comparing each with each takes minutes. */
const namesCompared = 200;

/** References of an object to others that are not among `objects`, or that do not allow its namespace. */
export function referenceFindings(object: Named, objects: NamedObjects): Finding[] {
  const kind = kindOf(object.kind);
  return referencesOf(kind, object).flatMap(({ to, key: { namespace, name }, path }): Finding[] => {
    const found = objects.find(to, { namespace, name });
    if (found === undefined) {
      const names = objects.namesIn(to, namespace);
      const near = names.length > namesCompared ? undefined : nearest(name, names);
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

/** Which objects of a kind need each other, with what is left to search of it. */
export function circlesAmong(objects: readonly Named[], named: NamedObjects): ReadonlyMap<string, Circles> {
  const circles = new Map<string, Circles>();
  for (const one of objects) {
    const needs = ownReferences(one).map(({ key }) => keyText(key));
    if (needs.length === 0 || named.find(one.kind, one) !== one) continue;
    const found = circles.get(one.kind) ?? new Circles();
    circles.set(one.kind, found);
    found.set(keyText(one), [...new Set(needs)]);
  }
  return circles;
}

function ownReferences(object: Named) {
  return referencesOf(kindOf(object.kind), object).filter(({ to }) => to === object.kind);
}

/** An object that needs itself, through others of its kind: none of them can be first. */
export function circleFindings(object: Named, circles: ReadonlyMap<string, Circles>): Finding[] {
  const circle = circles.get(object.kind)?.circleOf(keyText(object));
  if (circle === undefined) return [];
  const [, next] = circle.names;
  const begins = ownReferences(object).find(({ key }) => keyText(key) === next);
  if (begins === undefined) return [];
  const names = circle.names.map((path) => path.slice(path.indexOf("/") + 1));
  const way = circleText({ ...circle, names });
  const message = `${object.kind} ${keyText(object)} depends on itself (${way}): remove one of these dependencies`;
  return [{ path: [...begins.path, "name"], message, found: begins.key.name }];
}

/** Which environments AWS accepts in one queue together. */
export function familyOf(spec: unknown): string | undefined {
  if (!isRecord(spec)) return undefined;
  const { computeResources: resources, eksConfiguration } = spec;
  const type = isRecord(resources) ? resources["type"] : undefined;
  if (typeof type !== "string") return undefined;
  if (eksConfiguration !== undefined) return "EKS";
  if (type.startsWith("FARGATE")) return "Fargate";
  return type === "EC2" || type === "SPOT" ? "EC2" : type;
}

/** Entries of a queue that AWS accepts only without the first one (aws-batch: a queue is all EC2 and SPOT, or all Fargate). */
export function mixtureFindings(object: Named, objects: NamedObjects): Finding[] {
  const targets = referencesOf(kindOf(object.kind), object).flatMap(({ to, key, path }) => {
    const found = objects.find(to, key);
    const family = found?.kind === "BatchComputeEnvironment" ? familyOf(found.spec) : undefined;
    return family === undefined ? [] : [{ name: key.name, family, path }];
  });
  const [first, ...others] = targets;
  return others.flatMap(({ name, family, path }): Finding[] => {
    if (first === undefined || family === first.family) return [];
    const message = `${name} is ${family}, but ${first.name} is ${first.family}, and AWS accepts only one of them in a queue: use a queue for each`;
    return [{ path: [...path, "name"], message, found: name }];
  });
}

/** All and Selector; only a cluster knows which namespaces a selector selects. */
function letsOthers(spec: unknown): boolean {
  const allowed = isRecord(spec) ? spec["allowedNamespaces"] : undefined;
  return isRecord(allowed) && (allowed["from"] === "All" || allowed["from"] === "Selector");
}

/** Objects by their name in AWS. */
export function byAwsIdentity(objects: readonly Named[]): ReadonlyMap<string, readonly Named[]> {
  const named = byName(objects);
  return Map.groupBy(objects, (one) => awsIdentity(one, named));
}

/** Another object with the same name in AWS: only the older of the two would own the resource. */
export function awsNameFindings(
  object: Named,
  objects: NamedObjects,
  identities: ReadonlyMap<string, readonly Named[]>,
): Finding[] {
  const { field, isShared }: AwsNaming = kindOf(object.kind).awsName;
  if (object.name === "" || isShared === true) return [];
  const other = identities
    .get(awsIdentity(object, objects))
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
function awsIdentity(object: Named, objects: NamedObjects): string {
  const { kind, spec } = object;
  const region = isRecord(spec) && typeof spec["region"] === "string" ? spec["region"] : "";
  return `${kind}/${region}/${recordNameIn(object, objects) ?? keyText(object)}`;
}

/** As `recordNameOf`, of an object among others as they are written. */
export function recordNameIn({ kind, spec, ...key }: Named, objects: NamedObjects): string | undefined {
  const referred = {
    get(to: OperatorKind, at: ObjectKey) {
      const found = objects.find(to.kind, at);
      return found === undefined ? undefined : { metadata: at, spec: found.spec };
    },
  };
  return recordNameOf(kindOf(kind), { metadata: key, spec }, referred);
}
