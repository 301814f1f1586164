import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { shell, shellWord } from "../../src/runtime/shell.ts";

/** What others may have called something, each a way out of a command somewhere. */
const hostile = [
  "",
  " ",
  "a b",
  "'",
  "''",
  "x' ; touch PWNED ; echo '",
  "x'\\'' ; touch PWNED ; echo '",
  "x\\' ; touch PWNED ; echo '",
  '"; touch PWNED; "',
  "$(touch PWNED)",
  "`touch PWNED`",
  "$IFS",
  "$HOME",
  "a;touch PWNED",
  "a&touch PWNED",
  "a|touch PWNED",
  "a>PWNED",
  "a<(touch PWNED)",
  "*",
  "?",
  "[a-z]*",
  "{a,b}",
  "~",
  "~root",
  "a\\",
  "\\",
  "!!",
  "#comment",
  "=ls",
  "-rf",
  "--",
  "%1",
  "@(a|b)",
  "a,b",
  "ä ü",
  "日本",
];

describe("a value in a command to copy", () => {
  test.each(hostile)("is one word of the shell, and nothing else: %j", (text) => {
    const directory = mkdtempSync(join(tmpdir(), "shell-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const command = `set -- ${shellWord(text)} end; printf '%s\\n' "$#" "$1"`;
    expect(execFileSync("/bin/sh", ["-c", command], { cwd: directory, encoding: "utf8" })).toBe(`2\n${text}\n`);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each(["a\\' ; touch PWNED; '", "\\", "\\\\'", "a\\", "'\\''"])(
    "has no backslash between quotes, where fish reads another one than sh: %j",
    (text) => {
      expect(shellWord(text)).toMatch(/^(?:'[^'\\]*'|\\['\\])+$/);
    },
  );

  test.each(["a\ntouch PWNED\n", "a\rb", "\u001b]52;c;eA==\u0007", "a\u2028b", "\u202eab", "\u0000"])(
    "is one line without controls: %j",
    (text) => {
      expect(shellWord(text)).toMatch(/^'[ -~]+'$/);
    },
  );

  test.each(["main", "team/q", "a.b_c-d", "arn:aws:batch:eu-central-1:123456789012:job-queue/q", "key=value", "i-0@x"])(
    "stays as it is where no shell reads a meaning into it: %s",
    (text) => {
      expect(shellWord(text)).toBe(text);
    },
  );

  test("may be a part of a word", () => {
    expect(shell`kubectl get -n ${"team a"} pod/${"it's"}=${3} -o yaml`).toBe(
      "kubectl get -n 'team a' pod/'it'\\''s'=3 -o yaml",
    );
    expect(shell`kubectl get pods`).toBe("kubectl get pods");
  });
});
