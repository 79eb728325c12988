/* What the reader is told while the server is at work, and when it failed. */
window.plimsoll = window.plimsoll || {};

(function () {
  const PATIENCE_MS = 300;
  const PAGE = /"output":"[^"]*(?:main\.children|\\"body\\":)/;
  const place = (id) => document.getElementById(id);
  let atWork = 0;
  let timer = null;
  let announced = false;

  const say = (text) => {
    const told = place("pl-told");
    if (told) told.textContent = text;
  };
  const show = () => {
    const main = place("main");
    const progress = place("pl-progress");
    if (!main || !progress) return;
    main.setAttribute("aria-busy", "true");
    progress.hidden = false;
    announced = true;
    say("Loading");
  };
  const begin = () => {
    atWork += 1;
    if (atWork === 1) timer = window.setTimeout(show, PATIENCE_MS);
  };
  const end = () => {
    atWork -= 1;
    if (atWork > 0) return;
    window.clearTimeout(timer);
    const main = place("main");
    if (main) main.removeAttribute("aria-busy");
    if (place("pl-progress")) place("pl-progress").hidden = true;
    if (announced) say("Loaded");
    announced = false;
  };

  const failed = (why) => {
    const notice = place("pl-failed");
    if (!notice) return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    again.addEventListener("click", () => window.plimsoll.goHere());
    notice.replaceChildren(`${why} What you see is as it was before. `, again);
  };
  const worked = () => {
    if (place("pl-failed")) place("pl-failed").replaceChildren();
  };

  const asked = window.fetch.bind(window);
  window.fetch = async function (resource, init) {
    const text = init && typeof init.body === "string" ? init.body : "";
    if (!text || !PAGE.test(text)) return asked(resource, init);
    begin();
    try {
      const response = await asked(resource, init);
      if (response.status >= 400) failed(`The server could not answer (${response.status}).`);
      else worked();
      return response;
    } catch (fault) {
      failed("The server does not answer.");
      throw fault;
    } finally {
      /* The page is drawn after its answer has come. */
      window.setTimeout(end, 0);
    }
  };
})();
