/**
 * What AWS answers when it will not do something. Rules throw a `Refusal`; the front of the simulator turns it into
 * the error that an SDK client would reject with.
 *
 * Texts with no record from a real account are marked "our words"; nothing may match on those.
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

/** A `ClientException` whose text Batch answers bare. */
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

/** The call never got an answer: what became of it is unknown to the caller. */
export class ConnectionError extends Error {
  readonly code: string;
  readonly $metadata: { readonly attempts: number } = { attempts: 1 };

  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** Turns a refusal into the error of an SDK client. */
export function serviceError(refusal: Refusal, requestId: string): ServiceError {
  const message = refusal.wrapped
    ? `Error executing request, Exception : ${refusal.message}, RequestId: ${requestId}`
    : refusal.message;
  return new ServiceError(refusal.exception, refusal.httpStatusCode, message, requestId);
}
