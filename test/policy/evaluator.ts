/**
 * Whether identity policies allow a request, by the rules of AWS's documentation ("Policy evaluation logic", "IAM JSON
 * policy elements"), written apart from what generates policies: an explicit Deny wins, without an Allow it is denied.
 */

export interface Request {
  /** e.g. `batch:CreateJobQueue`. */
  readonly action: string;
  /** ARN; `*` for actions that have no resource. */
  readonly resource: string;
  /** Condition keys as AWS fills them in for this request. Several values: a multivalued key. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export interface Policy {
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** @throws Error for a policy element that it does not know, so that none is passed over */
export function isAllowed(policy: Policy, request: Request): boolean {
  const applying = statementsOf(policy, request.action.toLowerCase()).filter((one) => applies(one, request));
  if (applying.some(({ Effect: effect }) => effect === "Deny")) return false;
  return applying.some(({ Effect: effect }) => effect === "Allow");
}

const known = new Set(["Sid", "Effect", "Action", "Resource", "Condition"]);

/** A policy is asked for each call of a whole world: what depends on the action alone is worked out once. */
const byAction = new WeakMap<Policy, Map<string, readonly Statement[]>>();

function statementsOf(policy: Policy, action: string): readonly Statement[] {
  const found = byAction.get(policy)?.get(action);
  if (found !== undefined) return found;
  const statements = policy.Statement.filter((statement) => {
    const strange = Object.keys(statement).find((key) => !known.has(key));
    if (strange !== undefined) throw new Error(`the evaluator does not know ${strange}`);
    return all(statement.Action).some((pattern) => like(pattern.toLowerCase(), action));
  });
  byAction.set(policy, (byAction.get(policy) ?? new Map<string, readonly Statement[]>()).set(action, statements));
  return statements;
}

function applies(statement: Statement, request: Request): boolean {
  return (
    all(statement.Resource).some((pattern) => like(pattern, request.resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, values, presentValues(request, key))),
    )
  );
}

/** Names of keys are compared without regard to case. */
function presentValues({ context }: Request, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : all(found[1]);
}

/**
 * Values of one key are alternatives; a key that the request lacks fails, unless the operator says `IfExists`. With
 * `ForAllValues` each value of the request needs one, and a request without values has them all.
 */
function holds(operator: string, values: string | readonly string[], present: readonly string[] | undefined): boolean {
  const [, forAll, test = "", ifExists] = /^(ForAllValues:)?(.+?)(IfExists)?$/.exec(operator) ?? [];
  const compare = comparisons[test];
  if (compare === undefined) throw new Error(`the evaluator does not know ${operator}`);
  if (present === undefined) return (forAll ?? ifExists) !== undefined;
  if (forAll !== undefined) return present.every((one) => all(values).some((value) => compare(value, one)));
  return all(values).some((value) => present.some((one) => compare(value, one)));
}

const comparisons: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: like,
  ArnEquals: likeArn,
  ArnLike: likeArn,
};

/** Each of the six parts by itself: no wildcard reaches over a colon but in the last one. */
function likeArn(pattern: string, arn: string): boolean {
  const [patterns, parts] = [pattern, arn].map((text) => {
    const split = text.split(":");
    return [...split.slice(0, 5), split.slice(5).join(":")];
  });
  return (patterns ?? []).every((one, index) => like(one, parts?.[index] ?? ""));
}

const expressions = new Map<string, RegExp>();

function like(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  const compiled = expressions.get(pattern) ?? expressionOf(pattern);
  expressions.set(pattern, compiled);
  return compiled.test(value);
}

function expressionOf(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "s");
}

function all(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
