// Signs people in with the issuer: authorization code and PKCE (RFC 7636). A page keeps no secret,
// so the client is a public one. Single-page applications may start from a copy of this file.

const PAGE = `${location.origin}/sign-in`;
const CALLBACK = `${PAGE}/callback`;
// What this tab remembers: until it is closed, and no other tab.
const ATTEMPT = "sign-in.attempt";
const TOKENS = "sign-in.tokens";

const element = (id) => document.getElementById(id);
let configuration;

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unguessable() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

// Reads JSON, or fails with what the server says is wrong.
async function ask(url, options) {
  const response = await fetch(url, options);
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.detail ?? answer.error_description ?? answer.error ?? response.statusText);
  }
  return answer;
}

function take(key) {
  const value = JSON.parse(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  return value;
}

function go(url, parameters) {
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    target.searchParams.set(name, value);
  }
  location.assign(target);
}

async function signIn() {
  const attempt = { state: unguessable(), verifier: unguessable() };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  go(configuration.authorization_endpoint, {
    ...configuration.parameters,
    response_type: "code",
    client_id: configuration.client_id,
    redirect_uri: CALLBACK,
    scope: configuration.scope,
    state: attempt.state,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: "S256",
  });
}

// The issuer has sent the browser back with a code, or with an error.
async function finishSignIn(answer) {
  const attempt = take(ATTEMPT);
  history.replaceState(null, "", PAGE); // a code is for one use, and not for the browser's history
  if (!attempt || answer.get("state") !== attempt.state) {
    throw new Error("This answer belongs to no sign-in of this tab. Sign in again.");
  }
  if (answer.has("iss") && answer.get("iss") !== configuration.issuer) {
    throw new Error("This answer comes from another issuer.");
  }
  if (answer.has("error")) {
    throw new Error(answer.get("error_description") ?? answer.get("error"));
  }
  const tokens = await ask(configuration.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      ...configuration.parameters,
      grant_type: "authorization_code",
      client_id: configuration.client_id,
      code: answer.get("code"),
      redirect_uri: CALLBACK,
      code_verifier: attempt.verifier,
    }),
  });
  sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
}

async function showWhoIsSignedIn(tokens) {
  const headers = { Authorization: `Bearer ${tokens.access_token}` };
  const profile = await ask("/api/v1/me", { headers });
  element("name").textContent = profile.email ?? profile.id;
  element("profile").textContent = JSON.stringify(profile, null, 2);
  element("signed-in").hidden = false;
}

function signOut() {
  const tokens = take(TOKENS);
  if (configuration.end_session_endpoint) {
    const hint = tokens?.id_token ? { id_token_hint: tokens.id_token } : {};
    const parameters = { client_id: configuration.client_id, post_logout_redirect_uri: PAGE };
    go(configuration.end_session_endpoint, { ...parameters, ...hint });
  } else {
    location.assign(PAGE);
  }
}

async function copyToken() {
  const tokens = JSON.parse(sessionStorage.getItem(TOKENS));
  await navigator.clipboard.writeText(tokens.access_token);
  element("status").textContent = "Copied: it is you for whoever holds it, until it expires.";
}

function handle(id, action) {
  element(id).addEventListener("click", () => Promise.resolve().then(action).catch(report));
}

function report(error) {
  element("problem").textContent = error.message;
  element("problem").hidden = false;
}

handle("sign-in", signIn);
handle("sign-out", signOut);
handle("copy", copyToken);
try {
  configuration = await ask("/sign-in/configuration");
  if (location.href.startsWith(CALLBACK)) {
    await finishSignIn(new URLSearchParams(location.search));
  }
  const tokens = JSON.parse(sessionStorage.getItem(TOKENS));
  if (tokens) {
    await showWhoIsSignedIn(tokens);
  }
} catch (error) {
  sessionStorage.removeItem(TOKENS);
  report(error);
}
element("sign-in").hidden = !configuration || !element("signed-in").hidden;
