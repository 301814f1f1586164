import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { programFor, runCli } from "../src/program.ts";
import { testIo } from "./tools/streams.ts";

const directory = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { io, stdout, stderr } = testIo(env);
  const exitCode = await runCli(args, io);
  return { exitCode, out: stdout.text, err: stderr.text };
}

const pathMissing = "-f PATH is missing: give a file or directory of manifests, - for standard input, or -k DIR";

describe("the command line", () => {
  test("prints its version", async () => {
    expect(await run(["--version"])).toEqual({ exitCode: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: "" });
    // Loads every command there is.
  });

  test.each([
    ["run"],
    ["local"],
    ["ui"],
    ["validate"],
    ["plan"],
    ["import"],
    ["iam-policy"],
    ["simulator"],
    ["self-test"],
    ["uninstall-check"],
  ])("has help for %s", async (command) => {
    const { exitCode, out, err } = await run([command, "--help"]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toContain(`Usage: aws-batch-operator ${command}`);
  });

  test("says of each option of each command what it does", async () => {
    const { io } = testIo();
    const { commands } = await programFor([], io, () => async () => undefined);
    const silent = commands.flatMap((command) =>
      command.options.filter(({ description }) => description === "").map(({ flags }) => `${command.name()} ${flags}`),
    );
    expect(commands.length).toBeGreaterThan(15);
    expect(silent).toEqual([]);
  });

  test("shows help, as an error, when it gets no command", async () => {
    const { exitCode, out, err } = await run([]);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toContain("Commands:");
  });

  test.each([
    [
      ["validate", "good.yaml"],
      "error: too many arguments for 'validate'. Expected 0 arguments but got 1. Did you mean -f good.yaml?\n",
    ],
    [["plan", "--cluster-nam", "x"], "error: unknown option '--cluster-nam' (Did you mean --cluster-name?)\n"],
    [["plam"], "error: unknown command 'plam' (Did you mean plan?)\n"],
    [["validate"], `error: ${pathMissing}\n`],
    [["plan"], `error: ${pathMissing}\n`],
    [["local", "--simulate"], "error: -f DIR is missing: give the directory of the manifests\n"],
    [
      ["local", "-f", "x", "--simulate", "--speed", "0"],
      "error: option '--speed <n>' argument '0' is invalid. Expected a number above 0.\n",
    ],
    [["local", "-f", "x", "--cluster-name", "c", "--speed", "2"], /^error: --speed needs --simulate/],
    [["local", "-f", "x"], /^error: --cluster-name is missing/],
    [["local", "-f", "x", "--simulate", "--timeout", "5"], /^error: --timeout needs --until/],
    [["local", "-f", "x", "--simulate", "--until", "absent"], /^error: --until absent needs --delete/],
    [["local", "-f", "x", "--simulate", "--delete", "--until", "ready"], /^error: --delete needs --until absent/],
    [["local", "-f", "no-such-directory", "--simulate"], "error: directory no-such-directory does not exist\n"],
    [["local", "-f", "package.json", "--simulate"], /^error: package.json is a file/],
    [["plan", "-f", "x", "-o", "yaml"], /Allowed choices are text, markdown, json\.\n$/],
  ])("answers %j with one clear line and exit code 1", async (args, expected) => {
    const { exitCode, out, err } = await run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toMatch(expected);
    expect(err.trimEnd()).not.toContain("\n");
  });

  test("says all that is wrong with a command line at once", async () => {
    const submitted = await run(["submit", "--env", "FOO", "--memory", "1GB", "--timeout", "5x", "--retries", "2"], {
      AWS_BATCH_OPERATOR_VCPUS: "none",
    });
    expect(submitted).toMatchObject({ exitCode: 1, out: "" });
    const lines = submitted.err.trimEnd().split("\n");
    expect(lines.map((line) => /--[a-z]+|[A-Z]+(?:_[A-Z]+)+/.exec(line)?.[0])).toEqual([
      "--env",
      "--memory",
      "--timeout",
      "AWS_BATCH_OPERATOR_VCPUS",
    ]);
    const unknown = await run(["submit", "--memory", "1GB", "--env"]);
    expect(unknown.err).toMatch(
      /^error: option '--memory <mib>' argument '1GB' is invalid\..*\nerror: option '--env <name=value>' argument missing\n$/,
    );
    const local = await run(["local", "--speed", "2", "--delete", "--until", "ready"]);
    expect(local.err.match(/^error: --?[a-z-]+/gm)).toEqual([
      "error: -f",
      "error: --speed",
      "error: --delete",
      "error: --cluster-name",
    ]);
    const imported = await run(["import", "--from-aws", "--terraform", "x"]);
    expect(imported.err.match(/^error: --?[a-z-]+/gm)).toEqual(["error: -n", "error: -f", "error: --from-aws"]);
  });

  test.each([
    ["diagnose", "bj/"],
    ["diagnose", "/a"],
    ["diagnose", ""],
    ["logs", ""],
    ["cancel", ""],
    ["retry", ""],
  ])("refuses an empty name before it reads a kubeconfig: %s '%s'", async (...args) => {
    const { exitCode, err } = await run([...args, "-n", "team"]);
    expect({ exitCode, err }).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^error: give (?:either )?NAME/),
    });
  });

  test("takes flags from variables, after the command line", async () => {
    const missing = await run(["validate"], { AWS_BATCH_OPERATOR_FILENAME: join(directory, "none.yaml") });
    expect(missing.out).toContain("none.yaml: there is no such file or directory");
    const given = await run(["validate", "-f", join(directory, "own.yaml")], {
      AWS_BATCH_OPERATOR_FILENAME: join(directory, "none.yaml"),
    });
    expect(given.out).toContain("own.yaml: there is");
  });

  test.each([
    [{ AWS_BATCH_OPERATOR_SPEED: "x" }, 'error: AWS_BATCH_OPERATOR_SPEED="x": Expected a number above 0.\n'],
    [{ AWS_BATCH_OPERATOR_SIMULATE: "maybe" }, /AWS_BATCH_OPERATOR_SIMULATE="maybe": Expected true or false/],
    [{ AWS_BATCH_OPERATOR_UNTIL: "later" }, /AWS_BATCH_OPERATOR_UNTIL="later": Allowed choices are ready, absent/],
  ])("names the variable that is wrong: %j", async (env, expected) => {
    const { exitCode, err } = await run(["local", "-f", "x"], env);
    expect(exitCode).toBe(1);
    expect(err).toMatch(expected);
  });

  test("refuses a directory without an object of ours", async () => {
    writeFileSync(join(directory, "other.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
    const { exitCode, err } = await run(["local", "-f", directory, "--simulate"]);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: `error: ${directory} contains no object of awsbatch.dev: add a manifest\n`,
    });
  });
});

test.each([
  ["run"],
  ["plan", "-f", "examples/quickstart"],
  ["local", "-f", "examples/quickstart", "--cluster-name", "a"],
])("%s refuses to start while NODE_TLS_REJECT_UNAUTHORIZED turns verification off", async (...args) => {
  const { io, stderr } = testIo({ NODE_TLS_REJECT_UNAUTHORIZED: "0" });
  expect(await runCli(args, io)).toBe(1);
  expect(stderr.text).toMatch(
    /^error: NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody .*: unset it\. For a private CA set NODE_EX/,
  );
});
