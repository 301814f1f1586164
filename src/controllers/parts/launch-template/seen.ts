/** What `$Latest` and `$Default` of the launch templates of an environment are, as EC2 says. */
export interface TemplateSeen {
  /** The numbers of the versions, of the template and then of its overrides: `7`, or `7/3`; undefined: not known. */
  readonly version: string | undefined;
  /** Why not. */
  readonly why?: string;
  readonly checkInMs: number;
}
