import { expect, test } from "vitest";
import { noteText, problemText } from "../../../src/tools/validation/problem.ts";

test("a problem names the line of what is wrong in a file, and no line of a file as a whole", () => {
  const field = "spec.priority";
  expect(
    problemText({ file: "a.yaml", line: 3, column: 5, object: "JobQueue team/a", field, message: "is missing" }),
  ).toBe("a.yaml:3:5: JobQueue team/a: spec.priority: is missing");
  expect(problemText({ file: "nothere", field: "", message: "there is no such file" })).toBe(
    "nothere: there is no such file",
  );
});

test("so does a note", () => {
  expect(noteText({ file: "a.yaml", line: 3, column: 5, message: "is skipped" })).toBe("a.yaml:3:5: is skipped");
  expect(noteText({ file: "a.yaml", message: "is empty", isWarning: true })).toBe("a.yaml: warning: is empty");
});
