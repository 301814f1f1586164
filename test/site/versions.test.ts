import { expect, test } from "vitest";
import { versionMenu, versionsOf } from "../../site/versions.ts";

test("what is checked out comes first, then the newest release of each minor version", () => {
  const tags = ["v0.2.0", "v0.10.0", "v0.2.3", "v1.0.0-rc.1", "chart-0.3.0", "v0.2.12"];
  expect(versionsOf(tags).map(({ name, tag, path }) => [name, tag, path])).toEqual([
    ["next", undefined, ""],
    ["0.10.0", "v0.10.0", "v0.10.0"],
    ["0.2.12", "v0.2.12", "v0.2.12"],
  ]);
});

test("without a release there is only what is checked out", () => {
  expect(versionsOf([]).map(({ name }) => name)).toEqual(["next"]);
});

test("the menu leads from each version to each other", () => {
  const versions = versionsOf(["v0.1.0"]);
  const addresses = versions.map((shown) => {
    const base = `https://host/base/${shown.path === "" ? "" : `${shown.path}/`}`;
    return versionMenu(versions, shown).map(({ link }) => new URL(`${base}${link}`.replaceAll(/(?<!:)\/+/g, "/")).href);
  });
  expect(addresses).toEqual([
    ["https://host/base/", "https://host/base/v0.1.0/"],
    ["https://host/base/", "https://host/base/v0.1.0/"],
  ]);
});
