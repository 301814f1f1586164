import { expect, test } from "vitest";
import { commentBody, markerOf } from "../../../scripts/action/comment.ts";

test("a comment that GitHub would refuse for its length says first where all of it is, and ends after a whole line", () => {
  const body = commentBody("<!-- m -->", "| a row |\n".repeat(10_000));
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body).toMatch(
    /^<!-- m -->\nThe plan is longer than a comment may be: the summary of the job has all of it\.\n\n\| a row \|\n[\s\S]*\n\| a row \|\n$/,
  );
  expect(commentBody("<!-- m -->", "short")).toBe("<!-- m -->\nshort");
});

test("a marker cannot end its comment early", () => {
  expect(markerOf("a --> b", "c")).toBe('<!-- aws-batch-operator plan ["a - -> b","c"] -->');
});
