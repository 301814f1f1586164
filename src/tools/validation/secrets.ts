import { showsSpecValue } from "../../controllers/kinds/job-definition/shown-values.ts";
import { isRecord } from "./defaults.ts";
import { secretPlaceholder } from "./placeholders.ts";
import type { Path } from "./problem.ts";
import { isSecretUnder } from "./secret-names.ts";
import { secretForms } from "./secret-values.ts";

/**
 * Which values of a job definition, or of a job's overrides of it, are probably secrets in plain text: by the forms that
 * providers give to theirs, by names, and by the options of commands. It is a heuristic. Pure.
 */

/** A value that is probably a secret. */
export interface ProbableSecret {
  /** From the spec on, `spec` included. */
  readonly path: Path;
  /** Of its variable, parameter or option; of another argument the member that has it, such as `command`. */
  readonly name: string;
}

export interface SecretsFound {
  readonly secrets: readonly ProbableSecret[];
  /** How many values were checked at. */
  readonly values: number;
}

/** Members whose members users name. */
const namedByUsers: ReadonlySet<string> = new Set(["parameters", "options", "driverOpts", "labels", "annotations"]);

/** @param spec of a JobDefinition or a BatchJob */
export function secretsIn(spec: unknown): SecretsFound {
  const secrets: ProbableSecret[] = [];
  let values = 0;
  const visit = (value: unknown, path: Path, name: string | undefined): void => {
    if (Array.isArray(value)) {
      const named = value.every((item) => typeof item === "string") ? secretArguments(value) : new Map();
      value.forEach((item: unknown, index) => {
        visit(item, [...path, index], named.get(index));
      });
    } else if (isRecord(value)) {
      const own = typeof value["name"] === "string" ? value["name"] : undefined;
      const byUsers = namedByUsers.has(String(path.at(-1)));
      for (const [key, member] of Object.entries(value)) {
        visit(member, [...path, key], key === "value" && own !== undefined ? own : byUsers ? key : undefined);
      }
    } else if (typeof value === "string" && !showsSpecValue(path)) {
      values++;
      const isNamed = name !== undefined && (typeof path.at(-1) === "number" || isSecretUnder(name, value));
      if (value === secretPlaceholder || !(isNamed || hasSecret(value))) return;
      secrets.push({ path, name: name ?? String(path.findLast((step) => typeof step === "string")) });
    }
  };
  visit(spec, ["spec"], undefined);
  return { secrets, values };
}

/** Whether a text of a person has a secret in it: one of the known forms, `NAME=value`, `"name": "value"`, `--name value`. */
export function hasSecret(text: string): boolean {
  if (secretForms.some(({ form }) => form.test(text))) return true;
  const others = text.replace(/\barn:aws[\w-]*:\S+/g, "");
  return (
    [...others.matchAll(assignment), ...others.matchAll(option)].some(
      ([, name = "", value = ""]) => isSecretUnder(name, value) && !isCode(value),
    ) ||
    (/\s/.test(others) && secretArguments(others.split(/\s+/).map(withoutQuotes)).size > 0)
  );
}

const assignment =
  /(?<![\w.-])["']?([A-Za-z_][\w.-]*)["']?(?:\s*=\s*|\s*:\s+|:(?=["']))\\?["']?([^\s"'\\,;&|)}=][^\s"'\\,;&|)}]*)/g;

const option = /(?<![^\s"'])--?([A-Za-z][\w.-]*)[\s=]+["']?([^\s"'-][^\s"']*)/g;

/** A call, an item, a member, or a variable of the shell. */
function isCode(value: string): boolean {
  return /^\$[\w({]|^[A-Za-z_][\w.]*[[(]|^(?:os|self|process|args|config|settings)\./.test(value);
}

function withoutQuotes(word: string): string {
  return word.replace(/^["']|["']$/g, "");
}

/** Options whose argument is `user:password`. */
const loginOptions: ReadonlySet<string> = new Set(["-u", "--user", "--proxy-user", "-U", "--login"]);

/** Programs whose option -p has a password, joined or not. */
const passwordPrograms = /(?:^|\/)(?:mysql\w*|mariadb[\w-]*|sshpass|mongo\w*)$/;

/** Which of the arguments of a command are probably secrets, by index, with the option that says so. */
function secretArguments(words: readonly string[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const program = words.findIndex((word) => passwordPrograms.test(word));
  words.forEach((word, index) => {
    const before = words[index - 1] ?? "";
    const value = word.startsWith("-") ? "" : word;
    const isValue = value !== "" && !isCode(value);
    if (isValue && /^--?[A-Za-z]/.test(before) && !before.includes("=") && isSecretUnder(before, value)) {
      found.set(index, before);
    } else if (isValue && loginOptions.has(before) && isLogin(value)) found.set(index, before);
    else if (program >= 0 && index > program && before === "-p" && isValue) found.set(index, before);
    else if (program >= 0 && index > program && /^-p[^$=-]/.test(word)) found.set(index, "-p");
  });
  return found;
}

/** A user and a password, not the numbers of a user and a group. */
function isLogin(value: string): boolean {
  return /^[^\s:/]+:(?!\$|Ref::|\/)[^\s]+$/.test(value) && !/^\d+:\d+$/.test(value);
}
