type Labels = Readonly<Record<string, string>>;

/** A label selector as kubectl's `--selector` takes it; all requirements must match. */
export interface LabelSelector {
  (labels: Labels): boolean;
  /** The labels that it needs. */
  readonly keys: ReadonlySet<string>;
}

/** An invalid label selector. */
export class LabelSelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LabelSelectorError";
  }
}

const key = `(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?`;
const value = `(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?`;
const equality = new RegExp(`^(${key})\\s*(=|==|!=)\\s*(${value})$`);
const membership = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const presence = new RegExp(`^(!?)\\s*(${key})$`);
const wholeValue = new RegExp(`^${value}$`);

const outlineKey = "[A-Za-z0-9][A-Za-z0-9./_-]*";
const outline = `\\s*(!\\s*${outlineKey}|${outlineKey}(\\s*(=|==|!=)\\s*[A-Za-z0-9._-]*|\\s+(in|notin)\\s*\\([^()]*\\))?)\\s*`;

/**
 * The outline of what `labelSelector` takes, for schemas: short enough to be read in an error message, so that it lets through
 * some mistakes within a requirement.
 */
export const labelSelectorOutline = new RegExp(`^${outline}(,${outline})*$`);

/**
 * Parses `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a` and `!a`, joined by commas. A label that is missing
 * satisfies `!=`, `notin` and `!`, as in Kubernetes (API concepts, "Labels and Selectors").
 * @throws LabelSelectorError with the invalid part
 */
export function labelSelector(text: string): LabelSelector {
  const requirements = text.split(/,(?![^(]*\))/).map((part) => requirement(part.trim()));
  const holds = (labels: Labels): boolean =>
    requirements.every((one) => one.holds(Object.hasOwn(labels, one.key) ? labels[one.key] : undefined));
  return Object.assign(holds, { keys: new Set(requirements.map(({ key: name }) => name)) });
}

/** Of one label. */
interface Requirement {
  readonly key: string;
  /** @param value undefined: the label is missing */
  readonly holds: (value: string | undefined) => boolean;
}

function requirement(part: string): Requirement {
  const equal = equality.exec(part);
  if (equal !== null) {
    const [, name = "", operator, value] = equal;
    return { key: name, holds: (own) => (own === value) === (operator !== "!=") };
  }
  const member = membership.exec(part);
  if (member !== null) {
    const [, name = "", operator, list = ""] = member;
    const values = list.split(",").map((one) => one.trim());
    const wrong = values.find((one) => !wholeValue.test(one));
    if (wrong !== undefined) throw new LabelSelectorError(`"${wrong}" in "${part}" is not a valid label value`);
    return { key: name, holds: (own) => (own !== undefined && values.includes(own)) === (operator === "in") };
  }
  const present = presence.exec(part);
  if (present !== null) {
    const [, absent, name = ""] = present;
    return { key: name, holds: (own) => (own === undefined) === (absent === "!") };
  }
  throw new LabelSelectorError(
    `"${part}" is not a requirement of a label selector, such as team=blue or team in (a,b)`,
  );
}
