import packageManifest from "../../package.json" with { type: "json" };
import type { CustomResourceDefinition } from "../../src/api/crd.ts";
import { yamlOf } from "../yaml.ts";

/** The project version of a CRD in a cluster, so that an older chart does not overwrite it. */
export const versionAnnotation = "awsbatch.dev/version";

/**
 * A definition as a template of a chart. Helm installs a chart's folder crds/ once and never upgrades it.
 * @param keep the template condition under which `helm uninstall` and Argo CD keep it; undefined: always
 */
export function crdTemplate(crd: CustomResourceDefinition, keep?: string): string {
  const { metadata, ...rest } = crd;
  const kept = Object.entries({ "helm.sh/resource-policy": "keep", ...metadata.annotations }).map(
    ([key, value]) => `    ${key}: ${value}`,
  );
  return [
    "apiVersion: apiextensions.k8s.io/v1",
    "kind: CustomResourceDefinition",
    "metadata:",
    `  name: ${metadata.name}`,
    "  annotations:",
    `    ${versionAnnotation}: ${packageManifest.version}`,
    ...(keep === undefined ? kept : [`    {{- if ${keep} }}`, ...kept, "    {{- end }}"]),
    "  labels:",
    '    {{- include "aws-batch-operator.crdLabels" . | nindent 4 }}',
    literal(yamlOf({ spec: rest.spec })).trimEnd(),
  ].join("\n");
}

/** Escapes text for Helm. */
function literal(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
