/**
 * The door of the fields: how the fields of a spec correspond to the members that AWS has of a resource, a row for each field.
 * What differs (`differences.ts`), what the requests send (`requests.ts`), what AWS never changes and what an import may leave
 * out follow from the rows. Pure.
 */

import type { Reason } from "../../api/reasons.ts";

/** What the operator reports of a difference that AWS never changes, with the next step for a person. */
export interface Fixed {
  readonly reason: Reason;
  readonly message: string;
}

/** How a field differs, where its two values alone do not say it. */
export interface Judgement {
  readonly why: string;
  readonly from: unknown;
  readonly to: unknown;
}

interface AnyRow<Spec, R> {
  /** What is at odds with the resource and no update can change; undefined: nothing. */
  readonly fixed?: (spec: Spec, record: R) => Fixed | undefined;
  /** Takes the place of a comparison of the two values; undefined: nothing differs. */
  readonly judge?: (spec: Spec, record: R) => Judgement | undefined;
}

/** A field that AWS has as a member of the same name. */
export interface MemberRow<Value, Spec, R> extends AnyRow<Spec, R> {
  /** What is meant where the spec or AWS has nothing. Default: nothing. */
  readonly nothing?: Value;
  /** Left out of the spec, it is as AWS has it. Default: left out, it asks for `nothing`. */
  readonly absent?: "kept";
  /** Values of one form are the same, and a change shows forms. Default: the value. */
  readonly form?: (value: Value | undefined) => unknown;
  /** Whether AWS has what is desired. Default: whether forms are equal or, without one, AWS has the members that are given. */
  readonly same?: (desired: unknown, described: unknown, spec: Spec) => boolean;
  /** What members mean that are left out where the field itself is there; requests name them all. */
  readonly defaults?: Partial<NonNullable<Value>>;
  /** What a creation sends where the spec has nothing. */
  readonly initially?: Value;
  /** The only request that takes it. Default: both do. What only a creation takes is never updated. */
  readonly in?: "creation" | "update";
  /** Whether a new resource has this value where the spec leaves it out. Default: where it is `initially`. */
  readonly isInitial?: (value: unknown, record: R) => boolean;
  /** Members that AWS keeps where the spec leaves them out, with what a new resource has. */
  readonly initialMembers?: Partial<NonNullable<Value>>;
  /** The field that may refer to the value by an object instead, as a message names it. */
  readonly reference?: keyof Spec & string;
  /** What jobs lose by a change, for which AWS may end them; undefined: nothing. */
  readonly loss?: (desired: Value | undefined, described: Value | undefined) => string | undefined;
}

/** A field whose own fields are AWS's members; where a spec leaves it out, they are not compared. */
export interface GroupRow<Rows, Spec, R> extends AnyRow<Spec, R> {
  readonly fields: Rows;
}

/** A field that no request has as it is. */
export interface OwnRow<Spec, R> extends AnyRow<Spec, R> {
  /** `plan`: the plan of the kind puts what it leads to into requests. `nobody`: only the operator itself reads it. */
  readonly sentBy: "plan" | "nobody";
  /** As for a member. */
  readonly isInitial?: (value: unknown, record: R) => boolean;
}

/** The fields that all kinds have. */
type CommonField = "region" | "tags" | "deletionPolicy" | "adoptionPolicy";

type Inner<Value, Create, Update, Spec, R, More> =
  NonNullable<Value> extends readonly unknown[]
    ? never
    : NonNullable<Value> extends object
      ? GroupRow<Rows<NonNullable<Value>, NonNullable<Create>, NonNullable<Update>, never, R, More, Spec>, Spec, R>
      : never;

type Of<Request, Field> = Field extends keyof Request ? Request[Field] : unknown;

/** A member that one of the two requests does not have says so. */
type Sent<Create, Update, Field> = Field extends keyof Create
  ? Field extends keyof Update
    ? unknown
    : { readonly in: "creation" }
  : { readonly in: "update" };

/**
 * A row for each field of a spec: one that has none, or a member that no request has, does not compile.
 *
 * `Apart` are fields without a row, `More` is what each member's row of the kind has in addition.
 */
export type Rows<Part, Create, Update, Apart, R, More = unknown, Spec = Part> = {
  readonly [Field in Exclude<keyof Part, Apart>]-?:
    | OwnRow<Spec, R>
    | (Field extends keyof Create | keyof Update
        ?
            | (MemberRow<Part[Field], Spec, R> & Sent<Create, Update, Field> & More)
            | Inner<Part[Field], Of<Create, Field>, Of<Update, Field>, Spec, R, More>
        : never);
};

/** A row with its place. */
export interface Field<Spec, R, More = unknown> {
  /** Below `spec`, in AWS's record and in its requests, e.g. `computeResources.minvCpus`. */
  readonly path: string;
  readonly row: Row<Spec, R, More>;
  /** The field that has it; undefined: the spec itself. */
  readonly group: Field<Spec, R, More> | undefined;
}

type Member<Spec, R, More> = MemberRow<unknown, Spec, R> & More;
type Row<Spec, R, More> = Member<Spec, R, More> | GroupRow<unknown, Spec, R> | OwnRow<Spec, R>;

export type FieldRows<Spec, R, More = unknown> = readonly Field<Spec, R, More>[];

/**
 * The fields of a kind in the order of its table, each before the fields that it has.
 *
 * `Name` is the field of the resource's name in AWS.
 */
export function fieldsOf<Spec, Create, Update, Name, R, More = unknown>(
  rows: Rows<Spec, Create, Update, CommonField | Name, R, More>,
): FieldRows<Spec, R, More> {
  return flat<Spec, R, More>(rows, undefined);
}

function flat<Spec, R, More>(rows: object, group: Field<Spec, R, More> | undefined): FieldRows<Spec, R, More> {
  return Object.entries(rows as Readonly<Record<string, Row<Spec, R, More>>>).flatMap(([name, row]) => {
    const field = { path: group === undefined ? name : `${group.path}.${name}`, row, group };
    return [field, ...("fields" in row ? flat<Spec, R, More>(row.fields as object, field) : [])];
  });
}

/** The row of a field that AWS has as a member; undefined: it has none. */
export function memberRow<Spec, R, More>({ row }: Field<Spec, R, More>): Member<Spec, R, More> | undefined {
  return "fields" in row || "sentBy" in row ? undefined : row;
}

/** What a spec or a record has at a path. */
export function at(root: unknown, path: string): unknown {
  let value: unknown = root;
  for (const name of path.split(".")) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
