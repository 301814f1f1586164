/** What `validate` found, in the formats that CI systems read. Pure. */

import { workflowCommand } from "../workflow-commands.ts";
import type { Note, Problem } from "./problem.ts";

export interface ValidationResult {
  /** Every file that was read. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

/** One entry per place, whatever the format. */
interface CiEntry {
  readonly level: "error" | "warning" | "note";
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Undefined: the file has no object of ours there. */
  readonly object: string | undefined;
  /** What it is about, for a reader who sees nothing else. */
  readonly title: string;
  readonly message: string;
}

function entriesOf({ problems, notes }: Pick<ValidationResult, "problems" | "notes">): readonly CiEntry[] {
  return [
    ...problems.map(({ file, line, column, object, field, message, write = [] }): CiEntry => {
      return {
        level: "error",
        file,
        line,
        column,
        object,
        title: object === undefined ? "invalid manifest" : `${object} is invalid`,
        message: [field === "" ? message : `${field}: ${message}`, ...write].join("\n"),
      };
    }),
    ...notes.map(({ file, line, column, object, message, isWarning }): CiEntry => {
      const level = isWarning === true ? "warning" : "note";
      const title = isWarning === true ? `${object ?? "manifest"}: valid, but check it` : "not checked";
      return { level, file, line, column, object, title, message };
    }),
  ];
}

/** Workflow commands of GitHub Actions, one line each, which annotate the files of a pull request. */
export function githubText(found: ValidationResult): string {
  const commands = { error: "error", warning: "warning", note: "notice" } as const;
  return entriesOf(found)
    .map(({ level, file, line, column, title, message }) =>
      workflowCommand(commands[level], { file, line, col: column, title }, message),
    )
    .join("");
}

/**
 * SARIF 2.1.0, for code scanning.
 *
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifText(found: ValidationResult, version: string): string {
  const results = entriesOf(found).map(({ level, file, line, column, object, message }) => ({
    ruleId: ruleIds[level],
    level,
    message: { text: object === undefined ? message : `${object}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file) },
          // Code scanning needs a line, also of a file as a whole.
          region: { startLine: line ?? 1, startColumn: column },
        },
      },
    ],
  }));
  const driver = {
    name: "aws-batch-operator",
    version,
    rules: Object.values(ruleIds).map((id) => ({ id })),
  };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const ruleIds = { error: "invalid-manifest", warning: "risky-manifest", note: "skipped-manifest" } as const;

/** JUnit's XML, which every CI system shows: a test case per file, failed where the file has problems. */
export function junitText(found: ValidationResult): string {
  const byFile = Map.groupBy(
    entriesOf(found).filter(({ level }) => level === "error"),
    ({ file }) => file,
  );
  const names = [...new Set([...found.files, ...byFile.keys()])];
  const cases = names.map((name) => caseOf(name, byFile.get(name) ?? []));
  const failed = names.filter((name) => byFile.has(name)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="aws-batch-operator validate" tests="${names.length}" failures="${failed}">`,
    ...cases,
    "</testsuite>\n",
  ].join("\n");
}

function caseOf(name: string, entries: readonly CiEntry[]): string {
  const opening = `  <testcase classname="manifests" name="${xml(name)}"`;
  const [first] = entries;
  if (first === undefined) return `${opening}/>`;
  const lines = entries
    .map(({ line, object = "manifest", message }) => `${line === undefined ? "" : `${line}: `}${object}: ${message}`)
    .join("\n");
  return `${opening}>\n    <failure message="${xml(first.message)}">${xml(lines)}</failure>\n  </testcase>`;
}

function xml(text: string): string {
  const names = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" } as const;
  // XML 1.0 has no place for other control characters, not even as references.
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"]/g, (character) => `&${names[character as keyof typeof names]};`);
}
