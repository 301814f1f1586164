import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCli } from "../../src/program.ts";
import { environment, queue } from "./local/given.ts";
import { testIo } from "./streams.ts";

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "validate-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return directory;
}

async function validate(path: string, ...flags: readonly string[]) {
  const { io, stdout } = testIo();
  const exitCode = await runCli(["validate", "-f", path, ...flags], io);
  return { exitCode, lines: stdout.lines.map((line) => line.replaceAll(path, "DIR")) };
}

describe("validate", () => {
  test("counts what is valid", async () => {
    const directory = directoryWith({ "a.yaml": environment(), "b.yaml": queue() });
    expect(await validate(directory)).toEqual({ exitCode: 0, lines: ["valid: 2 objects in 2 files"] });
  });

  test.each(["text", "json", "github", "sarif", "junit"])("prints no control of a manifest, as %s", async (output) => {
    const evil = 'apiVersion: "v1\\e[2J\\nvalid: 1 object"\nkind: "Evil\\x9b\\u202e"\nmetadata: {name: "a\\a"}\n';
    const directory = directoryWith({ "a.yaml": evil, "b.yaml": queue().replace("priority: 10", '"\\e[2J": 10') });
    const { lines } = await validate(directory, "-o", output);
    expect(lines.join("\n")).toMatch(/\\u001b\[2J/);
    expect(lines.join("")).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
  });

  const names = [
    "::set-output name=exit-code::0.yaml",
    " ::add-mask::a.yaml",
    "a\n::error::b.yaml",
    "##[set-env name=A]b.yaml",
  ];
  test.each(names)("says nothing to a pipeline by the name of a file: %j", async (name) => {
    const cwd = process.cwd();
    const directory = directoryWith({ [name]: queue().replace("priority: 10", "prioriti: 10") });
    onTestFinished(() => process.chdir(cwd));
    process.chdir(directory);
    for (const command of ["validate", "plan"]) {
      const { io, stdout, stderr } = testIo();
      expect(await runCli([command, "-f", ".", ...(command === "plan" ? ["--simulate"] : [])], io)).toBe(1);
      const text = stdout.text + stderr.text;
      expect(text).toContain("b.yaml".slice(-5));
      expect(text).not.toMatch(/^\s*::|##\[/m);
    }
    // The format of annotations has commands, and none of the name.
    const { io, stdout } = testIo();
    await runCli(["validate", "-f", ".", "-o", "github"], io);
    expect(stdout.lines.every((line) => /^::(error|warning|notice) file=[^:,]*,line=\d/.test(line))).toBe(true);
  });

  test("reports all errors at once, with their places", async () => {
    const directory = directoryWith({
      "a.yaml": environment().replace("maxvCpus: 16", "maxvCpus: many"),
      "b.yaml": queue().replace("priority: 10", "prioriti: 10"),
    });
    const { exitCode, lines } = await validate(directory);
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatch(
      /^DIR\/a\.yaml:10:5: BatchComputeEnvironment default\/general: spec\.computeResources\.maxvCpus: found "many", expected /,
    );
    expect(lines.find((line) => line.includes("prioriti"))).toMatch(
      /^DIR\/b\.yaml:6:3: JobQueue default\/high: spec\.prioriti: /,
    );
    expect(lines.at(-1)).toMatch(/^invalid: \d errors in 2 files$/);
  });

  test("reports errors of YAML and of objects in the order of the lines, also inside lists of lists", async () => {
    const nested = "kind: List\napiVersion: v1\nitems:\n- kind: List\n  apiVersion: v1\n  items: [{kind: JobQueue}]\n";
    const directory = directoryWith({ "a.yaml": `${nested}---\na: [1\n---\nb: 1\nkind: X\n` });
    expect((await validate(directory)).lines).toEqual([
      "DIR/a.yaml:6:11: apiVersion: is missing: add one such as awsbatch.dev/v1alpha1",
      "DIR/a.yaml:8:6: [ is open since line 8: close it",
      "DIR/a.yaml:10:1: apiVersion: is missing: add one such as awsbatch.dev/v1alpha1",
      "invalid: 3 errors in 1 file",
    ]);
  });

  test("lets a single file refer to objects elsewhere, and a directory not", async () => {
    const directory = directoryWith({ "b.yaml": queue() });
    expect((await validate(join(directory, "b.yaml"))).exitCode).toBe(0);
    const whole = await validate(directory);
    expect(whole.exitCode).toBe(1);
    expect(whole.lines[0]).toContain("BatchComputeEnvironment default/general is not among these manifests");
  });

  test("names what it skips, and says when nothing is left", async () => {
    const directory = directoryWith({ "c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n" });
    const skipped = "DIR/c.yaml:1:1: skipped ConfigMap of v1";
    expect(await validate(directory)).toEqual({
      exitCode: 1,
      lines: [
        skipped,
        "DIR: contains no object of awsbatch.dev: correct the path, or add --allow-empty",
        "invalid: 1 error in 1 file",
      ],
    });
    expect(await validate(directory, "--allow-empty")).toEqual({
      exitCode: 0,
      lines: [skipped, "valid, but without an object of awsbatch.dev in 1 file"],
    });
  });

  test("reads every file and directory that is given, and a file once", async () => {
    const directory = directoryWith({ "a.yaml": environment() });
    const other = directoryWith({ "b.yaml": queue() });
    const { lines } = await validate(directory, "-f", other, "-f", join(other, "b.yaml"));
    expect(lines).toEqual(["valid: 2 objects in 2 files"]);
  });

  test("accepts kubectl's -R, although directories are always read with their subdirectories", async () => {
    expect((await validate(directoryWith({ "a.yaml": environment() }), "-R")).exitCode).toBe(0);
  });

  test("prints the lines to write in place of what is refused below the error, in each format", async () => {
    const shared = "iam: {serviceRole: {name: builders}}";
    const directory = directoryWith({ "a.yaml": environment().replace("spec:", `spec:\n  ${shared}`) });
    const { lines } = await validate(directory);
    expect(lines[0]).toMatch(/refer to it by serviceRoleRef:$/);
    expect(lines.slice(1, 4)).toEqual(["  apiVersion: awsbatch.dev/v1alpha1", "  kind: BatchRole", "  metadata:"]);
    for (const format of ["json", "github", "sarif", "junit"])
      expect((await validate(directory, "-o", format)).lines.join()).toContain("kind: BatchRole");
  });

  test("reads standard input, and names it in errors", async () => {
    const { io, stdout } = testIo({}, undefined, `${environment()}---\n${queue().replace("priority", "prioriti")}`);
    expect(await runCli(["validate", "-f", "-"], io)).toBe(1);
    expect(stdout.lines[0]).toMatch(/^standard input:\d+:3: JobQueue default\/high: spec\.prioriti: /);
  });

  test("refuses standard input twice, which could be read only once", async () => {
    const { io, stderr } = testIo();
    expect(await runCli(["validate", "-f", "-", "-f", "-"], io)).toBe(1);
    expect(stderr.text).toBe("error: -f - can be given only once: standard input ends after it was read\n");
  });

  test.each([
    ["-f", "--filename"],
    ["-k", "--kustomize"],
  ])("refuses an empty path of %s", async (option, name) => {
    const { io, stderr } = testIo();
    expect(await runCli(["validate", option, ""], io)).toBe(1);
    expect(stderr.text).toBe(`error: ${name} is empty: give it a value, or leave it out for its default\n`);
  });

  test("names the chart and its values, which must be rendered first, and no other error of theirs", async () => {
    const directory = directoryWith({
      "Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
      "values-prod.yaml": "image: x\n",
      "queue.yaml": queue().replace("name: high", "name: {{ .Values.name }}"),
    });
    const { exitCode, lines } = await validate(directory);
    const first = "render the chart first: helm template CHART | aws-batch-operator validate -f -";
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      `DIR/Chart.yaml:1:1: describes a Helm chart: ${first}`,
      `DIR/queue.yaml:4:18: is a template, because it contains {{ … }}: ${first}`,
      `DIR/values-prod.yaml:1:1: has the values of a Helm chart: ${first}`,
      "invalid: 3 errors in 3 files",
    ]);
  });

  test("reads a manifest in which braces are text", async () => {
    const directory = directoryWith({ "a.yaml": environment().replace("spec:", 'spec:\n  tags: {note: "{{ x }}"}') });
    expect((await validate(directory)).exitCode).toBe(0);
  });

  test.each(["", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"])(
    "says that a kustomization is not applied, with or without its kind",
    async (head) => {
      const directory = directoryWith({
        "a.yaml": environment(),
        "kustomization.yaml": `${head}resources: [a.yaml]\n`,
      });
      expect(await validate(directory)).toEqual({
        exitCode: 0,
        lines: [
          "DIR/kustomization.yaml:1:1: is a kustomization, which is not applied here: to read what it renders, give its directory with -k",
          "valid: 1 object in 2 files",
        ],
      });
    },
  );

  test("warns of an instance type that it does not know, which may be newer than it is", async () => {
    const types = (list: string) =>
      environment()
        .replace("type: FARGATE", "type: EC2")
        .replace("maxvCpus: 16", `maxvCpus: 16\n    instanceRole: r\n    instanceTypes: [${list}]`);
    const directory = directoryWith({ "a.yaml": types("m6i.large, optimal, c5, m6i.lagre, qqqqq") });
    const unknown = (index: number, column: number, type: string, hint = "") =>
      `DIR/a.yaml:12:${column}: warning: BatchComputeEnvironment default/general: spec.computeResources.instanceTypes[${index}]: unknown instance type, family or bundle ${type}${hint}: AWS rejects it, unless it is newer than this version`;
    expect(await validate(directory)).toEqual({
      exitCode: 0,
      lines: [
        unknown(3, 45, "m6i.lagre", " (did you mean m6i.large?)"),
        unknown(4, 56, "qqqqq"),
        "valid: 1 object in 1 file",
      ],
    });
    const { lines } = await validate(directory, "-o", "json");
    expect(JSON.parse(lines.join(""))).toMatchObject({ valid: true, notes: [{ line: 12 }, { line: 12 }] });
  });

  test.each([
    ["user/bob", false],
    ["root", false],
    ["role/r", true],
    ["instance-profile/p", true],
  ])("knows whether an instance can take on what instanceRole names: %s", async (resource, isRole) => {
    const arn = `arn:aws:iam::123456789012:${resource}`;
    const text = environment("EC2").replace("maxvCpus: 16", `maxvCpus: 16\n    instanceRole: ${arn}`);
    const { exitCode, lines } = await validate(directoryWith({ "a.yaml": `${text}    instanceTypes: [optimal]\n` }));
    expect(exitCode).toBe(isRole ? 0 : 1);
    if (!isRole) expect(lines[0]).toContain(`found "${arn}", expected the name or ARN of an instance profile or role`);
  });

  test.each([
    ["{{ .Values.name }}", "4:18"],
    ["{{.Values.name}}", "4:18"],
    ['{{- include "name" . -}}', "4:18"],
    ['"{{ name }}"', "4:12"],
  ])("says of a template one sentence: %s", async (name, place) => {
    const text = environment().replace("name: general", `name: ${name}`);
    const { lines } = await validate(directoryWith({ "a.yaml": text }));
    const object = name.startsWith('"') ? " BatchComputeEnvironment default/{{ name }}: metadata.name:" : "";
    expect(lines).toEqual([
      `DIR/a.yaml:${place}:${object} is a template, because it contains {{ … }}: render the chart first: helm template CHART | aws-batch-operator validate -f -`,
      "invalid: 1 error in 1 file",
    ]);
  });

  test.each(["[", "{", "[{a: "])("says of 20,000 brackets one sentence: %s", async (bracket) => {
    const { lines } = await validate(directoryWith({ "a.yaml": `a: ${bracket.repeat(20_000)}` }));
    expect(lines).toEqual([
      expect.stringMatching(
        /^DIR\/a\.yaml:1:\d+: is nested more than 100 levels deep, and no Kubernetes object is: close/,
      ),
      "invalid: 1 error in 1 file",
    ]);
  });

  test("warns of a name with the form of another namespace", async () => {
    const named = (name: string) => queue().replace("priority: 10", `priority: 10\n  jobQueueName: ${name}`);
    const of = async (name: string) =>
      await validate(directoryWith({ "a.yaml": environment(), "b.yaml": named(name) }));
    const done = "valid: 2 objects in 2 files";
    expect((await of("default_nightly")).lines).toEqual([done]);
    expect((await of("Prod_nightly")).lines).toEqual([done]);
    expect((await of("prod_nightly")).lines).toEqual([
      "DIR/b.yaml:7:3: warning: JobQueue default/high: spec.jobQueueName: prod_nightly begins like the names of namespace prod: the operator refuses it unless --allowed-names, --adoptable-names or the annotations of namespace default allow it",
      done,
    ]);
  });

  test.each([
    [1000, []],
    [
      1001,
      [
        "DIR/b.yaml:6:3: warning: JobQueue default/high: spec.priority: 1001 is more than 1000, the maximum in CloudFormation: AWS may reject it; only the order of priorities matters",
      ],
    ],
  ])("warns of a priority that AWS may refuse: %i", async (priority, warnings) => {
    const directory = directoryWith({
      "a.yaml": environment(),
      "b.yaml": queue().replace("priority: 10", `priority: ${priority}`),
    });
    expect(await validate(directory)).toEqual({
      exitCode: 0,
      lines: [...warnings, "valid: 2 objects in 2 files"],
    });
  });

  test.each([
    ["github", /^::error file=DIR\/b\.yaml,line=6,col=3,title=JobQueue default\/high is invalid::spec\.prioriti: /],
    ["sarif", /"uri": "DIR\/b\.yaml"/],
    ["junit", /name="DIR\/b\.yaml">/],
  ])("reports for CI with -o %s", async (format, expected) => {
    const directory = directoryWith({ "a.yaml": environment(), "b.yaml": queue().replace("priority", "prioriti") });
    const { exitCode, lines } = await validate(directory, "-o", format);
    expect(exitCode).toBe(1);
    expect(lines.join("\n")).toMatch(expected);
  });

  test("names a file in a report for CI once, and as it was given", async () => {
    const directory = directoryWith({ "b.yaml": queue().replace("priority", "prioriti") });
    const given = relative(process.cwd(), directory);
    const { io, stdout } = testIo();
    await runCli(["validate", "-f", given, "-f", join(directory, "b.yaml"), "-o", "junit"], io);
    expect(stdout.text.match(/<testcase .*/g)).toEqual([
      `<testcase classname="manifests" name="${join(given, "b.yaml")}">`,
    ]);
  });

  test("answers in JSON", async () => {
    const directory = directoryWith({ "a.yaml": environment(), "b.yaml": queue().replace("priority", "prioriti") });
    const { exitCode, lines } = await validate(directory, "-o", "json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(lines.join(""))).toMatchObject({
      valid: false,
      files: 2,
      objects: [{ kind: "BatchComputeEnvironment", namespace: "default", name: "general", file: "DIR/a.yaml" }],
      problems: expect.arrayContaining([expect.objectContaining({ field: "spec.prioriti", line: 6, column: 3 })]),
    });
  });

  test("has in JSON the same members, whether or not there is anything in them", async () => {
    const nothing = await validate(directoryWith({}), "-o", "json", "--allow-empty");
    expect(nothing.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { valid: true, files: 0, objects: [], problems: [], notes: [] },
    ]);
    const skipped = await validate(
      directoryWith({ "c.yaml": "apiVersion: v1\nkind: ConfigMap\n" }),
      "-o",
      "json",
      "--allow-empty",
    );
    expect(JSON.parse(skipped.lines.join(""))).toEqual({
      valid: true,
      files: 1,
      objects: [],
      problems: [],
      notes: [{ file: "DIR/c.yaml", line: 1, column: 1, message: "skipped ConfigMap of v1" }],
    });
    const broken = await validate(directoryWith({ "d.yaml": "a: [" }), "-o", "json");
    expect(JSON.parse(broken.lines.join(""))).toMatchObject({
      valid: false,
      problems: [{ file: "DIR/d.yaml", line: 1, field: "", message: expect.any(String) }],
    });
  });
});
