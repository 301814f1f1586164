import { Command, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { counted } from "../api/words.ts";
import { type Ending, exitCodes, type Io, styleOf } from "../operator/io.ts";
import { jsonLine, visible, visibleIn } from "../runtime/visible.ts";
import { addManifestOptions, type ManifestFlags, sourcesIn } from "./manifest-options.ts";
import { type ReadManifests, readManifests } from "./manifests.ts";
import { directly } from "./piped-output.ts";
import { type Paint, paintFor } from "./terminal/paint.ts";
import { githubText, junitText, sarifText } from "./validation/ci-formats.ts";
import { byPlace, noteText, problemLines } from "./validation/problem.ts";

const formats = ["text", "json", "github", "sarif", "junit"] as const;

interface ValidateFlags extends ManifestFlags {
  readonly output: (typeof formats)[number];
}

export function validateCommand(io: Io, ending: Ending): Command {
  const command = addManifestOptions(new Command("validate"))
    .summary("check manifests offline; lists all errors")
    .description(
      "Checks manifests offline against schema, rules and each other, as the API server would. Lists all errors.",
    )
    .addOption(new Option("-o, --output <format>", "output format").choices([...formats]).default("text"))
    .addHelpText("after", "\nExit code: 0 if all manifests are valid, else 1.");
  return command.action(ending(() => validate(command.opts<ValidateFlags>(), io)));
}

async function validate({ output, ...flags }: ValidateFlags, io: Io): Promise<number> {
  const found = await readManifests(sourcesIn(flags), io, undefined);
  const read = { ...found, problems: [...found.problems, ...found.refusedWhenNew].sort(byPlace) };
  const paint = paintFor(styleOf(io.stdout, io.env));
  const { files, problems, notes } = read;
  const shown = visibleIn({ files, problems, notes });
  const texts = {
    text: () => validationText(read, paint),
    json: () => validationJson(read),
    github: () => githubText(shown),
    sarif: () => sarifText(shown, manifest.version),
    junit: () => junitText(shown),
  };
  const stdout = output === "github" ? directly(io.stdout) : io.stdout;
  stdout.write(texts[output]());
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

/** Shows why a command does not use manifests. @returns the exit code */
export function refuseManifests(read: ReadManifests, io: Pick<Io, "stderr" | "env">): number {
  io.stderr.write(validationText(read, paintFor(styleOf(io.stderr, io.env))));
  return exitCodes.failed;
}

/** Shows the notes about manifests that a command uses. */
export function warn(notes: ReadManifests["notes"], io: Pick<Io, "stderr">): void {
  for (const note of notes) io.stderr.write(visible(noteText(note)).concat("\n"));
}

/** One line per problem and note, and a summary. */
export function validationText(read: ReadManifests, paint: Paint): string {
  const lines = [
    ...read.notes.map((note) => paint("dim", visible(noteText(note)))),
    ...read.problems.flatMap(problemLines).map(visible),
    summaryOf(read, paint),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function summaryOf({ manifests, problems, files }: ReadManifests, paint: Paint): string {
  const where = `in ${counted(files.length, "file")}`;
  if (problems.length > 0) return paint("red", `invalid: ${counted(problems.length, "error")} ${where}`);
  if (manifests.length === 0) return paint("yellow", `valid, but without an object of awsbatch.dev ${where}`);
  return paint("green", `valid: ${counted(manifests.length, "object")} ${where}`);
}

/** One JSON object: `valid`, `objects`, `problems`, `notes`. */
export function validationJson({ manifests, problems, notes, files }: ReadManifests): string {
  const objects = manifests.map(({ object, key, document }) => ({ kind: object.kind, ...key, file: document.file }));
  return jsonLine({ valid: problems.length === 0, files: files.length, objects, problems, notes });
}
