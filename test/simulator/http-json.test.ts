import { expect, test } from "vitest";
import { jsonAnswer, unknownOperation, wrongMember } from "../../src/simulator/http-json.ts";

const type = "application/x-amz-json-1.1";

test("an answer without members is an empty object", async () => {
  expect(await jsonAnswer(type, async () => undefined)).toEqual({ status: 200, contentType: type, body: "{}" });
});

test("a refusal is answered by AWS's form of it, and a fault is not", async () => {
  const refused = await jsonAnswer(type, async () => {
    throw unknownOperation("PutLogEvents", "CloudWatch Logs");
  });
  expect([refused.status, JSON.parse(refused.body)]).toEqual([
    400,
    {
      __type: "UnknownOperationException",
      message: "the simulator does not know PutLogEvents of CloudWatch Logs",
    },
  ]);
  const failing = jsonAnswer(type, async () => {
    throw new Error("a fault");
  });
  await expect(failing).rejects.toThrow("a fault");
});

test("the first member of another type is named, and one that is missing is not", () => {
  const types = { string: ["name", "token"], number: ["limit"], boolean: ["head"] } as const;
  expect(wrongMember({ name: "q", limit: 3, head: true }, types)).toBeUndefined();
  expect(wrongMember({ name: "q", token: null, limit: "3" }, types)).toBe("token");
  expect(wrongMember({ limit: "3", head: 1 }, types)).toBe("limit");
  expect(wrongMember({ head: "yes" }, types)).toBe("head");
});
