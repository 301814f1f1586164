import { expect, test } from "vitest";
import type { StructuralSchema } from "../../../src/api/crd.ts";
import { crds } from "../../../src/api/v1alpha1/crds.ts";
import { withDefaults } from "../../../src/tools/validation/defaults.ts";
import { objectWithDefaults } from "../../../src/tools/validation/object.ts";

const schema: StructuralSchema = {
  type: "object",
  properties: {
    policy: { type: "string", default: "Wait" },
    drain: {
      type: "object",
      properties: { seconds: { type: "integer", default: 600 }, label: { type: "string" } },
    },
    inner: { type: "object", default: {}, properties: { on: { type: "boolean", default: true } } },
    list: { type: "array", items: { type: "object", properties: { n: { type: "integer", default: 1 } } } },
    map: {
      type: "object",
      additionalProperties: { type: "object", properties: { n: { type: "integer", default: 2 } } },
    },
  },
};

test("fills what is missing, at every depth that is there, and changes nothing else", () => {
  const value = { policy: "Terminate", drain: { label: "x" }, list: [{}, { n: 5 }], map: { a: {} }, foreign: 1 };
  expect(withDefaults<unknown>(schema, value)).toEqual({
    policy: "Terminate",
    drain: { label: "x", seconds: 600 },
    inner: { on: true },
    list: [{ n: 1 }, { n: 5 }],
    map: { a: { n: 2 } },
    foreign: 1,
  });
  expect(value).toEqual({
    policy: "Terminate",
    drain: { label: "x" },
    list: [{}, { n: 5 }],
    map: { a: {} },
    foreign: 1,
  });
});

test("finds no schema for the name of a member of every object", () => {
  const value = JSON.parse('{"inner": {"constructor": {}, "__proto__": {"on": 1}, "on": false}}') as unknown;
  expect(JSON.stringify(withDefaults<unknown>(schema, value))).toBe(
    '{"inner":{"constructor":{},"__proto__":{"on":1},"on":false},"policy":"Wait"}',
  );
});

test("leaves values of another type alone", () => {
  expect(withDefaults<unknown>(schema, { policy: null, list: "no list", inner: 3 })).toEqual({
    policy: null,
    list: "no list",
    inner: 3,
  });
});

test("gives each object a default of its own", () => {
  const [crd] = crds;
  if (crd === undefined) throw new Error("no CRD");
  const first = objectWithDefaults<{ status?: object }>(crd, {});
  const second = objectWithDefaults<{ status?: object }>(crd, {});
  expect(first).toEqual(second);
  expect(first.status).not.toBe(second.status);
});

test("keeps a status that is there", () => {
  const [crd] = crds;
  if (crd === undefined) throw new Error("no CRD");
  expect(objectWithDefaults(crd, { status: { revision: 3 } })).toEqual({ status: { revision: 3 } });
});
