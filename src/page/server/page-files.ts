import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

/** The files of the page by name. */
export type PageFiles = Readonly<Record<string, { readonly contentType: string; readonly body: string }>>;

const root = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Builds the page from its source. `scripts/build.ts` puts the result into the bundle, in place of this function, so that
 * only a program that runs from its source needs esbuild.
 */
export async function pageFiles(): Promise<PageFiles> {
  return (await builtPage()).files;
}

/** @returns also the inputs, for the licences of the packages in it */
export async function builtPage(): Promise<{ readonly files: PageFiles; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/page/browser/page.tsx", "src/page/browser/page.css"],
    outdir: "dist",
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    metafile: true,
    write: false,
  });
  const built = outputFiles.map(({ path, text }): [string, PageFiles[string]] => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const contentType = name.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
    return [name, { contentType, body: text }];
  });
  const index = { contentType: "text/html; charset=utf-8", body: indexHtml };
  const icon = { contentType: "image/svg+xml", body: iconSvg };
  return { files: { "index.html": index, "icon.svg": icon, ...Object.fromEntries(built) }, metafile };
}

const indexHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>aws-batch-operator</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. In a terminal, kubectl get awsbatch -A shows the same objects.</noscript>
</body>
</html>
`;

/** A queue that goes on in two environments. */
const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0a58ca"/><path d="M3 8h4m0 0c2 0 1-4 3-4h3M7 8c2 0 1 4 3 4h3" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round"/></svg>
`;
