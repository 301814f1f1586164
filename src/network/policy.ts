/** Whether a policy document allows actions, as far as known without the caller's context. Pure. */

export type Allowance =
  | { readonly kind: "allowed" }
  /** It depends on a statement with a condition, or for some principals or resources, which cannot be evaluated. */
  | { readonly kind: "dependent" }
  | { readonly kind: "denied"; readonly actions: readonly string[] };

/** A requested action; without a resource any resource counts. */
export interface AskedAction {
  readonly action: string;
  readonly resource?: string;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

/**
 * The result of several documents together: an unconditional denial of everything wins, then allowances; an action that
 * no statement allows is denied. An invalid policy allows nothing.
 */
export function allowance(documents: readonly string[], asked: readonly AskedAction[]): Allowance {
  const statements = documents.flatMap(statementsOf);
  const answers = asked.map((one) => ({ action: one.action, answer: answerTo(statements, one) }));
  const denied = answers.filter(({ answer }) => answer === "denied").map(({ action }) => action);
  if (denied.length > 0) return { kind: "denied", actions: denied };
  return answers.some(({ answer }) => answer === "dependent") ? { kind: "dependent" } : { kind: "allowed" };
}

/** Whether a trust policy lets a service assume the role. */
export function trusts(document: string, service: string): boolean {
  return statementsOf(document).some(({ Effect, Action, Principal }) => {
    const services = (Principal as { readonly Service?: unknown } | undefined)?.Service;
    const actions = texts(Action);
    const takes = actions.some((action) => matches(action, "sts:AssumeRole"));
    return Effect === "Allow" && takes && (Principal === "*" || texts(services).includes(service));
  });
}

function answerTo(statements: readonly Statement[], asked: AskedAction): Allowance["kind"] {
  const about = statements.filter((statement) => concerns(statement, asked));
  const decides = (statement: Statement): boolean => isUnconditional(statement, asked);
  if (about.some((statement) => statement.Effect === "Deny" && decides(statement))) return "denied";
  const allowing = about.filter(({ Effect }) => Effect === "Allow");
  if (allowing.length === 0) return "denied";
  return allowing.some(decides) && allowing.length === about.length ? "allowed" : "dependent";
}

function concerns(statement: Statement, { action, resource }: AskedAction): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const acts = NotAction === undefined ? some(Action, action) : !some(NotAction, action);
  if (!acts || resource === undefined) return acts;
  if (NotResource !== undefined) return !some(NotResource, resource);
  return Resource === undefined || some(Resource, resource);
}

function isUnconditional(statement: Statement, { resource }: AskedAction): boolean {
  const { Condition, NotPrincipal, NotResource, Principal, Resource } = statement;
  if (Condition !== undefined || NotPrincipal !== undefined) return false;
  const anyone = Principal === undefined || Principal === "*" || isAnyone(Principal);
  if (resource !== undefined) return anyone;
  return anyone && NotResource === undefined && (Resource === undefined || texts(Resource).includes("*"));
}

function some(patterns: unknown, text: string): boolean {
  return texts(patterns).some((pattern) => matches(pattern, text));
}

function isAnyone(principal: unknown): boolean {
  return texts((principal as { readonly AWS?: unknown }).AWS).includes("*");
}

/** With `*` for any text and `?` for one character; upper and lower case are the same. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/[*]/g, ".*")
    .replace(/[?]/g, ".");
  return new RegExp(`^${source}$`, "i").test(text);
}

function statementsOf(document: string): readonly Statement[] {
  const parsed = parsedObject(document);
  const statement = parsed?.["Statement"];
  const several = Array.isArray(statement) ? statement : [statement];
  return several.filter((one): one is Statement => typeof one === "object" && one !== null);
}

function parsedObject(document: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(document);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
}
