import { describe, expect, it } from "vitest";
import { ecsClusterIn, nameIn, resourceArn, revisionIn } from "../../src/aws/names.ts";
import { resourceIn } from "../../src/aws/resources/index.ts";

describe("names in ARNs", () => {
  it.each([
    ["arn:aws:batch:us-east-1:1:compute-environment/ns_ce", { type: "compute-environment", name: "ns_ce" }],
    ["arn:aws-cn:batch:cn-north-1:1:job-queue/q", { type: "job-queue", name: "q" }],
    ["arn:aws:batch:us-east-1:1:job-definition/jd:12", { type: "job-definition", name: "jd" }],
    ["arn:aws:batch:us-east-1:1:job-definition/jd", undefined],
    ["arn:aws:batch:us-east-1:1:scheduling-policy/p", { type: "scheduling-policy", name: "p" }],
    ["arn:aws:batch:us-east-1:1:service-environment/s", { type: "service-environment", name: "s" }],
    ["arn:aws:batch:us-east-1:1:job-queue/q/quota-share/s", { type: "quota-share", name: "q/s" }],
    ["arn:aws:batch:us-east-1:1:job-queue/q/other/s", undefined],
    ["arn:aws:batch:us-east-1:1:quota-share/s", undefined],
    ["arn:aws:batch:us-east-1:1:job/p", undefined],
    ["arn:aws:iam::1:role/job-queue/q", undefined],
    ["q", undefined],
  ])("resourceIn(%s)", (arn, expected) => {
    expect(resourceIn(arn)).toEqual(expected);
  });

  it.each([
    ["jd:3", { name: "jd", revision: 3 }],
    ["arn:aws:batch:us-east-1:1:job-definition/jd:3", { name: "jd", revision: 3 }],
    ["jd", undefined],
  ])("revisionIn(%s)", (text, expected) => {
    expect(revisionIn(text)).toEqual(expected);
  });

  it("is made of the name of a quota share in its queue", () => {
    const arn = resourceArn({ partition: "aws", region: "us-east-1", account: "1" }, "quota-share", "q/s");
    expect(arn).toBe("arn:aws:batch:us-east-1:1:job-queue/q/quota-share/s");
  });

  it("takes a plain name as it is", () => {
    expect(nameIn("q")).toBe("q");
    expect(nameIn("arn:aws:batch:us-east-1:1:job-queue/q")).toBe("q");
  });

  it.each([
    ["arn:aws:ecs:us-east-1:1:task/Cluster_1/0123", "Cluster_1"],
    ["arn:aws:ecs:us-east-1:1:container-instance/Cluster_1/0123", "Cluster_1"],
    ["arn:aws:ecs:us-east-1:1:task/0123", undefined],
    ["arn:aws:ecs:us-east-1:1:service/Cluster_1/0123", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("ecsClusterIn(%s)", (arn, expected) => {
    expect(ecsClusterIn(arn)).toBe(expected);
  });
});
