import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";

/** What cannot be drawn is a sentence, and the rest of the page stays. */
export function Boundary({ children }: { readonly children: ComponentChildren }) {
  const [error, again] = useErrorBoundary();
  if (error === undefined) return <>{children}</>;
  return (
    <div class="notice problem">
      <p>This cannot be shown: {String(error)}</p>
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
