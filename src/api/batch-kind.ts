import type { ConditionType } from "./condition-types.ts";
import type { PrinterColumn } from "./crd.ts";
import type { Kind } from "./object.ts";

/**
 * A kind of this operator, as data. Validation, order of apply, wake-ups, metrics, RBAC, charts and reference pages are
 * derived from it, so that nothing outside of a kind's own modules names the kind.
 */
export interface BatchKind<Name extends string = string, Records extends string = string> extends Kind {
  readonly kind: Name;
  /** One of them in a sentence or a table beside other kinds, e.g. `queue`. */
  readonly noun: string;
  /** Of the custom resource definition. */
  readonly description: string;
  /** Columns of `kubectl get`, beside those that all kinds have. */
  readonly columns: readonly PrinterColumn[];
  /** Paths for `kubectl get --field-selector`. */
  readonly selectable: readonly string[];
  /** How the AWS resource of an object is called. */
  readonly awsName: AwsNaming;
  /** The records of AWS that stand behind the objects, as a region's snapshot calls them. */
  readonly records: Records;
  /** Where the spec refers to other objects. */
  readonly references: readonly Reference<Name>[];
  /** The types of conditions that an object can have beside those that all kinds have, in the order of the page. */
  readonly conditions: readonly ConditionType[];
  /** Whether it uses IAM roles, which annotations of its namespace may limit. */
  readonly usesRoles?: true;
}

export interface AwsNaming {
  /** The field of the spec that gives the name. */
  readonly field: string;
  /** Characters that a name may have when the spec gives none. */
  readonly maxLength: number;
  /** Whether the name begins those of several resources, which their tags then assign to the object. */
  readonly isPrefix?: true;
}

/** A place in the spec of a kind that refers to objects of another kind. */
export interface Reference<Name extends string = string> {
  /** The kind that is referred to. */
  readonly to: Name;
  /** From the spec, `[]` for each item of a list, e.g. `computeEnvironmentOrder[].computeEnvironmentRef`. */
  readonly path: string;
  /**
   * The place that names a resource in AWS instead, by name or ARN. AWS describes a resource by the same fields, so the
   * path also leads through its record.
   */
  readonly awsPath?: string;
}
