import { expect, it } from "vitest";
import { withoutRequestIds } from "../../src/controllers/wording.ts";

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
