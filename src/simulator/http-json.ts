/** What services of AWS's protocols JSON 1.0 and 1.1 have in common: an `X-Amz-Target` with service and operation, and JSON both ways. */

import type { Answer } from "./http-answer.ts";
import { Refusal, ServiceError } from "./refusals.ts";

/** Answers with what `work` comes to, or in AWS's form with its refusal. @throws whatever else it throws */
export async function jsonAnswer(contentType: Answer["contentType"], work: () => Promise<unknown>): Promise<Answer> {
  const answer = (status: number, output: unknown): Answer => ({ status, contentType, body: JSON.stringify(output) });
  try {
    return answer(200, (await work()) ?? {});
  } catch (error) {
    if (error instanceof ServiceError) {
      return answer(error.$metadata.httpStatusCode, { __type: error.name, message: error.message });
    }
    if (error instanceof Refusal) {
      return answer(error.httpStatusCode, { __type: error.exception, message: error.message });
    }
    throw error;
  }
}

/** For an operation that the service may have, and the simulator does not. */
export function unknownOperation(operation: string, service: string): Refusal {
  return new Refusal("UnknownOperationException", 400, `the simulator does not know ${operation} of ${service}`);
}

/** The first member that is there and has another type. @param types by type, the names of the members */
export function wrongMember(
  body: Readonly<Record<string, unknown>>,
  types: Readonly<Partial<Record<"string" | "number" | "boolean", readonly string[]>>>,
): string | undefined {
  return Object.entries(types)
    .flatMap(([type, names]) => names.map((name) => ({ type, name })))
    .find(({ type, name }) => body[name] !== undefined && typeof body[name] !== type)?.name;
}
