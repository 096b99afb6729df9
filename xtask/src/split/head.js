{
let primary, bytes, opened;
const place = "MORE";
const take = (taken) => { bytes = taken; };
// What fails here is tried again when it is needed.
self.fetchMore = () => {
    if (!opened) fetch(place).then((response) => response.ok && response.arrayBuffer()).then(take, () => {});
};
const now = () => {
    for (;;) {
        let why;
        try {
            const request = new XMLHttpRequest();
            request.open("GET", place, false);
            // Where a person sees the page, only text may be waited for: each letter is a byte.
            request.overrideMimeType("text/plain; charset=x-user-defined");
            request.send();
            if (request.status === 200) return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt());
            why = `status ${request.status}`;
        } catch (error) {
            why = error.message;
        }
        // A worker is begun anew; the page asks whether to try again (`ask.js`).
        if (!self.tryAgain?.(place, why)) throw new Error(`${place}: ${why}`);
    }
};
const open = () => {
    new WebAssembly.Instance(new WebAssembly.Module(bytes || now()), { primary });
    primary.$fetched.value = 1;
    opened = true;
};
for (const name of ["instantiate", "instantiateStreaming"]) {
    const make = WebAssembly[name];
    WebAssembly[name] = async (source, imports) => {
        const made = await make(source, { ...imports, more: { open } });
        primary = (made.instance ?? made).exports;
        return made;
    };
}
}
