import type { CallKind } from "./budget.ts";
import type { StatementName } from "./policy-statements.ts";

/** An action and the statement of the operator's policy that it goes into. */
export type NeededAction = readonly [action: string, statement: StatementName];

/** What the operator has to know of a call in addition to its shape. */
export interface CallFacts {
  /** Whether it changes something in AWS. */
  readonly kind: CallKind;
  /** The statements that its own action goes into: each says on what, and under which conditions. */
  readonly statements: readonly StatementName[];
  /** What AWS asks for in addition to its own action. */
  readonly also: readonly NeededAction[];
}

/** All calls of a service that the operator makes: what is not in it does not exist for the operator. */
export type CallTable<Name extends PropertyKey = string> = Readonly<Record<Name, CallFacts>>;

export function readCall(statement: StatementName): CallFacts {
  return { kind: "read", statements: [statement], also: [] };
}

export function writeCall(statements: readonly StatementName[], also: readonly NeededAction[] = []): CallFacts {
  return { kind: "write", statements, also };
}

/** To hand a role to a service: of others, or of its own for the purpose of the role. */
export const passRoles: readonly NeededAction[] = (
  ["PassRoles", "PassTasks", "PassInstances", "PassSpot", "PassService"] as const
).map((statement) => ["iam:PassRole", statement]);

/** The operation of a call, e.g. `CreateComputeEnvironment`. */
export function operationOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/**
 * What the calls of a service need to be allowed.
 * @param service as in its actions, e.g. `iam`
 */
export function needsOf(service: string, calls: CallTable): readonly NeededAction[] {
  return Object.entries(calls).flatMap(([name, { statements, also }]) => [
    ...statements.map((statement): NeededAction => [`${service}:${operationOf(name)}`, statement]),
    ...also,
  ]);
}
