import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take minutes, the longest first. They begin before all others, so that short ones fill the time next to
 * them, and none runs alone in the end; a fresh clone knows no durations of earlier runs, and the sizes of these files
 * say nothing.
 */
const long = [
  // Most of these wait for servers.
  /packaging\/(install|release-check|getting-started|install-namespaces|image|definitions)\.test\.ts$/,
  /integration\/stories\/(frozen|crashes|network-examples|examples|replicas|moto)\.test\.ts$/,
  /integration\/(run|stories\/elsewhere)\.test\.ts$/,
  /(examples\/real-process|packaging\/(admission|chart|dashboard)|stories\/made-by-boto3)\.test\.ts$/,
  /simulation\/(import|other-imports|regression|attacker\/attacker)\.test\.ts$/,
  /simulation\/exhaustive\/(part|other-runs)-\d\.test\.ts$/,
  /simulation\/(jobs\/jobs|(bugs|attacker|jobs)\/(other-)?bugs)\.test\.ts$/,
  /simulation\/worlds-\d\.test\.ts$/,
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}

function turnOf({ moduleId }: TestSpecification): number {
  const turn = long.findIndex((files) => files.test(moduleId));
  return turn === -1 ? long.length : turn;
}
