import { globSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";

interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = globSync(".github/workflows/*").toSorted();
const textOf = (file: string): string => readFileSync(file, "utf8");

/** Rights to write that a job needs, with the file. */
const writes: Readonly<Record<string, readonly string[]>> = {
  ".github/workflows/codeql.yaml": ["security-events"],
  ".github/workflows/conformance.yaml": ["id-token"],
  ".github/workflows/release.yaml": ["attestations", "id-token"],
  ".github/workflows/site.yaml": ["id-token", "pages"],
};

test("hosted CI has tests, analysis, a review of dependencies and provenance", () => {
  expect(files.map((file) => file.replace(".github/workflows/", ""))).toEqual([
    "codeql.yaml",
    "conformance.yaml",
    "dependencies.yaml",
    "release.yaml",
    "site.yaml",
    "tests.yaml",
  ]);
  expect(textOf(".github/workflows/tests.yaml")).toContain(".ci/run");
});

test("conformance is off until a role is configured, and begins by hand and once a week", () => {
  const { on, jobs } = load(textOf(".github/workflows/conformance.yaml")) as Workflow;
  expect(Object.keys(on)).toEqual(["workflow_dispatch", "schedule"]);
  expect(Object.values(jobs).map((job) => job.if)).toEqual(["vars.AWS_CONFORMANCE_ROLE != ''"]);
});

describe.each(files)("%s", (file) => {
  const workflow = load(textOf(file)) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test("says in its first line that it has not run", () => {
    expect(textOf(file).split("\n")[0]).toMatch(/^# This workflow has not run yet\./);
  });

  test("runs no code of a pull request with rights of the repository, and uses no secret", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
    expect(textOf(file)).not.toMatch(/secrets\./);
  });

  test("may read the repository, and write only what its job needs", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    const written = jobs.flatMap(({ permissions = {} }) =>
      Object.entries(permissions).flatMap(([name, right]) => (right === "read" ? [] : [name])),
    );
    expect(written.toSorted()).toEqual(writes[file] ?? []);
  });

  test("keeps no credentials in the checkout, and has a time limit", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts).toHaveLength(jobs.length);
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(checkouts.map(() => false));
    expect(jobs.every((job) => (job["timeout-minutes"] ?? 0) > 0)).toBe(true);
  });

  test("names the commit of each action, and puts no text of others into a command", () => {
    const unpinned = steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !/@[0-9a-f]{40}$/.test(uses));
    expect(unpinned).toEqual([]);
    const pinned = textOf(file).match(/uses: \S+@[0-9a-f]{40}.*/g) ?? [];
    expect(pinned.filter((line) => !/ # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    expect(steps.flatMap(({ run }) => run ?? []).filter((run) => run.includes("${{"))).toEqual([]);
  });
});

test("every action that a workflow, an action, an example or the docs name is named by its commit: a tag can be moved", () => {
  const texts = ["action.yml", ...files, ...globSync(["docs/**/*.md", "examples/**/*", "README.md", "site/**/*"])]
    // The site's packages are there once somebody has built it.
    .filter((file) => /\.(?:ya?ml|md)$/.test(file) && !file.includes("node_modules"))
    .map((file) => ({ file, text: textOf(file) }));
  const used = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/\buses:\s*["']?([^\s"']+)/g)].map(([, action = ""]) => ({ file, action })),
  );
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter(({ action }) => !/^\.\/|@(?:[0-9a-f]{40}|COMMIT)$/.test(action))).toEqual([]);
  // A reader replaces the placeholder; what runs has none.
  const placeholders = texts.flatMap(({ text }) => text.split("\n").filter((line) => /uses:.*@COMMIT/.test(line)));
  expect(placeholders.filter((line) => !line.startsWith("#"))).toEqual([]);
});
