const shown = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const today = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** A moment in the time zone of the person: the time alone in the step of a timeline. */
export function Moment({ at, isShort = false }: { readonly at: string; readonly isShort?: boolean }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>{at}</span>;
  return (
    <time dateTime={at} title={at}>
      {(isShort ? today : shown).format(date)}
    </time>
  );
}
