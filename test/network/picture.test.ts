import { describe, expect, it } from "vitest";
import { asciiStrokes, picture } from "../../src/network/picture.ts";
import { misconfigurations } from "./misconfigurations.ts";
import { check, endpointNetwork, ipv6Network, natNetwork, publicNetwork, withRequest } from "./networks.ts";

const one = { subnetIds: ["subnet-a"] };

describe("pictures of paths", () => {
  it.each([
    ["public", publicNetwork],
    ["nat", natNetwork],
    ["endpoints", endpointNetwork],
    ["ipv6", ipv6Network],
  ])("a network of kind %s is drawn hop by hop", async (name, make) => {
    const lines = picture(check(withRequest(make(), one)));
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`../golden/network/${name}.txt`);
  });

  it("every mistake is drawn up to where its path ends", async () => {
    const drawn = misconfigurations.map(({ name, given }) => [`# ${name}`, ...picture(check(given))].join("\n"));
    await expect(`${drawn.join("\n\n")}\n`).toMatchFileSnapshot("../golden/network/ends.txt");
  });

  it("a terminal of ASCII gets ASCII", () => {
    const lines = misconfigurations.flatMap(({ given }) => picture(check(given), asciiStrokes));
    const others = lines.filter((line) => !/^[ -~]*$/.test(line));
    expect(others).toEqual([]);
  });
});
