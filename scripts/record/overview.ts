import { box, escaped, fonts, type Palette, palettes, type Scheme } from "./shapes.ts";

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Point = readonly [x: number, y: number];

const size = { width: 920, height: 366 };
const cluster = { x: 12, y: 40, width: 294, height: 252 };
const aws = { x: 408, y: 40, width: 500, height: 252 };
const queueObject = { x: 28, y: 70, width: 262, height: 84 };
const environmentObject = { x: 28, y: 176, width: 262, height: 98 };
const queue = { x: 424, y: 70, width: 184, height: 62 };
const successor = { x: 672, y: 70, width: 220, height: 84 };
const predecessor = { x: 672, y: 190, width: 220, height: 84 };

/** Each step, and where its number is in the drawing. */
const steps: readonly (readonly [text: string, at: Point])[] = [
  ["you change a field", [environmentObject.x + 240, environmentObject.y + 77]],
  ["the operator creates a successor", [successor.x + 200, successor.y + 20]],
  ["one write switches the queue", [638, 80]],
  ["the old one ends its jobs and is deleted", [predecessor.x + 200, predecessor.y + 20]],
];
/** Where the legend has each step. */
const legend: readonly Point[] = [
  [28, 318],
  [28, 344],
  [424, 318],
  [424, 344],
];

const alt =
  "A JobQueue and a BatchComputeEnvironment object in a cluster. A field of the environment changed: in AWS Batch the operator created a successor, the queue uses it, and the predecessor ends its jobs and is deleted.";

/** The picture at the top of README: which objects become what in AWS while an environment is replaced. Pure. */
export function overview(scheme: Scheme): string {
  const palette = palettes[scheme];
  const { back, line, muted, good, old, busy } = palette;
  const drawn = [
    region(cluster, "your cluster: what you apply", palette),
    region(aws, "AWS Batch: what the operator makes of it", palette),
    arrow([290, 96], [queue.x, 96], muted),
    arrow([290, 200], [successor.x, 140], busy),
    arrow([290, 232], [predecessor.x, 232], muted),
    arrow([queue.x + queue.width, 104], [successor.x, 104], good),
    card(
      queueObject,
      line,
      [
        ["b", "JobQueue"],
        ["m", "name: train"],
        ["m", "computeEnvironmentRef: workers"],
      ],
      palette,
    ),
    card(
      environmentObject,
      line,
      [
        ["b", "BatchComputeEnvironment"],
        ["m", "name: workers"],
      ],
      palette,
    ),
    changedField(environmentObject, "instanceTypes: [c7i.large]", palette),
    card(
      queue,
      line,
      [
        ["b", "job queue"],
        ["m", "team_train"],
      ],
      palette,
    ),
    card(
      successor,
      good,
      [
        ["b", "the successor"],
        ["m", "team_workers-9f8e7d6c"],
        ["", "serves the queue"],
      ],
      palette,
    ),
    card(
      predecessor,
      old,
      [
        ["b", "the predecessor"],
        ["m", "team_workers-1a2b3c4d"],
        ["", "ends its jobs"],
      ],
      palette,
    ),
    sign({ x: 312, y: 152, width: 90, height: 34 }, "operator", palette),
    ...steps.flatMap(([text, at], index) => {
      const [x, y] = legend[index] ?? at;
      const words = `<text x="${x + 18}" y="${y + 5}">${escaped(text)}</text>`;
      return [numbered(at, index + 1, palette), numbered([x, y], index + 1, palette), words];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${alt}">
<style>${fonts(palette)}.n{font-size:12px;font-weight:700;fill:${back}}</style>
<rect width="${size.width}" height="${size.height}" rx="10" fill="${back}"/>
${drawn.join("\n")}
</svg>
`;
}

function region({ x, y, width, height }: Rectangle, title: string, { line }: Palette): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="12" fill="none" stroke="${line}" stroke-dasharray="3 4"/><text class="q" x="${x + 4}" y="${y - 12}">${escaped(title)}</text>`;
}

/** @param lines with the class of each: `b` is bold, `m` code, `q` quiet */
function card(
  { x, y, width, height }: Rectangle,
  stroke: string,
  lines: readonly (readonly [kind: string, text: string])[],
  { surface }: Palette,
): string {
  const texts = lines.map(
    ([kind, text], index) => `<text class="${kind}" x="${x + 14}" y="${y + 25 + index * 23}">${escaped(text)}</text>`,
  );
  return box(x, y, width, height, surface, stroke, 2) + texts.join("");
}

function changedField({ x, y, width }: Rectangle, text: string, { mark }: Palette): string {
  return `<rect x="${x + 8}" y="${y + 64}" width="${width - 16}" height="26" rx="4" fill="${mark}"/><text class="m b" x="${x + 14}" y="${y + 82}">${escaped(text)}</text>`;
}

/** From left to right, level at both ends. */
function arrow([fromX, fromY]: Point, [toX, toY]: Point, colour: string): string {
  const end = toX - 2;
  return `<path d="M${fromX} ${fromY}C${toX - 50} ${fromY} ${toX - 70} ${toY} ${end - 8} ${toY}" fill="none" stroke="${colour}" stroke-width="2.5"/><path d="M${end - 10} ${toY - 6}L${end} ${toY}L${end - 10} ${toY + 6}Z" fill="${colour}"/>`;
}

function sign({ x, y, width, height }: Rectangle, word: string, { back, text }: Palette): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${height / 2}" fill="${text}"/><text text-anchor="middle" x="${x + width / 2}" y="${y + 22}" style="fill:${back};font-weight:600">${escaped(word)}</text>`;
}

function numbered([x, y]: Point, number: number, { busy }: Palette): string {
  return `<circle cx="${x}" cy="${y}" r="10" fill="${busy}"/><text class="n" text-anchor="middle" x="${x}" y="${y + 4.5}">${number}</text>`;
}
