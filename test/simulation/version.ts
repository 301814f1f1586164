import type { BatchApi } from "../../src/aws/batch-calls.ts";
import { fingerprintTag } from "../../src/controllers/ownership/ownership.ts";

type Tags = Record<string, string>;

/**
 * AWS as an operator of another version sees it: its fingerprints are of algorithm `v<algorithm>`, and those of every
 * other version are of an algorithm that it does not know.
 *
 * @param algorithm the number in what it writes; 1 is the present version and changes nothing
 */
export function speakingVersion(batch: BatchApi, algorithm: number): BatchApi {
  if (algorithm === 1) return batch;
  const written = (tags: Tags | undefined): Tags | undefined =>
    mapped(tags, (text) => text.replace(/^v1:/, `v${algorithm}:`));
  const read = (tags: Tags | undefined): Tags | undefined =>
    mapped(tags, (text) =>
      text.startsWith(`v${algorithm}:`) ? text.replace(/^v\d+:/, "v1:") : text.replace(/^v1:/, "v1000:"),
    );
  return {
    ...batch,
    registerJobDefinition: (input, options) =>
      batch.registerJobDefinition({ ...input, tags: written(input.tags) }, options),
    tagResource: (input, options) => batch.tagResource({ ...input, tags: written(input.tags) }, options),
    describeJobDefinitions: async (input, options) => {
      const answer = await batch.describeJobDefinitions(input, options);
      const jobDefinitions = answer.jobDefinitions?.map((one) => ({ ...one, tags: read(one.tags) }));
      return { ...answer, jobDefinitions };
    },
  };
}

function mapped(tags: Tags | undefined, map: (text: string) => string): Tags | undefined {
  const found = tags?.[fingerprintTag];
  return found === undefined ? tags : { ...tags, [fingerprintTag]: map(found) };
}
