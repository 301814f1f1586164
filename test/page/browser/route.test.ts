import { expect, test } from "vitest";
import { hashOf, routeOf } from "../../../src/page/browser/route.ts";

test.each([
  ["", { view: "map", open: undefined }],
  ["#/replacements", { view: "replacements", open: undefined }],
  ["#/map/JobQueue/team/main", { view: "map", open: "JobQueue/team/main" }],
  ["#/nowhere/JobQueue", { view: "map", open: undefined }],
])("%s", (hash, route) => {
  expect(routeOf(hash)).toEqual(route);
});

test("an address leads back to where it was made", () => {
  const route = { view: "replacements", open: "BatchComputeEnvironment/team/a.b" } as const;
  expect(routeOf(hashOf(route))).toEqual(route);
});

test("an address that no browser wrote is the map", () => {
  expect(routeOf("#/map/%E0%A4%A/a/b")).toEqual({ view: "map", open: undefined });
});
