import { describe, expect, test } from "vitest";
import { commandFree, directly } from "../../src/tools/piped-output.ts";
import { withoutCommands, workflowCommand } from "../../src/tools/workflow-commands.ts";
import { KeptOutput } from "./streams.ts";

/** As the runner of GitHub Actions parses a line: v2 after white space at its beginning, v1 anywhere. */
function isCommand(line: string): boolean {
  const begun = line.replace(/^[\s\u0085]+/, "");
  return (begun.startsWith("::") && begun.indexOf("::", 2) >= 0) || /##\[[^\]]*\]/.test(line);
}

const hostile = [
  "::set-output name=exit-code::0",
  "::add-mask::x",
  "  ::error::x",
  "\t::error::x",
  "\u00a0::error::x",
  "\u0085::error::x",
  "\u2003::error::x",
  "\u3000::error::x",
  "\ufeff::error::x",
  "a\n::error::x",
  "a\r::error::x",
  "a\r\n::error::x",
  "a\n\n  \n ::error::x",
  "::stop-commands::x\n::error::x\n::x::",
  ":::error::x",
  "::::",
  "##[set-env name=PATH]x",
  "a ##[error]x",
  "##[group]x ##[endgroup]",
  "###[error]x",
  "##[[error]]",
];
const others = ["##vso[task.setvariable variable=PATH]x", "a ##VSO[x]", "##teamcity[publishArtifacts '/etc']"];

describe("a text of others in the output of a pipeline", () => {
  test.each(hostile)("is not a command of GitHub: %j", (text) => {
    expect(text.split(/\r\n|[\r\n]/).some(isCommand)).toBe(true);
    expect(
      withoutCommands("", text)
        .split(/\r\n|[\r\n]/)
        .some(isCommand),
    ).toBe(false);
  });

  test.each(others)("is not a command of another system: %j", (text) => {
    expect(withoutCommands("", text)).not.toMatch(/##(?:vso|teamcity)?\[/i);
  });

  test.each([...hostile, ...others])("is not a command in whatever pieces it is written: %j", (text) => {
    const whole = withoutCommands("", text);
    for (let size = 1; size < text.length; size++) {
      const kept = new KeptOutput();
      const output = commandFree(kept);
      for (let at = 0; at < text.length; at += size) output.write(text.slice(at, at + size));
      expect(kept.text).toBe(whole);
    }
  });

  test("means the same in JSON", () => {
    const value = { "##[error]": ["::x::", "a ##vso[b]"] };
    expect(JSON.parse(withoutCommands("", JSON.stringify(value, null, 2)))).toEqual(value);
  });

  test.each(["a::b::c", "std::vector<int>", ": :x::", "# [a]", "#[derive]", "a: ::b", "http://[::1]:80"])(
    "stays as it is where it is not a command: %j",
    (text) => {
      expect(withoutCommands("", text)).toBe(text);
    },
  );

  test("is written as it is to a terminal, and where a command is meant", () => {
    const terminal = new KeptOutput({ isTerminal: true });
    expect(commandFree(terminal)).toBe(terminal);
    const kept = new KeptOutput();
    directly(commandFree(kept)).write("::error::x");
    expect([kept.text, directly(terminal)]).toEqual(["::error::x", terminal]);
  });
});

test("a command that is meant has nothing of a text as its own part", () => {
  const properties = { file: "a,b:c%\n::x::", line: 3, col: undefined };
  expect(workflowCommand("error", properties, "50%\r\n::add-mask::x")).toBe(
    "::error file=a%2Cb%3Ac%25%0A%3A%3Ax%3A%3A,line=3::50%25%0D%0A::add-mask::x\n",
  );
  expect(workflowCommand("warning", {}, "x")).toBe("::warning::x\n");
});
