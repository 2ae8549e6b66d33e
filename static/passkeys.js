// Passkeys: a form with data-passkey (create | get) and data-options asks the browser and sends its answer.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const answers = {
  async create(options) {
    const key = await navigator.credentials.create({ publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    } });
    return {
      id: key.id, rawId: text(key.rawId), type: key.type,
      response: {
        attestationObject: text(key.response.attestationObject),
        clientDataJSON: text(key.response.clientDataJSON),
        transports: key.response.getTransports?.() ?? [],
      },
      extensions: JSON.stringify(key.getClientExtensionResults()),
    };
  },
  async get(options) {
    const key = await navigator.credentials.get({ publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    } });
    return {
      id: key.id, rawId: text(key.rawId), type: key.type,
      response: {
        authenticatorData: text(key.response.authenticatorData),
        clientDataJSON: text(key.response.clientDataJSON),
        signature: text(key.response.signature),
        userHandle: text(key.response.userHandle ?? new ArrayBuffer(0)),
      },
      assertionClientExtensions: JSON.stringify(key.getClientExtensionResults()),
    };
  },
};

const ask = async (form) => {
  const said = form.querySelector("[role=status]");
  try {
    const answer = await answers[form.dataset.passkey](JSON.parse(form.dataset.options));
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch {
    said.textContent = form.dataset.failed;
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
  ask(form);
}
