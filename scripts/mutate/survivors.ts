import type { Survivor } from "./verdict.ts";

/** The mutants that no test notices, each with the reason why it may live. */
export const survivors: readonly Survivor[] = [
  {
    file: "src/aws/errors.ts",
    in: "for (let at: unknown = error, depth = 0; at !== undefined && at !== null && depth < 4; depth++) {",
    was: "at !== null",
    becomes: "true",
    why: "null has no member, so the loop ends a round later with the same facts",
  },
  {
    file: "src/aws/errors.ts",
    in: "if (statusAtLeast !== undefined && !(status !== undefined && status >= statusAtLeast)) return false;",
    was: "status !== undefined",
    becomes: "true",
    why: "undefined is neither above nor below a number; the comparison is for the compiler",
  },
  {
    file: "src/aws/errors.ts",
    in: "return statusBelow === undefined || (status !== undefined && status < statusBelow);",
    was: "status !== undefined",
    becomes: "true",
    why: "undefined is neither above nor below a number; the comparison is for the compiler",
  },
  {
    file: "src/aws/errors.ts",
    in: '.replace(/\\s*Deserialization error: to see the raw response[\\s\\S]*$/, "")',
    was: "/\\s*Deserialization error: to see the raw response[\\s\\S]*$/",
    becomes: "/\\s*Deserialization error: to see the raw response[\\s\\S]*/",
    why: "[\\s\\S]* reads to the end anyway",
  },
];
