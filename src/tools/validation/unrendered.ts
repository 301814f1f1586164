import { basename } from "node:path";
import { isRecord } from "./defaults.ts";
import type { TextPlace } from "./problem.ts";

/** Files next to manifests from which another tool makes manifests. */

/** What renders them, as the end of a sentence. */
const render = {
  chart: "render the chart first: helm template CHART | aws-batch-operator validate -f -",
  kustomization: "to read what it renders, give its directory with -k",
} as const;

export type Unrendered =
  /** The files next to it are read as they are. */
  | { readonly kind: "note"; readonly message: string }
  /** Neither it nor the templates next to it are manifests. */
  | { readonly kind: "problem"; readonly message: string };

/** Whether a document is a kustomization, or the description or values of a chart; undefined: none of these. */
export function unrendered(file: string, value: unknown): Unrendered | undefined {
  const name = basename(file);
  const apiVersion = isRecord(value) ? value["apiVersion"] : undefined;
  const isKustomize = typeof apiVersion === "string" && apiVersion.startsWith("kustomize.config.k8s.io/");
  // Kustomize needs neither apiVersion nor kind.
  if (isKustomize || (apiVersion === undefined && /^kustomization\.ya?ml$/i.test(name))) {
    return { kind: "note", message: `is a kustomization, which is not applied here: ${render.kustomization}` };
  }
  if (name === "Chart.yaml") return { kind: "problem", message: `describes a Helm chart: ${render.chart}` };
  if (apiVersion === undefined && /^values\b.*\.ya?ml$/.test(name)) {
    return { kind: "problem", message: `has the values of a Helm chart: ${render.chart}` };
  }
  return undefined;
}

const action = /\{\{[^{}]*\}\}/;

/** The place of the first `{{ … }}` in a text; undefined: there is none. */
export function templatePlace(text: string): TextPlace | undefined {
  const at = text.search(action);
  if (at < 0) return undefined;
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** Whether a value of a manifest is text that a template would have replaced. */
export function isTemplate(value: unknown): boolean {
  return typeof value === "string" && action.test(value);
}

export const templateMessage = `is a template, because it contains {{ … }}: ${render.chart}`;
