import { describe, expect, it } from "vitest";
import { account } from "./account.ts";

describe("the versions of a launch template", () => {
  const launchTemplates = [{ id: "lt-1", name: "template", versions: [{ ImageId: "ami-1" }] }];
  const templated = () => {
    const { aws } = account();
    aws.outside.describeNetwork({ launchTemplates });
    const resolved = async (version: string) => {
      const input = { LaunchTemplateId: "lt-1", Versions: [version] };
      const { LaunchTemplateVersions: [one] = [] } = await aws.ec2.describeLaunchTemplateVersions(input);
      return one?.VersionNumber;
    };
    return { aws, resolved };
  };

  it("increase by one that is $Latest, and $Default stays until it is set", async () => {
    const { aws, resolved } = templated();
    expect(aws.outside.addTemplateVersion("lt-1")).toBe(2);
    expect([await resolved("$Latest"), await resolved("$Default")]).toEqual([2, 1]);
    aws.outside.setDefaultTemplateVersion("lt-1", 2);
    expect(await resolved("$Default")).toBe(2);
  });

  it("are those of a template that exists", () => {
    expect(() => templated().aws.outside.addTemplateVersion("lt-2")).toThrow("there is no launch template lt-2");
  });
});
