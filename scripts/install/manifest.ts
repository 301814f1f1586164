import { operatorName } from "../../src/kube/installation.ts";

/** Common parts of the manifests. */

export const nameLabel = { "app.kubernetes.io/name": operatorName } as const;

/** One document of a YAML file. */
export interface Manifest {
  /** Comment before the document. */
  readonly comment?: string;
  readonly value: object;
}
