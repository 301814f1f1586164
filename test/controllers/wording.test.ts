import { expect, it } from "vitest";
import { firstOf, othersText, shortened, withoutRequestIds } from "../../src/controllers/wording.ts";

it.each<[string, string, string]>([
  ["plain words stay", "ComputeEnvironment Healthy", "ComputeEnvironment Healthy"],
  [
    "within brackets",
    "CLIENT_ERROR - no (Service: AmazonECS; Status Code: 400; Error Code: X; Request ID: 0a1b2c3d-4e5f-6789-abcd-ef0123456789)",
    "CLIENT_ERROR - no (Service: AmazonECS; Status Code: 400; Error Code: X)",
  ],
  [
    "with the proxy that is none",
    "no (Service: AWSSecurityTokenService; Request ID: 0a1b2c3d-4e5f; Proxy: null)",
    "no (Service: AWSSecurityTokenService)",
  ],
  ["in one word", "no, RequestId: 0a1b2c3d-4e5f", "no"],
  ["twice", "a; Request ID: 0a1b2c3d-4e5f b; Request ID: 1a1b2c3d-4e5f", "a b"],
])("request ids are cut: %s", (_name, text, expected) => {
  expect(withoutRequestIds(text)).toBe(expected);
});

it.each<[string, string, string]>([
  ["stays when it fits", "12345", "12345"],
  ["ends in an ellipsis when it does not", "123456", "1234…"],
  ["is not cut within a character", "123😀56", "123…"],
])("a text with a bound %s", (_name, text, expected) => {
  expect(shortened(text, 5)).toBe(expected);
});

it.each<[string, readonly string[], string]>([
  ["are all named when they are few", ["a", "b", "c", "d", "e"], "a, b, c, d, e"],
  ["are counted when they are many", ["a", "b", "c", "d", "e", "f", "g"], "a, b, c, d, e and 2 more"],
])("names %s", (_name, names, expected) => {
  expect(firstOf(names)).toBe(expected);
});

it("what another cluster owns is said with the flag by which clusters share an account, and only that", () => {
  const identity = { cluster: { name: "blue", uid: "uid" } };
  const flag = "is installed with --names-with-cluster";
  expect(othersText("team_a", { owner: "green/team/a" }, "jobQueueName", identity)).toContain(flag);
  expect(othersText("team_a", { owner: "blue2/team/a" }, "jobQueueName", identity)).toContain(flag);
  expect(othersText("team_a", { owner: "blue/other/a" }, "jobQueueName", identity)).not.toContain(flag);
});
