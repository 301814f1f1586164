import type { BatchApi } from "../../aws/batch-calls.ts";
import { AwsError } from "../../aws/errors.ts";
import type { Cloud } from "../../operator/cloud.ts";

/** How `import` sees an account: AWS Batch alone, and how far the reading has come. */

/** How far the reading of an account has come. */
export interface Progress {
  readonly region: string;
  readonly pages: number;
  readonly resources: number;
}

/**
 * The same account, of which EC2 is not read: whether instances reach their cluster says nothing about an adoption, and
 * each VPC would cost a dozen calls.
 *
 * @param onPage after each page of AWS Batch: what has been read of its region
 */
export function batchOnly(cloud: Cloud, onPage: (progress: Progress) => void): Cloud {
  const { account, region, label } = cloud;
  return {
    account,
    region,
    label,
    async connect(name, signal) {
      const connection = await cloud.connect(name, signal);
      let [pages, resources] = [0, 0];
      const counted = (answer: object): void => {
        pages++;
        resources += Object.values(answer).reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 0);
        onPage({ region: name, pages, resources });
      };
      return {
        ...connection,
        batch: counting(connection.batch, counted),
        ec2: () => Promise.reject(new AwsError("denied", "ec2:DescribeVpcs", "NotRead", "import reads no network")),
      };
    },
  };
}

type Call = (...args: unknown[]) => Promise<object>;

function counting(batch: BatchApi, counted: (answer: object) => void): BatchApi {
  const calls = Object.entries(batch as unknown as Readonly<Record<string, Call>>).map(([name, call]) => [
    name,
    !name.startsWith("describe") || name === "describeJobs"
      ? call
      : async (...args: unknown[]): Promise<object> => {
          const answer = await call(...args);
          counted(answer);
          return answer;
        },
  ]);
  return Object.fromEntries(calls) as BatchApi;
}
