import type { DrawnEnvironment, Frame } from "./frames.ts";
import { box, escaped, fonts, type Palette, palettes, type Scheme } from "./shapes.ts";

const size = { width: 920, height: 330 };
const secondsPerFrame = 2.2;
/** The last frame stays. */
const lastSeconds = 4;

/** Frames as one SVG that shows them one after the other; without motion, for who asks for that, the last one. Pure. */
export function drawing(frames: readonly Frame[], scheme: Scheme): string {
  const total = (frames.length - 1) * secondsPerFrame + lastSeconds;
  const percent = (frame: number): string => `${((100 * frame * secondsPerFrame) / total).toFixed(2)}%`;
  const rules = frames.map((_, index) => {
    const end = index === frames.length - 1 ? "" : `${percent(index + 1)}{opacity:0}`;
    return `@keyframes f${index}{0%{opacity:${index === 0 ? 1 : 0}}${percent(index)}{opacity:1}${end}}#f${index}{animation:f${index} ${total.toFixed(1)}s step-end infinite}`;
  });
  const still = `@media (prefers-reduced-motion:reduce){g[id]{animation:none!important;opacity:0}#f${frames.length - 1}{opacity:1!important}}`;
  const palette = palettes[scheme];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="A recording: the instance type of a compute environment changes; the operator creates a successor, switches the queue to it without a gap, and removes the old environment.">
<style>${fonts(palette)}${rules.join("")}${still}</style>
<rect width="${size.width}" height="${size.height}" rx="10" fill="${palette["back"]}"/>
${frames.map((frame, index) => `<g id="f${index}"${index === frames.length - 1 ? "" : ' opacity="0"'}>${content(frame, frames[index - 1], palette)}</g>`).join("\n")}
</svg>
`;
}

const left = { x: 20, y: 60, width: 250, height: 190 };
const middle = { x: 310, width: 310, height: 84 };
const right = { x: 690, y: 105, width: 210, height: 84 };

function content(frame: Frame, before: Frame | undefined, palette: Palette): string {
  const { environments, serving } = frame;
  const rows = environments.map((environment, index) => ({
    environment,
    y: environments.length === 1 ? 105 : 60 + index * 106,
  }));
  const served = rows.find(({ environment }) => environment.name === serving);
  const changed = before !== undefined && before.spec !== frame.spec;
  return [
    titles(palette),
    manifest(frame.spec, changed, palette),
    ...rows.map(({ environment, y }) => environmentBox(environment, y, environment.name === serving, palette)),
    frame.queue === undefined ? "" : queueBox(frame.queue, palette),
    served === undefined ? "" : lineBetween(served.y, palette),
    caption(frame, palette),
  ].join("");
}

function titles({ muted }: Palette): string {
  const title = (x: number, text: string): string => `<text x="${x}" y="36" style="fill:${muted}">${text}</text>`;
  return title(left.x, "what you apply") + title(middle.x, "environments in AWS Batch") + title(right.x, "your queue");
}

function manifest(spec: string, isChanged: boolean, { surface, line, mark }: Palette): string {
  const { x, y, width, height } = left;
  const lines = [
    "kind: BatchComputeEnvironment",
    "metadata:",
    "  name: story",
    "spec:",
    "  computeResources:",
    "    type: EC2",
    `    ${spec}`,
  ];
  const text = lines.map(
    (one, index) =>
      `<text class="m${index === 6 ? " b" : ""}" x="${x + 12}" y="${y + 28 + index * 24}" xml:space="preserve">${escaped(one)}</text>`,
  );
  const marked = isChanged
    ? `<rect x="${x + 6}" y="${y + 155}" width="${width - 12}" height="24" rx="4" fill="${mark}"/>`
    : "";
  return box(x, y, width, height, surface, line, 1) + marked + text.join("");
}

function environmentBox({ name, inAws, step }: DrawnEnvironment, y: number, serves: boolean, palette: Palette): string {
  const { surface, good, busy, old } = palette;
  const colour = serves ? good : step === undefined || step === "Standby" ? busy : old;
  const role = serves ? "serves the queue" : step === undefined ? "new" : `old: ${stepWords[step] ?? step}`;
  const { x, width, height } = middle;
  return (
    box(x, y, width, height, surface, colour, 2) +
    `<text class="m b" x="${x + 14}" y="${y + 26}">${escaped(name)}</text>` +
    `<text class="q" x="${x + 14}" y="${y + 48}">${escaped(inAws)}</text>` +
    `<text x="${x + 14}" y="${y + 70}" style="fill:${colour};font-weight:600">${escaped(role)}</text>`
  );
}

/** Steps of `status.predecessors` in a few words. */
const stepWords: Readonly<Record<string, string>> = {
  Standby: "ready",
  Soaking: "ready for a rollback",
  InUse: "in use",
  Disabling: "being disabled",
  Draining: "waits for its jobs",
  Deleting: "being deleted",
};

function queueBox(queue: string, { surface, line }: Palette): string {
  const { x, y, width, height } = right;
  return (
    box(x, y, width, height, surface, line, 1) +
    `<text class="b" x="${x + 14}" y="${y + 26}">JobQueue story</text><text class="q" x="${x + 14}" y="${y + 48}">${escaped(queue)}</text>`
  );
}

function lineBetween(y: number, { good }: Palette): string {
  const [fromX, fromY] = [right.x, right.y + right.height / 2];
  const [toX, toY] = [middle.x + middle.width, y + middle.height / 2];
  const half = (fromX + toX) / 2;
  return `<path d="M${fromX} ${fromY}C${half} ${fromY} ${half} ${toY} ${toX + 9} ${toY}" fill="none" stroke="${good}" stroke-width="2.5"/><path d="M${toX + 10} ${toY - 5}L${toX + 1} ${toY}L${toX + 10} ${toY + 5}Z" fill="${good}"/>`;
}

/** Minutes and seconds of the run, and what the object reports. */
function caption({ second, report }: Frame, _palette: Palette): string {
  const time = `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, "0")}`;
  return `<text class="m q" x="${left.x}" y="${size.height - 24}">${time}</text><text x="${left.x + 60}" y="${size.height - 24}">${escaped(cut(report))}</text>`;
}

const mostCharacters = 108;

function cut(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}
