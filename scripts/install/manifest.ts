/** What the manifests of the installation share. */

export const operatorName = "aws-batch-operator";
export const namespace = "aws-batch-system";

export const nameLabel = { "app.kubernetes.io/name": operatorName } as const;

/** One document of a YAML file. */
export interface Manifest {
  /** Stands before it. */
  readonly comment?: string;
  readonly value: object;
}
