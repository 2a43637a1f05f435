// Builds the one file a partner verifies with: `node verify/build.mjs`, after `npm ci` in web/.
// The same lock file gives the same bytes; the policy in the page lets in this script alone.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] || join(here, "../../app/desk/static/naru-verify.html");
const BANNER = "/* Naru, AGPL-3.0-or-later. Holds age-encryption (c) Filippo Valsorda, BSD-3-Clause, and @noble/*, @scure/base (c) Paul Miller, MIT. Source: web/verify */";

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["src/page.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: BANNER },
  write: false,
});
const js = outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
const css = readFileSync(join(here, "page.css"), "utf8").trim();
const digest = (text) => createHash("sha256").update(text).digest("base64");
const page = readFileSync(join(here, "page.html"), "utf8")
  .replace("STYLE", () => digest(css))
  .replace("SCRIPT", () => digest(js))
  .replace("<style>CSS", () => `<style>${css}`)
  .replace("<script>JS", () => `<script>${js}`);
writeFileSync(out, page);
