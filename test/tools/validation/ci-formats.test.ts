import { describe, expect, test } from "vitest";
import { githubText, junitText, sarifText, type ValidationResult } from "../../../src/tools/validation/ci-formats.ts";

const found: ValidationResult = {
  files: ["a.yaml", "b, c.yaml"],
  problems: [
    {
      file: "b, c.yaml",
      line: 3,
      column: 9,
      object: "JobQueue team/q",
      field: "spec.priority",
      message: 'found "<1>",\nexpected 5%',
    },
    { file: "b, c.yaml", line: 9, field: "", message: "is a template\u0007" },
  ],
  notes: [
    { file: "a.yaml", line: 1, message: "skipped ConfigMap of v1" },
    {
      file: "a.yaml",
      line: 7,
      object: "JobQueue team/r",
      message: "spec.priority: 2000 is more than 1000",
      isWarning: true as const,
    },
  ],
};

describe("-o github", () => {
  test("annotates each place in one line, with what separates the parts escaped", () => {
    expect(githubText(found).split("\n")).toEqual([
      '::error file=b%2C c.yaml,line=3,col=9,title=JobQueue team/q is invalid::spec.priority: found "<1>",%0Aexpected 5%25',
      "::error file=b%2C c.yaml,line=9,title=invalid manifest::is a template\u0007",
      "::notice file=a.yaml,line=1,title=not checked::skipped ConfigMap of v1",
      "::warning file=a.yaml,line=7,title=JobQueue team/r%3A valid%2C but check it::spec.priority: 2000 is more than 1000",
      "",
    ]);
  });

  test("is empty where nothing is found", () => {
    expect(githubText({ files: ["a.yaml"], problems: [], notes: [] })).toBe("");
  });
});

describe("-o sarif", () => {
  test("has one result per place, with a rule that the tool declares", () => {
    const { version, runs } = JSON.parse(sarifText(found, "1.2.3")) as {
      readonly version: string;
      readonly runs: readonly [
        {
          readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
          readonly results: readonly { readonly ruleId: string; readonly level: string; readonly locations: unknown }[];
        },
      ];
    };
    const [{ tool, results }] = runs;
    expect(version).toBe("2.1.0");
    expect(tool.driver).toMatchObject({ name: "aws-batch-operator", version: "1.2.3" });
    expect(results.map(({ level }) => level)).toEqual(["error", "error", "note", "warning"]);
    const declared = tool.driver.rules.map(({ id }) => id);
    expect(results.every(({ ruleId }) => declared.includes(ruleId))).toBe(true);
    expect(results[0]?.locations).toEqual([
      { physicalLocation: { artifactLocation: { uri: "b,%20c.yaml" }, region: { startLine: 3, startColumn: 9 } } },
    ]);
  });
});

describe("-o junit", () => {
  test("has a case per file, which fails with every problem of it, in well-formed XML", () => {
    expect(junitText(found)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="aws-batch-operator validate" tests="2" failures="1">
  <testcase classname="manifests" name="a.yaml"/>
  <testcase classname="manifests" name="b, c.yaml">
    <failure message="spec.priority: found &quot;&lt;1&gt;&quot;,
expected 5%">3: JobQueue team/q: spec.priority: found &quot;&lt;1&gt;&quot;,
expected 5%
9: manifest: is a template\ufffd</failure>
  </testcase>
</testsuite>
`);
  });

  test("names no line of a file that is not there", () => {
    const problem = { file: "a", field: "", message: "there is no such file" };
    const lines = junitText({ files: [], problems: [problem], notes: [] });
    expect(lines).toContain(">manifest: there is no such file</failure>");
  });
});
