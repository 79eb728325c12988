/* Clientside callbacks and the few things that only a browser knows: address, scheme, width. */
window.dash_clientside = window.dash_clientside || {};

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
  const view = () => ({ scheme: currentScheme(), narrow: narrow.matches });
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
      const value = values[place];
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

  /* Before a print: charts scale with the paper, and tables show all of their lines. */
  const PAPER_PX = 690;
  const gridsOnPage = () =>
    [...document.querySelectorAll(".pl-grid .ag-theme-quartz, .pl-grid [id]")]
      .filter((part) => part.id.startsWith("{"))
      .map((part) => window.dash_ag_grid && window.dash_ag_grid.getApi(JSON.parse(part.id)))
      .filter(Boolean);
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll(".js-plotly-plot .main-svg").forEach((drawing) => {
      const wide = drawing.getAttribute("width");
      const high = drawing.getAttribute("height");
      drawing.setAttribute("viewBox", `0 0 ${wide} ${high}`);
      drawing.parentElement.style.setProperty("--drawn", `${wide} / ${high}`);
    });
    gridsOnPage().forEach((grid) => grid.setGridOption("pagination", false));
    document.querySelectorAll(".pl-grid").forEach((part) => {
      const columns = part.querySelector(".ag-header-row");
      const wide = columns ? columns.getBoundingClientRect().width : 0;
      part.style.setProperty("--paper-zoom", Math.min(1, PAPER_PX / (wide || 1)).toFixed(3));
    });
  });
  window.addEventListener("afterprint", () => {
    document
      .querySelectorAll(".js-plotly-plot .main-svg")
      .forEach((drawing) => drawing.removeAttribute("viewBox"));
    gridsOnPage().forEach((grid) =>
      grid.setGridOption("pagination", grid.getDisplayedRowCount() > 20)
    );
  });

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

  let filteredPage = null;

  const linksWith = (search, ids) => ids.map((id) => id.path + search);

  window.dash_clientside.plimsoll = {
    readAddress: function (pathname) {
      const shown = view();
      return [{ pathname: pathname, search: window.location.search, view: shown }, shown];
    },

    writeFilters: function (values, ids, known, links, drawn) {
      const page = drawn.length ? drawn[0].drawn : null;
      if (page !== filteredPage) {
        /* The controls have just been set from the address: there is nothing to write. */
        filteredPage = page;
        return [noUpdate(), linksWith(window.location.search, links)];
      }
      const query = keepOthers(queryOf(values, ids), ids);
      query.sort();
      const text = query.toString();
      const before = new URLSearchParams(known || "");
      before.sort();
      const search = text ? `?${text}` : "";
      if (before.toString() === text) {
        return [noUpdate(), linksWith(window.location.search, links)];
      }
      window.history.replaceState(
        window.history.state,
        "",
        window.location.pathname + search + window.location.hash
      );
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
      return { scheme: next, narrow: narrow.matches };
    },

    provideScheme: function (shown) {
      const scheme = (shown && shown.scheme) || currentScheme();
      return [scheme, scheme === "dark" ? "Light colours" : "Dark colours"];
    },

    arrive: function (title) {
      const started = window.plimsollArrived;
      window.plimsollArrived = true;
      document.title = title ? `${title} · Plimsoll` : "Plimsoll";
      const heading = document.querySelector("main h1");
      const part = namedPart();
      if (part) {
        part.scrollIntoView();
        part.focus({ preventScroll: true });
      } else if (started && heading) {
        heading.focus({ preventScroll: true });
        window.scrollTo(0, 0);
      }
      return noUpdate();
    },
  };
})();
