/** Values of a request that people keep secret, where AWS's words repeat them. Pure. */

/** Members of a job definition into which people put secrets, in every form of a container. */
const secretMembers: ReadonlySet<string> = new Set(["environment", "env", "command", "args", "parameters", "options"]);

/** Shorter values, such as `1` or `-x`, are in many words by chance. */
const shortestValue = 4;

/**
 * AWS's words without the values of environment variables, commands, parameters and options in the request.
 *
 * @param request as it was sent
 */
export function withoutValues(text: string, request: unknown): string {
  const values = secretsIn(request).flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  // The longest first: a value may be a part of another.
  const ordered = [...new Set(values)].sort((left, right) => right.length - left.length);
  return ordered.reduce((words, value) => words.replaceAll(value, "(left out)"), text);
}

function secretsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) =>
    secretMembers.has(member) ? textsIn(inner).filter(({ length }) => length >= shortestValue) : secretsIn(inner),
  );
}

/** All texts in a value; of an environment variable only its value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => textsIn(isVariable(item) ? item.value : item));
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function isVariable(item: unknown): item is { readonly name: string; readonly value?: unknown } {
  return typeof item === "object" && item !== null && "name" in item;
}
