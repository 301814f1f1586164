import { describe, expect, it } from "vitest";
import { accountWithQueue, containerJob, refusal } from "./account.ts";

const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;

describe("tags", () => {
  it.each(["compute-environment/ce-1", "job-queue/q", "job-definition/jd:1", "scheduling-policy/fair"])(
    "of %s are merged, removed one by one, and change no status",
    async (resource) => {
      const { aws } = await accountWithQueue();
      await aws.outside.registerJobDefinition(containerJob("jd"));
      await aws.outside.createSchedulingPolicy({ name: "fair" });
      const resourceArn = arn(resource);
      await aws.batch.tagResource({ resourceArn, tags: { a: "1", b: "2" } });
      await aws.batch.tagResource({ resourceArn, tags: { b: "3" } });
      await aws.batch.untagResource({ resourceArn, tagKeys: ["a", "none"] });
      expect((await aws.batch.listTagsForResource({ resourceArn })).tags).toEqual({ b: "3" });
      expect(aws.truth.computeEnvironments()[0]?.status).toBe("VALID");
    },
  );

  it("keep every key, also one that is a member of every object", async () => {
    const { aws } = await accountWithQueue();
    const resourceArn = arn("job-queue/q");
    const tags = { ["__proto__"]: "1", constructor: "2" };
    await aws.batch.tagResource({ resourceArn, tags });
    expect(Object.entries((await aws.batch.listTagsForResource({ resourceArn })).tags ?? {})).toEqual(
      expect.arrayContaining(Object.entries(tags)),
    );
  });

  it("are refused beyond 50, with AWS's own prefix, and on what does not exist", async () => {
    const { aws } = await accountWithQueue();
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key-${index}`, ""]));
    const resourceArn = arn("job-queue/q");
    await aws.batch.tagResource({ resourceArn, tags: many });
    expect(await refusal(aws.batch.tagResource({ resourceArn, tags: { more: "" } }))).toMatch(/at most 50 tags/);
    expect(await refusal(aws.batch.tagResource({ resourceArn, tags: { "aws:x": "" } }))).toMatch(/reserved/);
    expect(await refusal(aws.batch.tagResource({ resourceArn: arn("job-queue/none"), tags: { a: "1" } }))).toBe(
      `ClientException: ${arn("job-queue/none")} does not exist`,
    );
  });
});
