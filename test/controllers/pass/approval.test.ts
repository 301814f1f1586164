import { expect, test } from "vitest";
import { approval } from "../../../src/controllers/pass/approval.ts";

test("a wait for approval says how to approve, and that what was approved is something else", () => {
  const asked = 'a waits. To approve it, set awsbatch.dev/approve: "p/Create@1"';
  expect(approval("p/Create@1", "a waits", undefined)).toEqual({
    kind: "wait",
    until: { kind: "approval", value: "p/Create@1" },
    reason: "AwaitingApproval",
    message: asked,
  });
  expect(approval("p/Create@1", "a waits", "yes").message).toBe(`${asked} (it has another value now)`);
});
