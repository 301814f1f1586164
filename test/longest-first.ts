import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take minutes, most of them waiting for servers. They begin first, so that what only computes fills the time
 * beside them; a fresh clone knows no durations of earlier runs.
 */
const long = /packaging\/(install-helm-\d|image|definitions)\.test\.ts$/;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(long.test(b.moduleId)) - Number(long.test(a.moduleId)));
  }
}
