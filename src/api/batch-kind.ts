/**
 * The door of `api`: what a kind is (`BatchKind`), and what follows from the declarations of all kinds. `v1alpha1` declares them,
 * `reasons` has the reasons that kinds share. Begin with `BatchKind`, then `v1alpha1/kinds.ts`. Nothing here knows AWS or
 * Kubernetes' API server.
 */

import type { ConditionType } from "./condition-types.ts";
import type { PrinterColumn } from "./crd.ts";
import type { Kind } from "./object.ts";
import type { ReasonTable } from "./reasons/table.ts";

/**
 * A kind of this operator, as data. Validation, order of apply, wake-ups, metrics, RBAC, charts and reference pages are
 * derived from it, so that nothing outside a kind's own modules names the kind.
 */
export interface BatchKind<Name extends string = string, Records extends string = string> extends Kind {
  readonly kind: Name;
  /** Short name in a sentence or a table with other kinds, e.g. `queue`. */
  readonly noun: string;
  /** Description of the CRD. */
  readonly description: string;
  /** Columns of `kubectl get`, in addition to those of all kinds. */
  readonly columns: readonly PrinterColumn[];
  /** Paths for `kubectl get --field-selector`. */
  readonly selectable: readonly string[];
  /** Name of the AWS resource of an object. */
  readonly awsName: AwsNaming<Name>;
  /** The records of the AWS resources, as a region's snapshot calls them; undefined: they are followed one by one. */
  readonly records?: Records;
  /** Fields of the spec that reference other objects. */
  readonly references: readonly Reference<Name>[];
  /** Condition types in addition to those of all kinds, in the order of the reference page. */
  readonly conditions: readonly ConditionType[];
  /** The tables of its reasons in addition to those of all kinds: its own, and those of what it shares with others. A reason is in a place of only one. */
  readonly reasons: readonly ReasonTable[];
  /** The request with which AWS takes the spec; absent: AWS documents no size, and the bounds of the fields are it. */
  readonly request?: AwsRequest;
  /** What passes of other objects read of a large object; absent: all but its tags. */
  readonly stub?: StubFields;
  /** Whether the API server refuses changes of the spec: what is wrong with it is corrected in another object. */
  readonly fixedSpec?: true;
  /** Whether objects use IAM roles, which annotations of their namespace may limit. */
  readonly usesRoles?: true;
}

/** What the cache leaves out of an object for which there is no room. */
export interface StubFields {
  /** Fields of the spec that only passes of the object itself read, apart from its references. */
  readonly bulk: readonly string[];
  /** What others read within them, in the form of references: `[]` after a list. */
  readonly kept?: readonly string[];
}

/** A request of which AWS documents the largest size. */
export interface AwsRequest {
  /** e.g. `RegisterJobDefinition`. */
  readonly call: string;
  /** Of the request as JSON. */
  readonly maxBytes: number;
  /** The fields of the spec that are not in it, or under another name. */
  readonly without: readonly string[];
  /**
   * Paths that the API server adds up by themselves, `[]` for each item of a list: one rule for all would cost more than it
   * grants. The first that fits counts.
   */
  readonly apart: readonly string[];
}

export interface AwsNaming<Name extends string = string> {
  /** The field of the spec with the name. */
  readonly field: string;
  /** Maximum length of a default name, in characters. */
  readonly maxLength: number;
  /** Whether the name is a prefix of several resources, which their tags assign to the object. */
  readonly isPrefix?: true;
  /** Whether several objects may give the same name: it is of what they are in. */
  readonly isShared?: true;
  /** Whether the uid of the object is the end of the name, so that an object that is created again has another. */
  readonly endsWithUid?: true;
  /** A kind that objects reference: the name is unique only in the AWS resource that the reference leads to. */
  readonly within?: Name;
}

/** A field in the spec of a kind that references objects of another kind. */
export interface Reference<Name extends string = string> {
  /** The referenced kind. */
  readonly to: Name;
  /** From the spec, `[]` for each item of a list, e.g. `computeEnvironmentOrder[].computeEnvironmentRef`. */
  readonly path: string;
  /**
   * The field with a name or ARN in AWS instead. AWS describes a resource with the same fields, so the path also works
   * in its record.
   */
  readonly awsPath?: string;
  /** What the target is to the object, for a page that shows no line between the two, e.g. `share of`. */
  readonly use?: string;
  /** Whether the API server refuses each change of it. */
  readonly fixed?: true;
  /** The object is created in AWS without the target, and waits for it only then: it need not be applied first. */
  readonly later?: true;
}
