import { dnsLabel, dnsSubdomain } from "../../api/v1alpha1/names.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import { type Finding, valueText } from "./problem.ts";
import { inQuotes, lacksQuotes } from "./words.ts";

/** What the API server asks of the metadata of an object that has a namespace. */

const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const annotationBytesMax = 256 * 1024;

/** Those that a person may write, and those that come back from `kubectl get`. */
const fields = [
  "name",
  "generateName",
  "namespace",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
];

export function metadataFindings(value: unknown): Finding[] {
  const path = ["metadata"];
  if (value === undefined || value === null) {
    return [{ path, message: "is missing: add metadata.name", expected: "a map" }];
  }
  if (!isRecord(value)) return [found(path, value, "a map")];
  return [
    ...nameFindings(value["name"]),
    ...namespaceFindings(value["namespace"]),
    ...textMapFindings("labels", value["labels"], labelValue),
    ...textMapFindings("annotations", value["annotations"]),
    ...Object.keys(value)
      .filter((key) => !fields.includes(key))
      .map((key) => unknownField(key)),
  ];
}

function nameFindings(name: unknown): Finding[] {
  const path = ["metadata", "name"];
  if (lacksQuotes(name)) return [found(path, name, inQuotes)];
  if (name === undefined || name === null) {
    return [{ path, message: "is missing: give the object a name", expected: "a Kubernetes name" }];
  }
  if (typeof name === "string" && name.length <= 253 && dnsSubdomain.test(name)) return [];
  return [
    found(
      path,
      name,
      "a Kubernetes name: at most 253 lower-case letters, digits, - and dots, with a letter or digit at both ends",
    ),
  ];
}

function namespaceFindings(namespace: unknown): Finding[] {
  if (namespace === undefined) return [];
  if (lacksQuotes(namespace)) return [found(["metadata", "namespace"], namespace, inQuotes)];
  if (typeof namespace === "string" && namespace.length <= 63 && dnsLabel.test(namespace)) return [];
  return [
    found(
      ["metadata", "namespace"],
      namespace,
      "a namespace: at most 63 lower-case letters, digits and -, with a letter or digit at both ends",
    ),
  ];
}

function textMapFindings(field: "labels" | "annotations", value: unknown, pattern?: RegExp): Finding[] {
  if (value === undefined || value === null) return [];
  const path = ["metadata", field];
  if (!isRecord(value)) return [found(path, value, "a map of text to text")];
  const entries = Object.entries(value);
  const perEntry = entries.flatMap(([key, member]): Finding[] => {
    const at = [...path, key];
    if (!qualifiedName.test(key)) {
      return [found(at, key, "a key of letters, digits, -, _ and dots, at most 63, with or without prefix/")];
    }
    if (typeof member !== "string") return [found(at, member, inQuotes)];
    if (pattern === undefined || (member.length <= 63 && pattern.test(member))) return [];
    return [found(at, member, "at most 63 letters, digits, -, _ and dots, with a letter or digit at both ends")];
  });
  const bytes = entries.reduce((total, [key, member]) => total + key.length + String(member).length, 0);
  if (field === "labels" || bytes <= annotationBytesMax) return perEntry;
  return [...perEntry, { path, message: `has ${bytes} bytes, more than ${annotationBytesMax}: shorten it` }];
}

function unknownField(key: string): Finding {
  const near = nearest(key, fields);
  const hint = near === undefined ? "remove it, or move it under spec" : `did you mean ${near}?`;
  return { path: ["metadata", key], message: `unknown field: ${hint}`, found: key };
}

function found(path: Finding["path"], value: unknown, expected: string): Finding {
  const text = valueText(value);
  return { path, message: `found ${text}, expected ${expected}`, found: text, expected };
}
