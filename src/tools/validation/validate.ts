/**
 * The door of the validation: manifests are read (`manifests.ts`, `yaml.ts`), checked against schema and CEL (`schema.ts`,
 * `cel.ts`), against each other (`references.ts`), and for what is probably wrong (`warnings.ts`). All problems come at once,
 * with their places.
 */

import type { CustomResourceDefinition } from "../../api/crd.ts";
import { keyText, type ObjectKey } from "../../api/object.ts";
import type { NamespaceMetadata } from "../../kube/namespaces.ts";
import { isRecord } from "./defaults.ts";
import { withNextSize } from "./fargate.ts";
import { inlinePolicyFindings } from "./inline-policies.ts";
import { jobWarnings } from "./jobs.ts";
import type { ManifestDocument } from "./manifests.ts";
import { nearest } from "./nearest.ts";
import { objectFindings } from "./object.ts";
import { withBatchNetwork } from "./own-networks.ts";
import { byPlace, type Finding, type Note, type Path, type Problem, pathText, valueText } from "./problem.ts";
import { queueFindings } from "./quota-shares.ts";
import {
  awsNameFindings,
  byAwsIdentity,
  byName,
  circleFindings,
  circlesAmong,
  mixtureFindings,
  type Named,
  type NamedObjects,
  referenceFindings,
} from "./references.ts";
import { withBatchRole } from "./shared-roles.ts";
import { isTemplate, templateMessage, unrendered } from "./unrendered.ts";
import { refusedWhenNew, warningsOf } from "./warnings.ts";

/** A valid object as written, without defaults and status. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec: unknown;
}

export interface ValidManifest {
  readonly object: ManifestObject;
  /** With the effective namespace. */
  readonly key: ObjectKey;
  readonly document: ManifestDocument;
}

export interface Validation {
  /** In the order of the files. */
  readonly manifests: readonly ValidManifest[];
  readonly problems: readonly Problem[];
  /** Skipped objects of other APIs, and warnings about what AWS may reject. */
  readonly notes: readonly Note[];
  /** What AWS does not create any more, of valid manifests: no error where it exists already. */
  readonly refusedWhenNew: readonly Problem[];
  /** Labels and annotations by name, of manifests of Namespaces: they say who may refer to what, and limit what may be used. */
  readonly namespaces: ReadonlyMap<string, NamespaceMetadata>;
}

export interface ValidationOptions {
  /** Namespace of objects without one, as with kubectl. */
  readonly namespace: string;
  /** Whether a reference to an object that is not among the documents is a problem. */
  readonly closed: boolean;
}

/** As of a directory that is applied as a whole. */
export const wholeDirectory: ValidationOptions = { namespace: "default", closed: true };

/** All problems of a set of manifests, offline. */
export function validateManifests(...given: Parameters<typeof validation>): Validation {
  const steps = validation(...given);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Of a search for circles; about as long as the check of an object. */
const stepsAtOnce = 10_000;

/** The same in steps: thousands of objects take seconds, in which a process has to answer signals. */
export function* validation(
  documents: readonly ManifestDocument[],
  crds: readonly CustomResourceDefinition[],
  { namespace, closed }: ValidationOptions,
): Generator<void, Validation> {
  const sorted = documents.map((document) => sort(document, crds, namespace));
  const ours = sorted.filter((entry) => entry.kind === "ours");
  const names = ours.map((entry) => entry.named);
  const objects = byName(names);
  const identities = byAwsIdentity(names);
  const circles = circlesAmong(names, objects);
  for (const one of circles.values()) {
    for (; !one.isSettled; one.search(stepsAtOnce)) yield;
  }
  const first = new Map<string, Ours>();
  const checked: { readonly entry: Ours; readonly problems: readonly Problem[] }[] = [];
  for (const entry of ours) {
    const findings = [
      ...withBatchNetwork(objectFindings(entry.crd, entry.document.value), entry.document.value).map((finding) =>
        withBatchRole(withNextSize(finding, entry.document.value), entry.document.value),
      ),
      ...inlinePolicyFindings(entry.named.spec),
      ...(closed ? referenceFindings(entry.named, objects) : []),
      ...mixtureFindings(entry.named, objects),
      ...circleFindings(entry.named, circles),
      ...awsNameFindings(entry.named, objects, identities),
      ...queueFindings(entry.named, objects),
      ...doubled(entry, first),
    ];
    checked.push({ entry, problems: findings.map((finding) => problemOf(entry, templateFinding(finding, entry))) });
    yield;
  }
  return {
    manifests: checked.flatMap(({ entry, problems }) => (problems.length === 0 ? [validManifest(entry)] : [])),
    problems: [
      ...sorted.flatMap((entry) => (entry.kind === "refused" ? entry.problems : [])),
      ...checked.flatMap(({ problems }) => problems),
    ].sort(byPlace),
    refusedWhenNew: ours.flatMap((entry) => refusedWhenNew(entry.named).map((finding) => problemOf(entry, finding))),
    notes: sorted.flatMap((entry) => (entry.kind === "skipped" ? [entry.note] : notesOf(entry, objects))),
    namespaces: new Map(sorted.flatMap((entry) => (entry.kind === "namespace" ? [[entry.name, entry.metadata]] : []))),
  };
}

interface Ours {
  readonly kind: "ours";
  readonly document: ManifestDocument;
  readonly crd: CustomResourceDefinition;
  /** The parts that references need. */
  readonly named: Named;
}

type Sorted =
  | Ours
  | { readonly kind: "skipped"; readonly note: Note }
  | { readonly kind: "namespace"; readonly name: string; readonly metadata: NamespaceMetadata }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

function sort(document: ManifestDocument, crds: readonly CustomResourceDefinition[], namespace: string): Sorted {
  const { file, value, placeOf } = document;
  const refused = (...findings: readonly Finding[]): Sorted => ({
    kind: "refused",
    problems: findings.map(({ path, message }) => ({ file, ...placeOf(path), field: pathText(path), message })),
  });
  if (!isRecord(value)) {
    return refused({ path: [], message: `found ${valueText(value)}, expected a Kubernetes object` });
  }
  const other = unrendered(file, value);
  if (other?.kind === "note") {
    return { kind: "skipped", note: { file, ...placeOf([]), message: other.message } };
  }
  if (other?.kind === "problem") return refused({ path: [], message: other.message });
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    return refused(
      ...notText(["apiVersion"], apiVersion, `one such as ${versionsOf(crds)[0]}`),
      ...notText(["kind"], kind, "the kind of the object"),
    );
  }
  const crd = crds.find((one) => one.spec.names.kind === kind && versionsOf([one]).includes(apiVersion));
  if (crd !== undefined) return { kind: "ours", document, crd, named: named(kind, value, namespace) };
  const namespaceRead = apiVersion === "v1" && kind === "Namespace" ? namespaceIn(value) : undefined;
  if (namespaceRead !== undefined) return { kind: "namespace", ...namespaceRead };
  if (kind === "List" && apiVersion === "v1") {
    // One whose items are a list was taken apart.
    return refused({ path: ["items"], message: `found ${valueText(value["items"])}, expected a list of objects` });
  }
  const kinds = crds.map(({ spec }) => spec.names.kind);
  const groups = crds.map(({ spec }) => spec.group);
  const nearGroup = nearest(groupOf(apiVersion), groups);
  // A kind of ours without a group: the group without a name is that of Kubernetes itself, which has no such kinds.
  if (kinds.includes(kind) && (nearGroup !== undefined || !apiVersion.includes("/"))) {
    return refused({ path: ["apiVersion"], message: `found ${apiVersion}, expected ${versionsOf(crds).join(" or ")}` });
  }
  if (nearGroup === undefined) {
    return { kind: "skipped", note: { file, ...placeOf([]), message: `skipped ${kind} of ${apiVersion}` } };
  }
  const near = nearest(kind, kinds);
  const hint = near === undefined ? `use one of ${kinds.join(", ")}` : `did you mean ${near}?`;
  return refused({ path: ["kind"], message: `${nearGroup} has no kind ${kind}: ${hint}` });
}

/** @param hint what to write instead, without a verb */
function notText(path: Path, value: unknown, hint: string): readonly Finding[] {
  if (typeof value === "string") return [];
  const isMissing = value === undefined || value === null;
  return [{ path, message: isMissing ? `is missing: add ${hint}` : `found ${valueText(value)}, expected ${hint}` }];
}

function versionsOf(crds: readonly CustomResourceDefinition[]): string[] {
  return [...new Set(crds.flatMap(({ spec }) => spec.versions.map(({ name }) => `${spec.group}/${name}`)))];
}

function groupOf(apiVersion: string): string {
  return apiVersion.split("/")[0] ?? apiVersion;
}

function named(kind: string, value: Readonly<Record<string, unknown>>, namespace: string): Ours["named"] {
  const metadata = isRecord(value["metadata"]) ? value["metadata"] : {};
  return {
    kind,
    namespace: typeof metadata["namespace"] === "string" ? metadata["namespace"] : namespace,
    name: typeof metadata["name"] === "string" ? metadata["name"] : "",
    spec: value["spec"],
  };
}

/** A second object with the same identity: with kubectl the last one would win. */
function doubled(entry: Ours, first: Map<string, Ours>): Finding[] {
  const { kind, namespace, name } = entry.named;
  if (name === "") return [];
  const identity = `${kind} ${keyText({ namespace, name })}`;
  const before = first.get(identity);
  if (before === undefined) {
    first.set(identity, entry);
    return [];
  }
  const where = `${before.document.file}:${before.document.placeOf([]).line}`;
  return [
    { path: ["metadata", "name"], message: `${identity} is already in ${where}: remove or rename one of the two` },
  ];
}

/** Of the manifest of a Namespace; undefined: it has no name. Values that are not texts are refused by the API server. */
function namespaceIn({ metadata }: Readonly<Record<string, unknown>>) {
  const { name, labels, annotations } = isRecord(metadata) ? metadata : {};
  if (typeof name !== "string") return undefined;
  const texts = (map: unknown): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(isRecord(map) ? map : {}).filter((entry) => typeof entry[1] === "string"),
    ) as Record<string, string>;
  return { name, metadata: { labels: texts(labels), annotations: texts(annotations) } };
}

/** Warnings, each with its place: they do not make a manifest invalid. */
function notesOf(entry: Exclude<Sorted, { readonly kind: "skipped" }>, objects: NamedObjects): Note[] {
  if (entry.kind !== "ours") return [];
  return [...warningsOf(entry.named), ...jobWarnings(entry.named, objects)].map((finding) => {
    const { file, line, column, object, field, message } = problemOf(entry, finding);
    const of = object === undefined ? {} : { object };
    return { file, line, column, ...of, message: `${field}: ${message}`, isWarning: true };
  });
}

/** `"{{ x }}"` is valid YAML, and what is wrong with it is that nothing has replaced it. */
function templateFinding(finding: Finding, { document: { value } }: Ours): Finding {
  const found = finding.path.reduce(
    (node: unknown, step) => (node as Readonly<Record<string, unknown>>)?.[step],
    value,
  );
  return isTemplate(found) ? { path: finding.path, message: templateMessage } : finding;
}

function problemOf({ document, named: { kind, namespace, name } }: Ours, finding: Finding): Problem {
  const { path, ...rest } = finding;
  return {
    file: document.file,
    ...document.placeOf(path),
    object: `${kind} ${keyText({ namespace, name: name === "" ? "?" : name })}`,
    field: pathText(path),
    ...rest,
  };
}

function validManifest({ document, named: { namespace, name } }: Ours): ValidManifest {
  // Without a finding the value has this shape: metadata and schema were checked above.
  return { object: document.value as ManifestObject, key: { namespace, name }, document };
}
