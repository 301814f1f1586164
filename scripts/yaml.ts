import { dump } from "js-yaml";

/** YAML of generated files: no folded lines, no aliases, and equal for parsers of YAML 1.1 and 1.2. */
export function yamlOf(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true, quoteStyle: "double", skipInvalid: true });
}

/** The lines of a text as comments. */
export function commented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "#" : `# ${line}`))
    .join("\n");
}

/** Rules of a role as a YAML list, each with its reason as a comment before it. Without a newline at the end. */
export function rulesYaml(rules: readonly { readonly why?: string }[]): string {
  const items = rules.map(({ why, ...rule }) => {
    const item = yamlOf([rule]).trimEnd();
    return why === undefined ? item : `${commented(why)}\n${item}`;
  });
  return items.join("\n");
}
