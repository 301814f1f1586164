import { useEffect, useState } from "preact/hooks";
import { applied } from "../server/changes.ts";
import type { About, Details, Message, Snapshot } from "../server/model.ts";

/** What the page knows, and whether that is still so. */
export interface Live {
  readonly about: About | undefined;
  readonly snapshot: Snapshot;
  readonly isConnected: boolean;
}

const before: Live = {
  about: undefined,
  snapshot: { problems: [], items: {} },
  isConnected: false,
};

/** Follows the stream of all objects. The browser connects again by itself, and begins again. */
export function useLive(): Live {
  const [live, setLive] = useState(before);
  useEffect(() => {
    const source = new EventSource("live");
    listen(source, (message) => {
      if (message.event === "begin") {
        const { about, snapshot } = message.data;
        setLive({ about, snapshot, isConnected: true });
      } else if (message.event === "change") {
        const change = message.data;
        setLive((last) => ({ ...last, snapshot: applied(last.snapshot, change) }));
      }
    });
    source.onerror = () => setLive((last) => ({ ...last, isConnected: false }));
    return () => source.close();
  }, []);
  return live;
}

/** Follows the details of one object. Undefined: not read yet; null: it does not exist. */
export function useDetails(id: string): Details | null | undefined {
  const [read, setRead] = useState<{ readonly id: string; readonly details: Details | null }>();
  useEffect(() => {
    const source = new EventSource(`live?open=${encodeURIComponent(id)}`);
    listen(source, (message) => {
      if (message.event === "details") setRead({ id, details: message.data });
    });
    return () => source.close();
  }, [id]);
  return read?.id === id ? read.details : undefined;
}

function listen(source: EventSource, take: (message: Message) => void): void {
  for (const event of ["begin", "change", "details"] as const) {
    source.addEventListener(event, ({ data }: MessageEvent<string>) => take({ event, data: JSON.parse(data) }));
  }
}
