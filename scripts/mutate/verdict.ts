/** What came of the mutants: the table, and how the survivors compare with the list. Pure. */

/** A mutant by its text, so that a change elsewhere in the file does not make it another one. */
export interface Place {
  readonly file: string;
  /** The source line on which it begins, trimmed. */
  readonly in: string;
  readonly was: string;
  readonly becomes: string;
}

export interface Mutant extends Place {
  readonly line: number;
  readonly mutator: string;
  /** Stryker's word, e.g. `Killed`, `Survived`, `NoCoverage`, `Timeout`, `RuntimeError`. */
  readonly status: string;
}

/** A mutant that may live, and why. */
export interface Survivor extends Place {
  readonly why: string;
}

/** A sentence of at least two words, not a reason, a path or a key. */
const sentence = /\w[,:;]? \w/;

/**
 * Whether the mutant changes only words for people: a sentence, or what goes to the log. Golden stories hold the
 * words, and a unit test that repeated each of them would hold nothing more.
 */
export function wordsOnly({ mutator, was, in: line }: Mutant): boolean {
  const logs = /\blog\.(debug|info|warn|error)\(/.test(line);
  return mutator === "StringLiteral" ? sentence.test(was) || logs : mutator === "ObjectLiteral" && logs;
}

export const survived = ({ status }: Mutant): boolean => status === "Survived" || status === "NoCoverage";

const noticed = ({ status }: Mutant): boolean => status === "Killed" || status === "Timeout";

export function differences(
  mutants: readonly Mutant[],
  listed: readonly Survivor[],
): { readonly unlisted: readonly Mutant[]; readonly stale: readonly Survivor[] } {
  const alive = mutants.filter(survived);
  const same = (left: Place, right: Place): boolean =>
    left.file === right.file && left.in === right.in && left.was === right.was && left.becomes === right.becomes;
  return {
    unlisted: alive.filter((mutant) => !listed.some((entry) => same(entry, mutant))),
    stale: listed.filter((entry) => !alive.some((mutant) => same(entry, mutant))),
  };
}

/** `file: in «line»: «was» becomes «becomes»`, all on one line. */
export function mutantText(place: Place): string {
  return JSON.stringify({ file: place.file, in: place.in, was: place.was, becomes: place.becomes });
}

/** The table by folder in Markdown. */
export function folderTable(mutants: readonly Mutant[]): string {
  const byFolder = Map.groupBy(mutants, ({ file }) => file.slice(0, file.lastIndexOf("/")));
  const rows = [...byFolder].map(
    ([folder, of]) => `| \`${folder}\` | ${of.length} | ${of.filter(survived).length} | ${scoreOf(of).toFixed(1)} % |`,
  );
  return ["| folder | mutants | survived | score |", "|---|---|---|---|", ...rows].join("\n");
}

/** The table by file in Markdown, and the files that stay below the least score (percent). */
export function table(
  mutants: readonly Mutant[],
  files: readonly string[],
  leastScore: number,
): { readonly text: string; readonly below: readonly string[] } {
  const row = (name: string, of: readonly Mutant[]): string =>
    `| ${name} | ${of.length} | ${of.filter(({ status }) => status === "Killed").length} | ${of.filter(({ status }) => status === "Timeout").length} | ${of.filter(survived).length} | ${scoreOf(of).toFixed(1)} % |`;
  const of = (file: string): readonly Mutant[] => mutants.filter((mutant) => mutant.file === file);
  return {
    text: [
      "| file | mutants | killed | timed out | survived | score |",
      "|---|---|---|---|---|---|",
      ...files.map((file) => row(`\`${file}\``, of(file))),
      row("all", mutants),
    ].join("\n"),
    below: files.filter((file) => scoreOf(of(file)) < leastScore),
  };
}

/** In percent, of the mutants that ran. */
function scoreOf(mutants: readonly Mutant[]): number {
  const alive = mutants.filter(survived).length;
  const seen = mutants.filter(noticed).length;
  return alive + seen === 0 ? 100 : (100 * seen) / (alive + seen);
}
