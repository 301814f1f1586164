/** What the commands of the simulation are asked for on their command lines. */

import process from "node:process";
import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>;

/** Ends the process (exit 2) where something is not understood, with all that is not, and what is. */
export function refuse(refusals: readonly string[], usage: string): never {
  process.stderr.write(`${refusals.join("\n")}\n\n${usage}\n`);
  process.exit(2);
}

/**
 * @param usage one line for each way to ask; `--help` prints it and ends
 * @param most maximum of words in addition to the options
 */
export function optionsOf<const O extends Options>(options: O, usage: string, most = 0): Parsed<O> {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true });
    const words = parsed.positionals.slice(most).map((word) => `${word}: no such thing can be asked for`);
    return words.length === 0 ? parsed : refuse(words, usage);
  } catch (error) {
    // Node's own errors of this function; anything else is ours.
    if (!(error instanceof TypeError) || !("code" in error)) throw error;
    return refuse([error.message], usage);
  }
}

/**
 * The whole numbers among the options, by name; undefined where one is not given.
 *
 * @param least by name, what is less is refused
 */
export function numbersOf<const N extends string>(
  values: Readonly<Record<N, string | undefined>>,
  least: Readonly<Record<N, number>>,
  usage: string,
): Readonly<Record<N, number | undefined>> {
  const names = Object.keys(least) as N[];
  const read = names.map((name) => [name, numberFrom(values[name], least[name])] as const);
  const refused = read.filter(([, number]) => Number.isNaN(number)).map(([name]) => name);
  if (refused.length > 0) {
    refuse(
      refused.map((name) => `--${name} ${values[name]}: it takes a whole number of at least ${least[name]}`),
      usage,
    );
  }
  return Object.fromEntries(read) as Record<N, number | undefined>;
}

function numberFrom(text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least ? number : Number.NaN;
}
