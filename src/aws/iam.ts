import type { Api } from "./api.ts";
import type { iamCommands } from "./iam-sdk.ts";

export type { AttachedPolicy, InstanceProfile, Role, Tag } from "@aws-sdk/client-iam";

/**
 * IAM as the operator calls it, under the SDK's names and shapes. Policy documents come back URL-encoded (RFC 3986), as
 * AWS sends them. `GetRole` and `GetInstanceProfile` give tags, the lists do not.
 */
export type IamApi = Api<typeof iamCommands>;
