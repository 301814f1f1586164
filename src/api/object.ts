/** The parts that all Kubernetes objects share (Kubernetes API conventions, "Metadata" and "Typical status properties"). */

import type { ConditionType } from "./condition-types.ts";

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  /** Set by the store. */
  readonly uid: string;
  /** Opaque; only ever compared for equality. */
  readonly resourceVersion: string;
  /** Grows by one with each change of the spec. */
  readonly generation: number;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly finalizers?: readonly string[] | undefined;
  /** The tools among its field managers that keep its manifest; absent: none. Of `managedFields` nothing else is kept. */
  readonly keptBy?: readonly KeptBy[] | undefined;
}

/** Field managers of tools that keep manifests and create again what is missing. No setting of theirs changes the name. */
export const manifestKeepers = {
  "argocd-controller": "Argo CD",
  "kustomize-controller": "Flux",
  "helm-controller": "Flux",
} as const;
export type KeptBy = keyof typeof manifestKeepers;

export interface KubeObject<Spec = unknown, Status = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status | undefined;
  /** A cache keeps only a part of spec and status: nothing may be written from them (`Whole`). */
  readonly isDigest?: true | undefined;
  /** The digest is too little for a pass about the object itself, which reads the whole one first. */
  readonly isStub?: true | undefined;
}

/** An object with its whole spec and status. */
export type Whole<O extends KubeObject = KubeObject> = O & { readonly isDigest?: undefined };

/** Whether it is whole. */
export function isWhole<O extends KubeObject>(object: O): object is Whole<O> {
  return object.isDigest !== true;
}

export interface Condition {
  /** Others can write status too, so the value at runtime may be any text. */
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, whole seconds; changes only with `status`. */
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** Namespace and name of an object. */
export function keyOf({ metadata: { namespace, name } }: KubeObject): ObjectKey {
  return { namespace, name };
}

/** `namespace/name`, for logs, maps and messages. */
export function keyText(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}

/** Identity of a CRD. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  /** Whether the operator itself deletes objects, some time after they have served their purpose. */
  readonly expires?: true;
  /** Whether what AWS has of an object is in no region, as with all of IAM. */
  readonly global?: true;
}
