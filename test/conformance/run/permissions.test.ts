import { expect, test } from "vitest";
import { conform } from "../../../conformance/run/conform.ts";
import { runStories } from "../../../conformance/run/stories.ts";
import { contents, request, simulated } from "../simulated.ts";

/** A run that does not begin starts no operator. */
const unused = undefined as never;
const denied = (words: string) =>
  ({ kind: "refuse", exception: "AccessDeniedException", message: words, httpStatusCode: 403 }) as const;

test("a run does not begin for a caller who lacks permissions, and names all of them", async () => {
  const { aws, ports, printed, ended } = await simulated();
  const before = contents(aws);
  aws.faults.add({ fault: denied("not authorized"), on: ["CreateJobQueue", "DeleteQuotaShare", "CreateRole"] });
  await expect(ended(conform(request(), ports))).rejects.toThrow(
    "the caller may not call batch:CreateJobQueue, batch:DeleteQuotaShare, iam:CreateRole.\n" +
      "AWS: not authorized\n--print-policy prints all permissions of a run.",
  );
  expect(contents(aws)).toEqual(before);
  expect(printed).toEqual([]);
});

test("stories do not begin either for a caller who lacks permissions", async () => {
  const { aws, ports, printed, ended } = await simulated();
  const before = contents(aws);
  aws.faults.add({ fault: denied("not authorized"), on: ["CreateJobQueue"] });
  await expect(ended(runStories(request(), { ...ports, machine: unused, forward: unused }))).rejects.toThrow(
    "the caller may not call batch:CreateJobQueue.",
  );
  expect(contents(aws)).toEqual(before);
  expect(printed).toEqual([]);
});

test("asking whether the caller may changes nothing", async () => {
  const { aws, ports, ended } = await simulated();
  const before = contents(aws);
  await ended(conform(request(), { ...ports, confirm: async () => false }));
  expect(contents(aws)).toEqual(before);
});
