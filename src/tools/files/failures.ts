import { getSystemErrorMessage } from "node:util";
import { CommandError } from "../../operator/io.ts";

/** What was to be done with a file. */
export type Done = "read" | "written" | "removed";

/** The error of a system call (a full disk, a missing permission) as one for the person, in the system's words; any other as it is. */
export function failed(error: unknown, path: string, done: Done): unknown {
  if (!isSystemCall(error)) return error;
  const { errno, code, message } = error;
  // Node's own message has the path of a handle, which says nothing to a person.
  const reason = errno === undefined ? message : `${code}: ${getSystemErrorMessage(errno)}`;
  return new CommandError(`${path} cannot be ${done}: ${reason}`, { cause: error });
}

function isSystemCall(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
