/** A call over the wire: the operation's name, and its input as JSON. */
export interface Call {
  readonly operation: string;
  readonly input: object;
}

export type JobPhase = "running" | "ended";

/** A call that comes before another. */
export interface Step extends Call {
  /**
   * When the next one follows: with nothing in between, once all that the call changes has settled or is gone, or once the job
   * that was submitted runs or has ended.
   */
  readonly next: "at once" | "at rest" | JobPhase;
}

/** What AWS answers. */
export type Expected =
  | {
      readonly kind: "refused";
      readonly name: string;
      readonly status: number;
      /** Without Batch's wrapper. */
      readonly text: string;
      /** Whether it comes in `Error executing request, Exception : <text>, RequestId: <id>`. */
      readonly wrapped: boolean;
    }
  | {
      readonly kind: "answered";
      /** The answer has these members with these values (or as a `Pattern` says), and may have more. Lists are whole. */
      readonly has: object;
      /** Paths such as `computeEnvironments.0.updatePolicy` that the answer does not have. */
      readonly lacks: readonly string[];
    };

/** A value of which only the form is known. */
export class Pattern {
  readonly text: string;
  readonly holds: (value: unknown) => boolean;

  constructor(text: string, holds: (value: unknown) => boolean) {
    this.text = text;
    this.holds = holds;
  }
}

export const anyNumber = new Pattern("a number", (value) => typeof value === "number");

export function matching(expression: RegExp): Pattern {
  return new Pattern(
    `a text with ${expression.source}`,
    (value) => typeof value === "string" && expression.test(value),
  );
}

/** One fact of AWS, tried in the account of `stage.ts`. */
export interface Row {
  /** Unique; says what is tried. */
  readonly id: string;
  /**
   * Tags of the public sources: [SDK] documentation of the AWS SDK, [BC] botocore's model, [CP] messages recorded from
   * deployments, [UG] user guide, [CFN] CloudFormation, [TF] Terraform's provider and its acceptance tests, [TFI] its
   * issues, [AL] alchemy's provider, [XP] Crossplane's, [GH] a public report, [MOTO] moto's tests, [AWS <date>] a run of `npm run conformance` in AWS, which outranks the others, [KNOWN] common
   * knowledge, [INF] inferred. `coral`: how AWS's JSON services read a request. `ours` in it: the refusal is AWS's, the
   * words are not recorded. Numbers such as 0.1 are sections of the notes on semantics.
   */
  readonly source: string;
  readonly first: readonly Step[];
  readonly call: Call;
  readonly expected: Expected;
}

/** A validation error in Batch's wrapper. */
export function invalid(text: string): Expected {
  return { kind: "refused", name: "ClientException", status: 400, text, wrapped: true };
}

/** A refusal whose text comes without the wrapper. */
export function refused(text: string, status = 400): Expected {
  return { kind: "refused", name: "ClientException", status, text, wrapped: false };
}

/** What AWS cannot read: a value of another JSON type. */
export function unreadable(text: string): Expected {
  return { kind: "refused", name: "SerializationException", status: 400, text, wrapped: false };
}

export function answered(has: object = {}, lacks: readonly string[] = []): Expected {
  return { kind: "answered", has, lacks };
}

/** Rows of one operation: what is tried, its source, the input, the answer. */
export function rowsOf(
  operation: string,
  rows: readonly (readonly [id: string, source: string, input: object, expected: Expected])[],
): Row[] {
  return rows.map(([id, source, input, expected]) => ({
    id: `${operation}: ${id}`,
    source,
    first: [],
    call: { operation, input },
    expected,
  }));
}

/** A row in which something is done before, then `call` asked. */
export function after(id: string, source: string, first: Row["first"], call: Call, expected: Expected): Row {
  return { id, source, first, call, expected };
}
