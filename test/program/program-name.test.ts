import { expect, test } from "vitest";
import { calledAs } from "../../src/operator/io.ts";
import { programFor, runCli } from "../../src/program.ts";
import { testIo } from "../tools/streams.ts";

test.each([[["--help"]], [["diagnose", "--help"]]])(
  "a plugin of kubectl calls itself so in the usage and the examples of %j, and never otherwise",
  async (args) => {
    const { io, stdout } = testIo();
    expect(await runCli(args, { ...io, program: "kubectl awsbatch" })).toBe(0);
    expect(stdout.text).toMatch(/^Usage: kubectl awsbatch /);
    expect(stdout.text).toContain("\n  $ kubectl awsbatch ");
    expect(stdout.text).not.toContain("aws-batch-operator ");
  },
);

test("the program is called as npm, kubectl or the person calls it", () => {
  expect(calledAs("/usr/bin/aws-batch-operator", {})).toBe("aws-batch-operator");
  expect(calledAs("/root/.krew/bin/kubectl-awsbatch", { npm_lifecycle_event: "" })).toBe("kubectl awsbatch");
  expect(calledAs("bin/aws-batch-operator.js", { npm_lifecycle_event: "start" })).toBe("npm run --silent operator --");
});

test("no line of a help is wider than 80 columns where there is no terminal, but for commands to copy", async () => {
  const program = await programFor([], testIo().io, () => async () => undefined);
  for (const name of ["", ...program.commands.map((command) => command.name())]) {
    const { io, stdout } = testIo();
    await runCli([...(name === "" ? [] : [name]), "--help"], io);
    const wide = stdout.text.split("\n").filter((line) => line.length > 80 && !/^ +(\$|POST )/.test(line));
    expect(wide, name).toEqual([]);
  }
});
