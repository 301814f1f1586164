import { describe, expect, it } from "vitest";
import { runCommand } from "../../src/simulator/job-command.ts";

const variables = { AWS_BATCH_JOB_ARRAY_INDEX: "3", AWS_BATCH_JOB_ATTEMPT: "2", NAME: "a  b" };
const printed = (...command: readonly string[]): string[] | undefined =>
  runCommand(command, variables)?.lines.map(({ text }) => text);
const script = (text: string): string[] | undefined => printed("sh", "-c", text);

describe("a command prints", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["what echo gets", ["echo", "hello", "world"], ["hello world"]],
    ["without the option of echo", ["echo", "-n", "hello"], ["hello"]],
    ["no variable without a shell", ["echo", "$NAME"], ["$NAME"]],
    ["by any shell", ["/bin/bash", "-ec", "echo hello"], ["hello"]],
    ["nothing when it only ends", ["true"], []],
  ])("%s", (_case, command, lines) => {
    expect(printed(...command)).toEqual(lines);
  });
});

describe("a script prints", () => {
  it.each<[string, string, readonly string[]]>([
    ["each echo in a line", "echo a; echo b\necho c", ["a", "b", "c"]],
    ["words with one space between them", "echo  a   b", ["a b"]],
    ["quoted spaces as they are", `echo "a  b" 'c  d'`, ["a  b c  d"]],
    ["variables in double quotes", `echo "$NAME" \${AWS_BATCH_JOB_ARRAY_INDEX}`, ["a  b 3"]],
    ["no variables in single quotes", "echo '$NAME'", ["$NAME"]],
    ["nothing for a variable that is not set", "echo x$NONE", ["x"]],
    ["what is escaped", `echo \\$NAME "\\"q\\""`, [`$NAME "q"`]],
    ["after && only what follows a success", "true && echo a; false && echo b", ["a"]],
    ["after || only what follows a failure", "true || echo a; false || echo b", ["b"]],
    ["by a condition", `[ "$AWS_BATCH_JOB_ATTEMPT" -ge 2 ] && echo again`, ["again"]],
    ["nothing after exit", "echo a; exit 3; echo b", ["a"]],
  ])("%s", (_case, text, lines) => {
    expect(script(text)).toEqual(lines);
  });
});

it.each<[string, number]>([
  ["exit 3", 3],
  ["exit 256", 0],
  ["false", 1],
  ["false; exit", 1],
  ["false; true", 0],
  ["test 2 -lt 3", 0],
  ["test 2 -gt 3", 1],
  ["[ a = b ]", 1],
  ["[ a != b ]", 0],
  ["[ a == a", 1],
  ["[ -z $NONE ]", 0],
  ["[ -n $NONE ]", 1],
  ["sleep soon", 1],
  [": && :", 0],
])("the script %j ends with %i", (text, exitCode) => {
  expect(runCommand(["sh", "-c", text], {})).toMatchObject({ exitCode });
});

it("with -e a script ends at the first failure, unless that is a condition", () => {
  expect(runCommand(["sh", "-ec", "echo a; false; echo b"], {})).toMatchObject({ exitCode: 1, lines: [{ text: "a" }] });
  expect(printed("sh", "-ec", "false || echo a; echo b")).toEqual(["a", "b"]);
});

it("a command takes the time that it sleeps, and at least a second", () => {
  expect(runCommand(["echo"], {})?.durationMs).toBe(1_000);
  expect(runCommand(["sleep", "5"], {})?.durationMs).toBe(5_000);
  const run = runCommand(["sh", "-c", "echo a; sleep 1.5m; echo b; sleep 1h"], {});
  expect(run).toMatchObject({
    durationMs: 3_690_000,
    lines: [
      { afterMs: 0, text: "a" },
      { afterMs: 90_000, text: "b" },
    ],
  });
});

it.each<[string, readonly string[]]>([
  ["a program", ["python", "train.py"]],
  ["nothing", []],
  ["a shell's own command without a shell", ["exit", "1"]],
  ["a shell without a script", ["sh"]],
  ["another option of the shell", ["bash", "--login", "echo a"]],
  ["a script with a program", ["sh", "-c", "echo a; python train.py"]],
  ["a pipe", ["sh", "-c", "echo a | cat"]],
  ["a redirection", ["sh", "-c", "echo a > file"]],
  ["a substitution", ["sh", "-c", "echo $(date)"]],
  ["an open quote", ["sh", "-c", "echo 'a"]],
  ["a property of objects", ["sh", "-c", "constructor"]],
])("the simulator does not know what %s does", (_case, command) => {
  expect(runCommand(command, {})).toBeUndefined();
});
