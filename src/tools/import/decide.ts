import { posix } from "node:path";
import type { CustomResourceDefinition, StructuralSchema } from "../../api/crd.ts";
import { apiVersion } from "../../api/v1alpha1/group.ts";
import { BatchRoleKind, type KindName, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import { matchesAny } from "../../controllers/ownership/glob.ts";
import { defaultAwsName, prefixedAwsName, prefixOfKind } from "../../controllers/ownership/naming.ts";
import { retainedFromTag } from "../../controllers/ownership/ownership.ts";
import type { NamedRole } from "../../controllers/parts/roles/limits.ts";
import { visible } from "../../runtime/visible.ts";
import { objectFindings, schemaOf } from "../validation/object.ts";
import { secretAdvice, secretPlaceholder } from "../validation/placeholders.ts";
import { type Path, pathText } from "../validation/problem.ts";
import type { ManifestObject } from "../validation/validate.ts";
import { type Comments, noComments, yamlOf } from "../validation/yaml-text.ts";
import { type Adopter, apart, ownedBy, ownersIn, retainedNames } from "./adoptable.ts";
import { type Found, type ListedResource, resourceOf, type Selection, type Skipped, selectedIn } from "./found.ts";
import type { Members } from "./kinds.ts";
import { type NamedResource, objectNames, type Prefixes, type Renamed, resourceKey } from "./names.ts";
import { referenced } from "./references.ts";
import { type ObjectRole, type RoleReport, roleReport } from "./role-report.ts";
import { namedRoles, type RoleChoice, roleKey, roleNameIn, type WithRoles, withoutRoles, withRoles } from "./roles.ts";
import { type Checked, withoutSecrets } from "./secrets.ts";
import { ordered, specOf } from "./spec.ts";
import { ownTags, toolTagKeys } from "./tags.ts";

/** Which objects an account becomes, from its records alone: the files to write, and what cannot be written. Pure. */

export interface Choice extends Adopter, Selection, Prefixes {
  /** Of objects that name none. */
  readonly region: string;
  /** Whether objects leave what they have in AWS when they are deleted. */
  readonly retain: boolean;
  /** Tags that the operator ignores in any case. */
  readonly ignoreTagKeys: readonly string[];
  readonly crds: readonly CustomResourceDefinition[];
  /** Names of objects that there are already, by `resourceKey`. */
  readonly known: ReadonlyMap<string, string>;
  /** Names of values that are written although they are probably secrets. */
  readonly keptValues: readonly string[];
  /** For roles under `iam`; undefined: roles stay named. */
  readonly roles?: RoleChoice | undefined;
}

export interface ImportedObject extends NamedResource {
  readonly name: string;
  readonly manifest: ManifestObject;
  readonly comments: Comments;
  /** Below the directory, with `/`. */
  readonly file: string;
  /** Values that may be secrets. */
  readonly checked: Checked;
}

export interface Decision {
  /** By region, kind and name. */
  readonly objects: readonly ImportedObject[];
  readonly skipped: readonly Skipped[];
  /** What objects of the cluster have already, by `resourceKey`. */
  readonly owned: ReadonlySet<string>;
  /** What no manifest can say. */
  readonly inexpressible: readonly Skipped[];
  readonly renamed: readonly Renamed[];
  /** Tags of other tools, which the manifests do not list. */
  readonly toolTagKeys: readonly string[];
  readonly roles: RoleReport;
}

/** The roles that an import may describe, and for what all that was read has them. */
export function rolesToRead(
  all: readonly Found[],
  choice: Selection,
): { readonly named: readonly NamedRole[]; readonly purposes: RoleChoice["purposes"] } {
  const purposes = new Map<string, Set<string>>();
  for (const { field, value } of all.flatMap(({ kind, record }) => namedRoles(kind, record))) {
    const known = purposes.get(roleNameIn(value)) ?? new Set();
    purposes.set(roleNameIn(value), known.add(field.endsWith("executionRoleArn") ? "execution" : "other"));
  }
  return { named: selectedIn(all, choice).flatMap(({ kind, record }) => namedRoles(kind, record)), purposes };
}

/** @param all what the regions have, in their order */
export function decide(all: readonly Found[], choice: Choice): Decision {
  const only = choice.only?.filter(({ awsName }) => matchesAny(choice.names, awsName));
  const selected = selectedIn(all, choice);
  const missing = missingIn(selected, only ?? []);
  const { adoptable, skipped } = apart(selected, choice);
  const toolKeys = toolTagKeys(adoptable.map(({ tags }) => tags));
  const retained = retainedNames(adoptable);
  const { names, renamed } = objectNames(adoptable, choice, {
    fixed: new Map([...retained, ...choice.known]),
    preferred: preferredNames(only ?? []),
  });
  const objects = new Map<string, ImportedObject>();
  const objectNamed = objectsFor(all, choice, objects);
  const inexpressible: Skipped[] = [];
  const uses: ObjectRole[] = [];
  const batchRoles = new Map<string, ImportedObject>();
  for (const found of adoptable) {
    const name = names.get(resourceKey(found)) ?? "";
    const object = objectOf(found, name, { choice, toolKeys, objectNamed });
    const [finding] = objectFindings(crdOf(found.importing.kind, choice.crds), object.manifest);
    if (finding !== undefined) {
      inexpressible.push({ ...resourceOf(found), why: `${pathText(finding.path)}: ${finding.message}` });
      continue;
    }
    const described = rolesOf(object, choice, toolKeys);
    objects.set(resourceKey(found), { ...object, manifest: described.manifest });
    for (const role of described.roles) {
      const made = batchRoleOf(role, choice);
      batchRoles.set(resourceKey(made), made);
    }
    uses.push(...described.uses.map((one) => ({ ...one, object })));
  }
  return {
    objects: [...objects.values(), ...batchRoles.values()],
    skipped: [...skipped, ...missing],
    owned: new Set(ownedBy(choice.clusterName, selected).map(resourceKey)),
    inexpressible,
    renamed: renamed.filter((one) => objects.has(resourceKey(one))),
    toolTagKeys: toolKeys,
    roles: roleReport(uses, remainingUsers(all, objects)),
  };
}

/** A BatchRole as an object to write: IAM has no region, and an object that names none has that of the operator. */
function batchRoleOf(role: ManifestObject, { namespace, retain, crds, region }: Choice): ImportedObject {
  const { kind, metadata, spec } = role;
  const { name } = metadata;
  const kept = { ...(spec as Members), ...(retain ? { deletionPolicy: "Retain" } : {}) };
  return {
    kind: BatchRoleKind.kind,
    region,
    awsName: defaultAwsName(namespace, name, BatchRoleKind.awsName.maxLength),
    name,
    manifest: { ...role, spec: ordered(specSchema(BatchRoleKind.kind, crds), kept) },
    comments: noComments,
    file: `${kind.toLowerCase()}-${name}.yaml`,
    checked: { values: 0, written: 0 },
  };
}

function rolesOf(
  { manifest, comments }: ImportedObject,
  { roles: choice, clusterName, crds, ignoreTagKeys }: Choice,
  toolKeys: readonly string[],
): WithRoles {
  if (choice === undefined) return { manifest, roles: [], uses: [] };
  // With IfExists the operator would write the placeholder to AWS.
  if (comments.size > 0) return withoutRoles(manifest, `a value of its manifest is still ${secretPlaceholder}`);
  return withRoles(manifest, {
    choice,
    cluster: { name: clusterName, uid: "" },
    crds,
    isIgnoredTag: isIgnored(toolKeys, ignoreTagKeys),
  });
}

/** Who names a role as soon as the manifests are applied, by `roleKey`. */
function remainingUsers(
  all: readonly Found[],
  objects: ReadonlyMap<string, ImportedObject>,
): ReadonlyMap<string, readonly NamedResource[]> {
  const users = new Map<string, NamedResource[]>();
  for (const found of all) {
    const spec = (objects.get(resourceKey(found))?.manifest.spec ?? found.record) as Members;
    for (const key of new Set(namedRoles(found.kind, spec).map(roleKey))) {
      users.set(key, [...(users.get(key) ?? []), resourceOf(found)]);
    }
  }
  return users;
}

function isIgnored(toolKeys: readonly string[], ignoreTagKeys: readonly string[]): (key: string) => boolean {
  return (key) => toolKeys.includes(key) || matchesAny(ignoreTagKeys, key);
}

function preferredNames(only: readonly ListedResource[]): ReadonlyMap<string, string> {
  return new Map(only.flatMap((one) => (one.objectName === undefined ? [] : [[resourceKey(one), one.objectName]])));
}

/** The text of a new file. */
export function fileText({ manifest, comments }: Pick<ImportedObject, "manifest" | "comments">): string {
  return yamlOf(manifest, comments);
}

/** What another tool believes to manage. */
function missingIn(selected: readonly Found[], only: readonly NamedResource[]): readonly Skipped[] {
  const found = new Set(selected.map(resourceKey));
  return only
    .filter((one) => !found.has(resourceKey(one)))
    .map((one) => ({ ...resourceOf(one), why: "AWS has no such resource in the regions that were read" }));
}

interface Writing {
  readonly choice: Choice;
  readonly toolKeys: readonly string[];
  /** The name of the object of the directory that has a resource, which references may mean. */
  readonly objectNamed: (resource: NamedResource) => string | undefined;
}

/**
 * Objects that references may mean: those of this import, and those that the directory has, also if this import skips
 * what they have, because they have adopted it already or its name was not asked for.
 */
function objectsFor(
  all: readonly Found[],
  choice: Choice,
  imported: ReadonlyMap<string, ImportedObject>,
): Writing["objectNamed"] {
  const inDirectory = new Set([...choice.known].map(([key, name]) => `${key.slice(0, key.indexOf(" "))} ${name}`));
  const owners = ownersIn(all, choice);
  return (resource) => {
    const key = resourceKey(resource);
    const found = imported.get(key)?.name ?? choice.known.get(key);
    if (found !== undefined) return found;
    // A successor has another name in AWS than its object says.
    const owner = owners.get(key);
    return owner !== undefined && inDirectory.has(`${resource.kind} ${owner}`) ? owner : undefined;
  };
}

function objectOf(found: Found, name: string, { choice, toolKeys, objectNamed }: Writing): ImportedObject {
  const { importing, record, kind, region, tags } = found;
  const { namespace, retain, ignoreTagKeys, crds } = choice;
  const schema = specSchema(kind, crds);
  const nameOf = (to: KindName, awsName: string): string | undefined => objectNamed({ kind: to, region, awsName });
  const described = referenced(specOf(record, importing, schema), importing.kind, nameOf);
  const { spec: body, secrets, checked } = withoutSecrets(described, choice.keptValues);
  const { field } = importing.kind.awsName;
  const spec = ordered(schema, {
    ...body,
    [field]: specName(found, name, choice),
    region,
    tags: ownTags(tags, isIgnored(toolKeys, ignoreTagKeys)),
    deletionPolicy: retain ? "Retain" : undefined,
    adoptionPolicy: "IfMatching",
  });
  const comments = new Map(secrets.map(({ path, name: its }) => [pathText(path), secretComment(path, its)]));
  return {
    ...resourceOf(found),
    name,
    manifest: { apiVersion, kind, metadata: { name, namespace }, spec },
    comments,
    file: posix.join(region, `${kind.toLowerCase()}-${name}.yaml`),
    checked,
  };
}

/** Its name is in the text as far as the manifest does not have it above. */
function secretComment(path: Path, name: string): string {
  const of = typeof path.at(-1) === "number" && name.startsWith("-") ? ` of ${visible(name)}` : "";
  return `${secretPlaceholder}: the value${of} is left out here, because it is probably a secret. ${secretAdvice(path, name)}.`;
}

/** The AWS name in the spec; undefined: the object has it by default. */
function specName(
  { importing, awsName, tags }: Found,
  name: string,
  { namespace, clusterPrefix }: Choice,
): string | undefined {
  const { maxLength, isPrefix } = importing.kind.awsName;
  // What Retain has left behind has a name with the suffix of a plan.
  const isOurs = isPrefix === true && tags[retainedFromTag] !== undefined;
  const base = isOurs ? awsName.replace(/-[0-9a-f]{8}(?:-\d+)?$/, "") : nameIn(awsName);
  const prefix = prefixOfKind(importing.kind, clusterPrefix);
  return base === prefixedAwsName(prefix, namespace, name, maxLength) ? undefined : base;
}

/** The schema of the spec of a kind. */
export function specSchema(kind: KindName, crds: readonly CustomResourceDefinition[]): StructuralSchema {
  return schemaOf(crdOf({ kind }, crds)).properties?.["spec"] ?? { type: "object" };
}

function crdOf(
  { kind }: Pick<OperatorKind, "kind">,
  crds: readonly CustomResourceDefinition[],
): CustomResourceDefinition {
  const found = crds.find(({ spec }) => spec.names.kind === kind);
  if (found === undefined) throw new Error(`there is no CRD for ${kind}`);
  return found;
}
