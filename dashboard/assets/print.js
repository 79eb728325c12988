/* Before a print: charts scale with the paper, and tables show all of their lines. */
(function () {
  const PAPER_PX = 690;
  const gridsOnPage = () =>
    [...document.querySelectorAll(".pl-grid .ag-theme-quartz, .pl-grid [id]")]
      .filter((part) => part.id.startsWith("{"))
      .map((part) => window.dash_ag_grid && window.dash_ag_grid.getApi(JSON.parse(part.id)))
      .filter((grid) => grid && grid.getGridOption("rowModelType") !== "infinite");
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
})();
