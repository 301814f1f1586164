/**
 * An error of AWS. Rules throw a `Refusal`; the simulator converts it into the error of an SDK client.
 *
 * Messages without a record from a real account are marked "our words"; no code may match on those.
 */
export class Refusal extends Error {
  readonly exception: string;
  readonly httpStatusCode: number;
  /** Whether Batch puts its text into `Error executing request, Exception : <text>, RequestId: <id>`. */
  readonly wrapped: boolean;

  constructor(exception: string, httpStatusCode: number, text: string, wrapped = false) {
    super(text);
    this.name = "Refusal";
    this.exception = exception;
    this.httpStatusCode = httpStatusCode;
    this.wrapped = wrapped;
  }
}

/** A validation error in Batch's wrapper. */
export function invalid(text: string): Refusal {
  return new Refusal("ClientException", 400, text, true);
}

/** A `ClientException` with a message without a wrapper. */
export function refused(text: string): Refusal {
  return new Refusal("ClientException", 400, text);
}

export function doesNotExist(arn: string): Refusal {
  return refused(`${arn} does not exist`);
}

export function alreadyExists(): Refusal {
  return new Refusal("ClientException", 409, "Object already exists");
}

export const updateWhileBusy = "Cannot update, resource is being modified";
export const deleteWhileBusy = "Cannot delete, resource is being modified";
export const stillAttached = "Cannot delete, found existing JobQueue relationship";
export const notReadyToAttach = "Compute Environments must be created and valid before attaching them to a job queue";

/** An error as a client of the AWS SDK sees it: the service's exception as `name`, with `$fault` and `$metadata`. */
export class ServiceError extends Error {
  readonly $fault: "client" | "server";
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string; readonly attempts: number };

  constructor(exception: string, httpStatusCode: number, message: string, requestId: string) {
    super(message);
    this.name = exception;
    this.$fault = httpStatusCode >= 500 ? "server" : "client";
    this.$metadata = { httpStatusCode, requestId, attempts: 1 };
  }
}

/** The call got no answer: the caller does not know its outcome. */
export class ConnectionError extends Error {
  readonly code: string;
  readonly $metadata: { readonly attempts: number } = { attempts: 1 };

  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** Converts a refusal into the error of an SDK client. */
export function serviceError(refusal: Refusal, requestId: string): ServiceError {
  const message = refusal.wrapped
    ? `Error executing request, Exception : ${refusal.message}, RequestId: ${requestId}`
    : refusal.message;
  return new ServiceError(refusal.exception, refusal.httpStatusCode, message, requestId);
}
