import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../server/model.ts";

export interface AskedData<Data> {
  /** Undefined: AWS is being read. */
  readonly answer: Answer<Data> | undefined;
  /** Asks again. */
  readonly again: () => void;
}

/**
 * Asks the server a question about an object as soon as it is shown, and again when the question changes.
 * @param question with its parameters, e.g. `network?of=ID`; undefined: nothing is asked
 * @param version when it changes, the question is asked again, and the last answer stays until then
 */
export function useAnswer<Data>(question: string | undefined, version = ""): AskedData<Data> {
  const [read, setRead] = useState<{ readonly question: string; readonly answer: Answer<Data> }>();
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (question === undefined) return;
    const left = new AbortController();
    void fetched<Data>(question, left.signal)
      .catch((error: unknown): Answer<Data> => ({ problem: `The command does not answer: ${String(error)}` }))
      .then((answer) => {
        if (!left.signal.aborted) setRead({ question, answer });
      });
    return () => left.abort();
  }, [question, times, version]);
  const again = (): void => {
    setRead(undefined);
    setTimes(times + 1);
  };
  return { answer: read?.question === question ? read?.answer : undefined, again };
}

async function fetched<Data>(question: string, signal: AbortSignal): Promise<Answer<Data>> {
  const answer = await fetch(`ask/${question}`, { signal });
  return answer.ok ? ((await answer.json()) as Answer<Data>) : { problem: await answer.text() };
}

/** A question with its parameters. */
export function questionOf(question: string, about: Readonly<Record<string, string>>): string {
  return `${question}?${new URLSearchParams(about)}`;
}
