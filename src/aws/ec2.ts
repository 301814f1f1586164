import type { Api } from "./api.ts";
import type { ec2Commands } from "./ec2-sdk.ts";

/**
 * EC2 as the operator calls it, under the SDK's names and shapes. Reading by filter instead of by id gives an empty
 * list where an id is missing, not an error.
 */
export type Ec2Api = Api<typeof ec2Commands>;
