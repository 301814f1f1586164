import packageManifest from "../../package.json" with { type: "json" };
import type { Rendered } from "./helm.ts";

/**
 * How the output of a set of values differs from that of the defaults, one line for each field that does; an object
 * that is gone is one line.
 */
export function changesIn(objects: readonly Rendered[], defaults: readonly Rendered[]): string {
  const names = new Set(objects.map(nameOf));
  const missing = defaults.filter((one) => !names.has(nameOf(one)));
  const before = new Set(defaults.filter((one) => names.has(nameOf(one))).flatMap(fields));
  const after = new Set(objects.flatMap(fields));
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `- ${line}`);
  const come = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`);
  // A field that changed has both its lines together.
  const lines = [...missing.map((one) => `- ${nameOf(one)}`), ...gone, ...come].toSorted(
    (a, b) => compare(a.slice(2), b.slice(2)) || compare(b, a),
  );
  return withoutVersion(lines.map((line) => `${line}\n`).join(""));
}

/** So that a release changes no golden file. */
export function withoutVersion(text: string): string {
  return text.replaceAll(packageManifest.version, "VERSION");
}

function nameOf({ kind, metadata }: Rendered): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join("/");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fields(object: Rendered): readonly string[] {
  const { kind, metadata } = object;
  // Hundreds of kilobytes of schema are the business of other tests; that it is there, and how it is labelled, is not.
  const shown = kind === "CustomResourceDefinition" ? { metadata } : object;
  return leaves(shown).map(([path, value]) => `${nameOf(object)} ${path}: ${value}`);
}

function leaves(value: unknown, path = ""): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    return [[path, JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? `[${key}]` : `${path === "" ? "" : "."}${key}`;
    return leaves(inner, path + step);
  });
}
