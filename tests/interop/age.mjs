// The other side of tests/crypto/test_interop.py: `node age.mjs FOLDER`, one process for everything.
// Opens FOLDER/*.naru.age into *.naru.open, seals FOLDER/*.plain into *.node.age, for each kind of
// identity in FOLDER/identities.json, and prints the recipients it derives from those identities.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter, Encrypter, armor, identityToRecipient } from "age-encryption";

const folder = process.argv[2];
const at = (name) => join(folder, name);
const { identities, passphrase } = JSON.parse(readFileSync(at("identities.json"), "utf8"));
const names = readdirSync(folder);
const recipients = {};

for (const [kind, pair] of Object.entries(identities)) {
  recipients[kind] = await Promise.all(pair.map(identityToRecipient));
  const [opener, sealer] = [new Decrypter(), new Encrypter()];
  opener.addIdentity(pair[0]);
  recipients[kind].forEach((recipient) => sealer.addRecipient(recipient));
  await bothWays(kind, opener, sealer);
}

const [opener, sealer] = [new Decrypter(), new Encrypter()];
opener.addPassphrase(passphrase);
sealer.setPassphrase(passphrase);
sealer.setScryptWorkFactor(4);
await bothWays("scrypt", opener, sealer);

const inArmor = await opener.decrypt(armor.decode(readFileSync(at("naru.armor"), "utf8")));
writeFileSync(at("naru.armor.open"), inArmor);
writeFileSync(at("node.armor"), armor.encode(await sealer.encrypt(inArmor)));

process.stdout.write(JSON.stringify(recipients));

async function bothWays(kind, opener, sealer) {
  for (const name of names.filter((each) => each.endsWith(`.${kind}.naru.age`))) {
    const plain = await opener.decrypt(new Uint8Array(readFileSync(at(name))));
    writeFileSync(at(name.replace(/age$/, "open")), plain);
  }
  for (const name of names.filter((each) => each.endsWith(".plain"))) {
    const sealed = await sealer.encrypt(new Uint8Array(readFileSync(at(name))));
    writeFileSync(at(name.replace(/plain$/, `${kind}.node.age`)), sealed);
  }
}
