/** What each call takes in addition to its input. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The namespace that the call is made for; undefined: the operator itself, for all of them. */
  readonly onBehalfOf?: string | undefined;
  /**
   * Called in the last step before the bytes leave, after credentials and signature; when it throws, nothing is
   * sent and the call rejects with what it threw. An implementation without such a step does not call it.
   */
  readonly beforeSend?: (() => void) | undefined;
}

export type Call<Input, Output> = (input: Input, options?: CallOptions) => Promise<Output>;

/** A command of the SDK, as far as its types of input and output go. */
interface Command {
  readonly input: object;
  resolveMiddleware(stack: never, configuration: never, options: never): (args: never) => Promise<Answer>;
}

interface Answer {
  readonly output: object;
}

/** Classes of the SDK's commands, each under the name of its call, e.g. `describeJobQueues`. */
export type Commands = Readonly<Record<string, new (input: never) => Command>>;

/**
 * The calls of these commands, with the SDK's shapes. What answers with nothing gives `void`, and so does what answers
 * with `Return`, by which EC2 says no more than that it has done the write.
 */
export type Api<Classes extends Commands> = {
  readonly [Name in keyof Classes]: CallOf<InstanceType<Classes[Name]>>;
};

type CallOf<C extends Command> = keyof OutputOf<C> extends never
  ? Call<C["input"], void>
  : "Return" extends keyof OutputOf<C>
    ? Call<C["input"], void>
    : Call<C["input"], OutputOf<C>>;
type OutputOf<C extends Command> = Omit<Awaited<ReturnType<ReturnType<C["resolveMiddleware"]>>>["output"], "$metadata">;
