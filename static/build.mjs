// Builds the browser files: static/css and static/js into static/dist. Run: node static/build.mjs
//
//   css/app.css        -> dist/app.css             one stylesheet for all pages
//   js/app.js          -> dist/js/app.js           loaded on each page
//   js/pages/NAME.js   -> dist/js/NAME.js          loaded by the page that names it
//   js/kinds/KIND.js   -> dist/js/kinds/KIND.js    the widget of one question kind
//   js/workers/W.js    -> dist/js/workers/W.js     what works beside the page
//   js/displays/D.js   -> dist/js/displays/D.js    the widget of one display
//   icons/*.svg        -> dist/*.svg
//   samples/*          -> dist/samples/*           what previews show before any data is there
//
// What two entries share becomes a chunk whose name carries its hash. Django hashes the entries.
import { build } from "esbuild";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");

/** The files of one folder with one ending, in a fixed order. */
function files(folder, ending) {
  const path = join(here, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => name.endsWith(ending)).sort()
    .map((name) => join(path, name));
}

// A rule whose subject is any element after another has the browser style a whole list anew when one row is
// put into it: with hundreds of marks that is most of the time from the key to the painted mark. Legends do
// not float here (base.css), so nothing has to clear them.
const UNIVERSAL = /legend \+ \* \{[^}]*\}/;
const withoutUniversal = {
  name: "without-universal",
  setup: ({ onLoad }) => onLoad({ filter: /bootstrap-reboot\.css$/ }, ({ path }) => {
    const text = readFileSync(path, "utf8");
    if (!UNIVERSAL.test(text)) throw new Error("Bootstrap's rule for what follows a legend is not where it was.");
    return { contents: text.replace(UNIVERSAL, ""), loader: "css" };
  }),
};

/** One entry point per script of a folder. */
function entries(folder, out) {
  return files(folder, ".js").map((path) => ({ in: path, out: join(out, basename(path, ".js")) }));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const path of files("icons", ".svg")) copyFileSync(path, join(dist, basename(path)));
cpSync(join(here, "samples"), join(dist, "samples"), { recursive: true });

const common = {
  absWorkingDir: join(here, ".."),
  bundle: true,
  minify: true,
  sourcemap: "external",
  outdir: dist,
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
};
const results = await Promise.all([
  build({ ...common, entryPoints: [{ in: join(here, "css/app.css"), out: "app" }], plugins: [withoutUniversal] }),
  build({
    ...common,
    entryPoints: [
      { in: join(here, "js/app.js"), out: "js/app" },
      ...entries("js/pages", "js"),
      ...entries("js/kinds", "js/kinds"),
      ...entries("js/displays", "js/displays"),
      ...entries("js/workers", "js/workers"),
    ],
    format: "esm",
    splitting: true,
    chunkNames: "js/chunks/[name]-[hash]",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
  }),
]);

const rows = results.flatMap((result) => Object.keys(result.metafile.outputs))
  .filter((path) => !path.endsWith(".map") && !path.endsWith(".txt")).sort();
for (const path of rows) {
  const bytes = gzipSync(readFileSync(join(here, "..", path)), { level: 9 }).length;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB gz  ${path}`);
}
