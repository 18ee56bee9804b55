// OpenID Connect issuer for tests: node server.mjs FOLDER.
//
// FOLDER/issuer.json   {"port", "audience", "client_id", "origin"}; the client is a web page at `origin`
// FOLDER/accounts.json {account: claims of its access tokens}, read at each use; accounts that are
//                      not listed can sign in too
// FOLDER/keys.json     signing keys, generated if the file does not exist

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import Provider from "oidc-provider";

const path = (name) => join(process.argv[2], `${name}.json`);
const read = (name) => JSON.parse(readFileSync(path(name), "utf-8"));

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };
}

if (!existsSync(path("keys"))) {
  writeFileSync(path("keys"), JSON.stringify({ keys: [newKey()] }));
}

const { port, audience, client_id, origin } = read("issuer");
const page = `${origin}/sign-in`;

const issuer = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id,
      token_endpoint_auth_method: "none",
      redirect_uris: [`${page}/callback`],
      post_logout_redirect_uris: [page],
    },
  ],
  clientBasedCORS: (_, from) => from === origin,
  cookies: { keys: [randomUUID()] },
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience,
        scope: "",
        accessTokenFormat: "jwt",
        accessTokenTTL: 3600,
      }),
    },
  },
  jwks: read("keys"),
  pkce: { required: () => true },
  findAccount: (_, account) => ({ accountId: account, claims: () => ({ sub: account }) }),
  extraTokenClaims: (_, token) => read("accounts")[token.accountId] ?? {},
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
});

issuer.use(async (context, next) => {
  console.log(`${context.method} ${context.path}`);
  await next();
});
issuer.listen(port, "127.0.0.1");
