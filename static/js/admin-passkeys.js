// Makes and asks for passkeys: what the server and the browser say to each other is JSON with bytes as base64url.
"use strict";
{
  const REFUSED = "No passkey was used: it was cancelled, took too long, or this device has none for this page.";
  const KNOWN = "This device has a passkey for your account already.";
  const NOT_HERE = "Passkeys do not work at this address. Ask for the page by its name, over https.";
  const WHY = { InvalidStateError: KNOWN, SecurityError: NOT_HERE };

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt());
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  function asked({ publicKey }) {
    const named = (list) => list && list.map((one) => ({ ...one, id: bytes(one.id) }));
    const { challenge, user, excludeCredentials, allowCredentials } = publicKey;
    return {
      ...publicKey,
      challenge: bytes(challenge),
      ...(user && { user: { ...user, id: bytes(user.id) } }),
      ...(excludeCredentials && { excludeCredentials: named(excludeCredentials) }),
      ...(allowCredentials && { allowCredentials: named(allowCredentials) }),
    };
  }

  function answered(credential) {
    const { id, rawId, type, authenticatorAttachment, response } = credential;
    const said = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    return JSON.stringify({
      id,
      rawId: text(rawId),
      type,
      authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: Object.fromEntries(said.filter((name) => response[name]).map((name) => [name, text(response[name])])),
    });
  }

  async function make(form, options) {
    const isAlone = form.elements.passwordless.checked;
    const publicKey = asked(options.creation_options);
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: isAlone ? "required" : "discouraged",
      requireResidentKey: isAlone,
      userVerification: isAlone ? "required" : "preferred",
    };
    return navigator.credentials.create({ publicKey });
  }

  async function optionsOf(form) {
    const { options, from } = form.dataset;
    if (options) return JSON.parse(document.getElementById(options).textContent);
    return (await fetch(from, { headers: { Accept: "application/json" } })).json();
  }

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const line = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    form.querySelectorAll(".without-script").forEach((words) => words.remove());
    if (!navigator.credentials || !window.PublicKeyCredential) {
      line.textContent = form.dataset.passkey === "log in" ? "" : NOT_HERE;
      return;
    }
    button.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      line.textContent = "";
      button.disabled = true;
      try {
        const options = await optionsOf(form);
        const credential = await (form.dataset.passkey === "make"
          ? make(form, options)
          : navigator.credentials.get({ publicKey: asked(options.request_options) }));
        form.elements.credential.value = answered(credential);
        form.submit();
      } catch (error) {
        line.textContent = WHY[error.name] || REFUSED;
        button.disabled = false;
      }
    });
  });
}
