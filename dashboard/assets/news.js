/* A quiet notice when the store has changed under an open page; nothing moves by itself. */
window.plimsoll = window.plimsoll || {};

(function () {
  const EVERY_MS = 60_000;
  const LONGEST_MS = 600_000;
  let wait = EVERY_MS;
  let timer = null;
  const shown = () => {
    const standing = document.querySelector("[data-version]");
    return standing ? standing.dataset.version : null;
  };
  const notice = () => document.getElementById("pl-news");

  let lastFocus = null;
  document.addEventListener("focusin", (event) => {
    if (event.target.closest("main")) lastFocus = event.target;
  });

  /* A redrawn part is made of new elements: its place among those of its panel stays the same. */
  const stops = (part) => [...part.querySelectorAll("a[href], button, input, summary, [tabindex]")];
  const panelOf = (name) =>
    (name && document.querySelector(`section[aria-labelledby="${CSS.escape(name)}"]`)) ||
    document.getElementById("main");
  const placeOf = (element) => {
    const panel = element && element.closest("section[aria-labelledby]");
    const name = panel ? panel.getAttribute("aria-labelledby") : null;
    return { name: name, at: element ? stops(panelOf(name)).indexOf(element) : -1 };
  };
  const comeBackTo = (place, before) => {
    const main = document.getElementById("main");
    main.focus({ preventScroll: true });
    const watch = new MutationObserver(() => {
      const now = shown();
      if (now === null || now === before) return;
      watch.disconnect();
      window.requestAnimationFrame(() => {
        const again = stops(panelOf(place.name))[place.at] || main;
        again.focus({ preventScroll: true });
      });
    });
    watch.observe(main, { subtree: true, childList: true, attributes: true });
  };

  const tell = (...parts) => {
    const place = notice();
    const text = parts.map((part) => part.textContent || part).join("");
    if (place && place.textContent !== text) place.replaceChildren(...parts);
  };
  const offer = (state) => {
    const show = document.createElement("button");
    show.type = "button";
    show.textContent = "Show them";
    show.addEventListener("click", () => {
      window.dash_clientside.set_props("redraw", { data: state.version });
      comeBackTo(placeOf(lastFocus), shown());
      tell("");
    });
    const age = state.as_of ? `: data as of ${state.as_of}` : "";
    tell(`There are new data${age}. `, show);
  };

  const look = async () => {
    window.clearTimeout(timer);
    if (document.visibilityState === "visible" && shown() !== null) {
      try {
        const answer = await window.fetch(`${window.plimsoll.base()}freshness`, {
          cache: "no-store",
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const state = await answer.json();
        wait = EVERY_MS;
        if (state.version !== shown()) offer(state);
        else tell("");
      } catch (away) {
        wait = Math.min(2 * wait, LONGEST_MS);
        tell("The server does not answer. What you see stays as it was.");
      }
    }
    timer = window.setTimeout(look, wait);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  timer = window.setTimeout(look, EVERY_MS);
  window.plimsoll.look = look;
})();
