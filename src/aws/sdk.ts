import type { BatchClientConfig } from "@aws-sdk/client-batch";
import { boundedBody } from "./answer-size.ts";
import { requireTextTags } from "./answered-tags.ts";
import type { Api, CallOptions, Commands } from "./api.ts";

export interface SdkOptions {
  /** Undefined: what the SDK's own chain finds (`AWS_REGION`, the profile). */
  readonly region: string | undefined;
  /** The SDK's own way to send requests, unless a test brings another. */
  readonly requestHandler?: BatchClientConfig["requestHandler"];
  /** Called with the wall time (ms) of each answer by AWS's clock, to the second. */
  readonly onAnswered: ((at: number) => void) | undefined;
}

interface ClientConfig {
  readonly region?: string;
  readonly requestHandler?: NonNullable<BatchClientConfig["requestHandler"]>;
  readonly maxAttempts: number;
  readonly customUserAgent: string;
}

/** A client of the SDK, of whatever service. */
interface Client extends Answering {
  send(command: never, options: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

interface Answering {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<{ readonly response: unknown }>,
      ) => (args: never) => Promise<{ readonly response: unknown }>,
      options: { readonly step: "deserialize"; readonly priority: "low"; readonly name: string },
    ): void;
  };
}

interface Checkable {
  readonly middlewareStack: {
    add(
      middleware: <Args, Output>(next: (args: Args) => Promise<Output>) => (args: Args) => Promise<Output>,
      options: { readonly step: "deserialize"; readonly priority: "low"; readonly name: string },
    ): void;
  };
}

/**
 * The calls of one service by the SDK. They reject with the SDK's own errors: the guard around them classifies them.
 * The SDK tries once; retries are the guard's (a broken connection), the observer's and the work queue's, who know the
 * budget.
 */
export function sdkCalls<Classes extends Commands>(
  ServiceClient: new (config: ClientConfig) => Client,
  commands: Classes,
  { region, requestHandler, onAnswered }: SdkOptions,
): Api<Classes> & { close(): void } {
  const client = new ServiceClient({
    ...(region === undefined ? {} : { region }),
    ...(requestHandler === undefined ? {} : { requestHandler }),
    maxAttempts: 1,
    customUserAgent: "aws-batch-operator",
  });
  boundAnswers(client);
  if (onAnswered !== undefined) dateAnswers(client, onAnswered);
  const calls = Object.entries(commands).map(([name, ServiceCommand]) => [
    name,
    async (input: never, { signal, beforeSend }: CallOptions = {}): Promise<unknown> => {
      const command: object = new ServiceCommand(input);
      if (beforeSend !== undefined) checkBeforeSend(command as Checkable, beforeSend);
      const answer = await client.send(command as never, signal === undefined ? {} : { abortSignal: signal });
      requireTextTags(answer);
      return answer;
    },
  ]);
  return { ...(Object.fromEntries(calls) as Api<Classes>), close: () => client.destroy() };
}

/** What the request handler answers is bounded before it is parsed. */
function boundAnswers({ middlewareStack }: Answering): void {
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: unknown };
      response.body = boundedBody(response.body);
      return result;
    },
    { step: "deserialize", priority: "low", name: "boundAnswers" },
  );
}

/** Reads when AWS gave an answer (https://www.rfc-editor.org/rfc/rfc9110#name-date). */
function dateAnswers({ middlewareStack }: Answering, onAnswered: (at: number) => void): void {
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const at = Date.parse(headers?.["date"] ?? "");
      if (!Number.isNaN(at)) onAnswered(at);
      return result;
    },
    { step: "deserialize", priority: "low", name: "dateAnswers" },
  );
}

/** Makes the check the innermost step of the command: what comes next is the request handler. */
function checkBeforeSend(command: Checkable, check: () => void): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      check();
      return await next(args);
    },
    { step: "deserialize", priority: "low", name: "beforeSend" },
  );
}
