import type { CallOptions } from "../../aws/api.ts";
import type { Ec2State } from "../ec2-state.ts";

/** State for the calls that change a network. */
export interface NetworkParts {
  readonly state: Ec2State;
  /** Whether instances or tasks in the subnet, or with the security group, run or are about to end. */
  readonly hasInstances: (id: string) => boolean;
}

/** Performs one call of EC2; a read answers as of a monotonic time. @throws Refusal */
export type Handler<Parts, Input, Output> = (parts: Parts, input: Input, asOf: number) => Output;

/** The call over a wire for a handler. */
export type CallOf<OneHandler> =
  OneHandler extends Handler<never, infer Input, infer Output>
    ? (input: Input, options?: CallOptions) => Promise<Output>
    : never;
