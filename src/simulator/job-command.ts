/** What a command does in the simulator. */
export interface CommandRun {
  /** From its start to its end. */
  readonly durationMs: number;
  readonly exitCode: number;
  /** What it prints, each line at a time after the start. */
  readonly lines: readonly Line[];
}

export interface Line {
  readonly afterMs: number;
  readonly text: string;
}

/** A container that does next to nothing still takes a moment. */
const shortestMs = 1_000;

const shells = new Set(["sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash", "/bin/ash", "/bin/dash"]);

/**
 * Runs a command as far as the simulator knows it: `echo`, `sleep`, `exit`, `true`, `false`, `:` and `test` (`[`), alone or as
 * a script of `sh -c` with `;`, `&&`, `||`, new lines, quotes and variables.
 *
 * @param environment of the container
 * @returns undefined for every other command: the simulator has no images, and so no programs
 */
export function runCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): CommandRun | undefined {
  const shell = new Shell();
  const [program = "", flag = "", script] = command;
  if (!shells.has(program)) {
    // To Docker, `exit` and `:` are unknown programs without a shell.
    if (program === "exit" || program === ":" || !shell.knows(program)) return undefined;
    shell.run(command);
    return shell.result();
  }
  if (script === undefined || !/^-[a-z]*c$/.test(flag)) return undefined;
  const statements = statementsIn(script, environment);
  if (statements === undefined || !statements.every(({ words }) => shell.knows(words[0] ?? ""))) return undefined;
  const failsAtOnce = flag.includes("e");
  for (const [index, { joined, words }] of statements.entries()) {
    if (joined === "&&" && shell.status !== 0) continue;
    if (joined === "||" && shell.status === 0) continue;
    if (shell.run(words) === "exited") break;
    const isCondition = ["&&", "||"].includes(statements[index + 1]?.joined ?? "");
    if (failsAtOnce && shell.status !== 0 && !isCondition) break;
  }
  return shell.result();
}

/** The commands that the simulator knows, and what came of them so far. */
class Shell {
  status = 0;
  #elapsedMs = 0;
  readonly #lines: Line[] = [];
  readonly #commands: Readonly<Record<string, (args: readonly string[]) => number | "exited">> = {
    echo: (args) => {
      this.#lines.push({ afterMs: this.#elapsedMs, text: (args[0] === "-n" ? args.slice(1) : args).join(" ") });
      return 0;
    },
    sleep: ([time = ""]) => {
      const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(time) ?? [];
      if (number === undefined) return 1;
      this.#elapsedMs += Number(number) * ({ m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 1000);
      return 0;
    },
    exit: ([code]) => {
      this.status = code === undefined ? this.status : Number(code) & 0xff;
      return "exited";
    },
    true: () => 0,
    false: () => 1,
    ":": () => 0,
    test: (args) => (holds(args) ? 0 : 1),
    "[": (args) => (args.at(-1) === "]" && holds(args.slice(0, -1)) ? 0 : 1),
  };

  knows(program: string): boolean {
    return Object.hasOwn(this.#commands, program);
  }

  run([program = "", ...args]: readonly string[]): "exited" | undefined {
    const status = this.#commands[program]?.(args) ?? 127;
    if (status === "exited") return status;
    this.status = status;
    return undefined;
  }

  result(): CommandRun {
    return { durationMs: Math.max(shortestMs, this.#elapsedMs), exitCode: this.status, lines: this.#lines };
  }
}

const comparisons: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  "=": (left, right) => left === right,
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "-eq": (left, right) => Number(left) === Number(right),
  "-ne": (left, right) => Number(left) !== Number(right),
  "-lt": (left, right) => Number(left) < Number(right),
  "-le": (left, right) => Number(left) <= Number(right),
  "-gt": (left, right) => Number(left) > Number(right),
  "-ge": (left, right) => Number(left) >= Number(right),
};

function holds([left = "", operator = "", right = ""]: readonly string[]): boolean {
  if (left === "-z") return operator === "";
  if (left === "-n") return operator !== "";
  return Object.hasOwn(comparisons, operator) && comparisons[operator]?.(left, right) === true;
}

interface Statement {
  /** How it follows the one before. */
  readonly joined: ";" | "&&" | "||";
  readonly words: readonly string[];
}

const token =
  /(?<space>[ \t]+)|(?<joint>&&|\|\||[;\n])|(?<single>'[^']*')|(?<double>"(?:[^"\\`$]|\\[\s\S]|\$(?!\())*")|(?<plain>(?:[^\s;&|<>()`$"'\\]|\\[\s\S]|\$(?!\())+)/y;

/** The statements of a script; undefined if it has anything else: pipes, redirections, substitutions. */
function statementsIn(script: string, environment: Readonly<Record<string, string>>): Statement[] | undefined {
  const statements: Statement[] = [];
  let joined: Statement["joined"] = ";";
  let words: string[] = [];
  let isInWord = false;
  const add = (text: string): void => {
    if (isInWord) words.push(`${words.pop() ?? ""}${text}`);
    else words.push(text);
    isInWord = true;
  };
  const end = (): void => {
    if (words.length > 0) statements.push({ joined, words });
    words = [];
    isInWord = false;
  };
  token.lastIndex = 0;
  while (token.lastIndex < script.length) {
    const groups = token.exec(script)?.groups;
    if (groups === undefined) return undefined;
    const { space, joint, single, double, plain } = groups;
    if (space !== undefined) isInWord = false;
    else if (joint !== undefined) {
      end();
      joined = joint === "&&" || joint === "||" ? joint : ";";
    } else if (single !== undefined) add(single.slice(1, -1));
    else if (double !== undefined) add(unescaped(expanded(double.slice(1, -1), environment), /\\(["\\$`])/g));
    else add(unescaped(expanded(plain ?? "", environment), /\\([\s\S])/g));
  }
  end();
  return statements;
}

/** Variables that the container does not have are empty. */
function expanded(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/(?<!\\)\$(?:\{(\w+)\}|(\w+))/g, (_all, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? "";
    return Object.hasOwn(environment, name) ? (environment[name] ?? "") : "";
  });
}

function unescaped(text: string, sequence: RegExp): string {
  return text.replace(sequence, "$1");
}
