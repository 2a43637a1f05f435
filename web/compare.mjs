// The figures behind docs/decisions: npm age-encryption beside our own sealer, bundled alike.

import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ENTRIES = {
  "age-encryption, Encrypter and Decrypter": 'export { Encrypter, Decrypter } from "age-encryption";',
  "age-encryption, Encrypter": 'export { Encrypter } from "age-encryption";',
  "src/age.js, seal and open": 'export { seal, open, recipient, recipientOf } from "./src/age.js";',
  "src/age.js, seal": 'export { seal, recipient } from "./src/age.js";',
};

for (const [name, contents] of Object.entries(ENTRIES)) {
  const made = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2021",
    legalComments: "none",
  });
  const bytes = made.outputFiles[0].contents;
  console.log(`${name}: ${bytes.length} B, gzip ${gzipSync(bytes, { level: 9 }).length} B`);
}
