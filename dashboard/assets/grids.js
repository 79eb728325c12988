/* Grids whose rows come in blocks: words to look for ask for them anew. */
window.dash_clientside = window.dash_clientside || {};

(function () {
  const gridOf = (id) =>
    window.dash_ag_grid && window.dash_ag_grid.getApi({ ...id, part: "rows" });

  window.dash_clientside.grids = {
    lookFor: function (words, id) {
      const grid = gridOf(id);
      if (grid && window.dash_clientside.callback_context.triggered.length) {
        grid.paginationGoToFirstPage();
        grid.purgeInfiniteCache();
      }
      return window.dash_clientside.no_update;
    },
  };
})();
