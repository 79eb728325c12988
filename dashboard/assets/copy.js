/* Copies a link to the clipboard, and says so. */
(function () {
  const byHand = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (refused) {
      /* Without TLS browsers keep the clipboard shut to scripts, but for this older way. */
      return byHand(text);
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".pl-copy");
    if (!button) return;
    const { address } = button.dataset;
    const link = address ? window.location.origin + address : window.location.href;
    const done = await copy(link);
    button.focus();
    const told = document.getElementById("pl-told");
    const said = done ? "The link was copied" : `Copy this link: ${link}`;
    if (told) told.textContent = said;
    const name = button.dataset.name || button.textContent;
    button.dataset.name = name;
    button.textContent = done ? "Copied" : link;
    window.setTimeout(() => {
      button.textContent = name;
    }, 3000);
  });
})();
