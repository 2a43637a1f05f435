// Builds what the intake serves, the same bytes from the same lock file: `npm ci && npm run build`.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] || join(here, "../app/intake/static");
const LANGUAGES = ["en", "ko", "zh"];
const digest = (path) => "sha384-" + createHash("sha384").update(readFileSync(path)).digest("base64");
const BANNER =
  "/* Naru, AGPL-3.0-or-later. Holds @noble/ciphers, curves, hashes and post-quantum, (c) Paul Miller, MIT. Source: web/ */";

mkdirSync(out, { recursive: true });
const words = {};
for (const lang of LANGUAGES) {
  copyFileSync(join(here, `words/${lang}.txt`), join(out, `words.${lang}.txt`));
  words[lang] = digest(join(here, `words/${lang}.txt`));
}

const bundle = (entryPoints, define) =>
  build({
    absWorkingDir: here,
    entryPoints,
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2021",
    charset: "utf8",
    legalComments: "none",
    banner: { js: BANNER },
    define,
  });

// The page's script names the digest of the one that seals files, so that one comes first.
await bundle({ sealer: "src/sealer.js" }, {});
const define = { WORDS: JSON.stringify(words), SEALER: JSON.stringify(digest(join(out, "sealer.js"))) };
await bundle({ naru: "src/page.js", offline: "src/offline.js" }, define);

const hashes = {};
for (const name of ["naru.js", "sealer.js", "offline.js", ...LANGUAGES.map((lang) => `words.${lang}.txt`)]) {
  hashes[name] = digest(join(out, name));
}

// The terms of what is bundled go where /notices reads them.
const { dependencies } = JSON.parse(readFileSync(join(here, "package.json")));
const terms = Object.entries(dependencies).map(
  ([name, version]) => `${name} ${version}: MIT\n\n${readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim()}\n`,
);
writeFileSync(join(out, "notices.txt"), terms.join("\n\n"));
writeFileSync(join(out, "hashes.json"), JSON.stringify(hashes, null, 1) + "\n");
