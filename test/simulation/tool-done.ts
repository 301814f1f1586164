/** Takes back what a tool did, if that keeps an object from its desired state; true when it is done. */
export type Undo = () => Promise<boolean>;

export interface Done {
  /** In words; undefined: there was nothing to do it to. */
  readonly what: string | undefined;
  readonly undo?: Undo;
}
