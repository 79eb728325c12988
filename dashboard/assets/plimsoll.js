/* Clientside callbacks and the few things that only a browser knows: address, scheme, width. */
window.dash_clientside = window.dash_clientside || {};
window.plimsoll = window.plimsoll || {};

(function () {
  const noUpdate = () => window.dash_clientside.no_update;
  const SCHEME_KEY = "plimsoll-colour-scheme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 700px)");

  const storedScheme = () => {
    try {
      return window.localStorage.getItem(SCHEME_KEY);
    } catch (refused) {
      return null;
    }
  };
  const currentScheme = () => storedScheme() || (dark.matches ? "dark" : "light");
  const applyScheme = (scheme) => {
    document.documentElement.dataset.scheme = scheme;
    document.documentElement.dataset.agThemeMode = scheme;
  };
  /* The server stops drawing what this tab has turned away from. */
  const tab = String(Math.random()).slice(2);
  const view = () => ({ scheme: currentScheme(), narrow: narrow.matches, tab: tab });
  const tellView = () => {
    applyScheme(currentScheme());
    if (window.dash_clientside.set_props) window.dash_clientside.set_props("view", { data: view() });
  };
  applyScheme(currentScheme());
  dark.addEventListener("change", tellView);
  narrow.addEventListener("change", tellView);

  const queryOf = (values, ids) => {
    const query = new URLSearchParams();
    ids.forEach((id, place) => {
      const days = window.plimsoll.days;
      const value = days.fields.has(id.filter)
        ? days.settled(id, values[place])
        : values[place];
      (Array.isArray(value) ? value : [value])
        .filter((part) => part !== null && part !== undefined && part !== "" && part !== id.default)
        .forEach((part) => query.append(id.filter, part));
    });
    return query;
  };

  const keepOthers = (query, ids) => {
    const here = new Set(ids.map((id) => id.filter));
    new URLSearchParams(window.location.search).forEach((value, key) => {
      if (!here.has(key)) query.append(key, value);
    });
    return query;
  };

  /* A part of a page that the address names is opened and gone to, once the page is there. */
  const namedPart = () => {
    const name = decodeURIComponent(window.location.hash.slice(1));
    const part = name && document.getElementById(name);
    if (!part) return null;
    for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    return part;
  };
  window.addEventListener("hashchange", () => {
    const part = namedPart();
    if (part) part.scrollIntoView();
  });

  /* Where the reader is, as far as the page has been told: its path and its query. */
  const here = () => window.location.pathname + window.location.search;
  let known = here();
  let visits = 0;
  const move = (how) => {
    known = here();
    visits += 1;
    window.dash_clientside.set_props("moved", { data: { how: how, visit: visits } });
  };
  window.plimsoll.base = () => {
    const config = document.getElementById("_dash-config");
    return config ? JSON.parse(config.textContent).url_base_pathname || "/" : "/";
  };
  window.plimsoll.goHere = () => move("again");
  window.addEventListener("_dashprivate_pushstate", () => {
    const link = document.activeElement;
    move(link && link.closest(".pl-under-filters") ? "filtered" : "went");
  });
  window.addEventListener("popstate", () => {
    if (here() === known) return;
    const path = known.split("?")[0];
    move(window.location.pathname === path ? "filtered" : "back");
  });

  /* How far down a page was read is kept with its entry of the history, for the way back. */
  window.history.scrollRestoration = "manual";
  let resting = null;
  window.addEventListener("scroll", () => {
    window.clearTimeout(resting);
    const place = window.location.href;
    resting = window.setTimeout(() => {
      if (window.location.href !== place) return;
      window.history.replaceState({ ...window.history.state, down: window.scrollY }, "");
    }, 200);
  });
  const readTo = () => (window.history.state && window.history.state.down) || 0;

  let filteredPage = null;

  const markCurrent = () =>
    document.querySelectorAll(".pl-nav a").forEach((link) => {
      if (link.classList.contains("pl-current")) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });

  const linksWith = (search, ids) => ids.map((id) => id.path + search);

  window.dash_clientside.plimsoll = {
    readAddress: function (moved) {
      const shown = view();
      const address = {
        pathname: window.location.pathname,
        search: window.location.search,
        view: shown,
        moved: (moved && moved.how) || "came",
        visit: (moved && moved.visit) || 0,
      };
      return [address, shown];
    },

    writeFilters: function (values, ids, written, links, drawn) {
      const page = drawn.length ? drawn[0].drawn : null;
      if (page !== filteredPage) {
        /* The controls have just been set from the address: there is nothing to write. */
        filteredPage = page;
        return [noUpdate(), linksWith(window.location.search, links)];
      }
      const query = keepOthers(queryOf(values, ids), ids);
      query.sort();
      const text = query.toString();
      const before = new URLSearchParams(written || "");
      before.sort();
      const search = text ? `?${text}` : "";
      if (before.toString() === text) {
        return [noUpdate(), linksWith(window.location.search, links)];
      }
      /* A filter is a step: Back takes it away. */
      window.history.pushState({ down: window.scrollY }, "", window.location.pathname + search);
      known = here();
      return [search, linksWith(search, links)];
    },

    switchScheme: function (clicks) {
      if (!clicks) return noUpdate();
      const next = currentScheme() === "dark" ? "light" : "dark";
      try {
        window.localStorage.setItem(SCHEME_KEY, next);
      } catch (refused) {
        /* A browser without storage keeps the scheme until the page is left. */
      }
      applyScheme(next);
      return { ...view(), scheme: next };
    },

    provideScheme: function (shown) {
      const scheme = (shown && shown.scheme) || currentScheme();
      return [scheme, scheme === "dark" ? "Light colours" : "Dark colours"];
    },

    arrive: function (arrival) {
      const { title, moved } = arrival || {};
      window.requestAnimationFrame(markCurrent);
      document.title = title ? `${title} · Plimsoll` : "Plimsoll";
      const heading = document.querySelector("main h1");
      if (moved === "filtered" || moved === "again") {
        const lost = document.activeElement === document.body;
        const near = document.querySelector(".pl-quick [aria-current]") || heading;
        if (lost && near) near.focus({ preventScroll: true });
        return noUpdate();
      }
      const part = namedPart();
      if (part) {
        part.scrollIntoView();
        part.focus({ preventScroll: true });
      } else if (moved !== "came" && heading) {
        heading.focus({ preventScroll: true });
        window.scrollTo(0, moved === "back" ? readTo() : 0);
      }
      return noUpdate();
    },
  };
})();
