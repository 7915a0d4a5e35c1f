// Runs before the theme's own script, on every page of the site.

/*
 * Instant navigation and previews ask sitemap.xml which addresses are pages of this site. Without
 * a site_url there is none, and with one it only fits the published address. The navigation of the
 * page knows the same, wherever it is served from, and saves a request.
 */
const open = XMLHttpRequest.prototype.open;
XMLHttpRequest.prototype.open = function (method, url, ...rest) {
  if (!String(url).endsWith("/sitemap.xml")) return open.call(this, method, url, ...rest);
  XMLHttpRequest.prototype.open = open;
  const sitemap = document.implementation.createDocument(null, "urlset");
  for (const link of document.querySelectorAll(".md-nav--primary a.md-nav__link")) {
    const entry = sitemap.documentElement.appendChild(sitemap.createElement("url"));
    entry.appendChild(sitemap.createElement("loc")).textContent = link.href.split("#")[0];
  }
  const text = new XMLSerializer().serializeToString(sitemap);
  return open.call(this, method, URL.createObjectURL(new Blob([text], { type: "text/xml" })));
};

/*
 * What the theme's script adds to a page is fixed as it comes: its buttons on code blocks and the
 * topics of search results are navigation landmarks without a name, its previews are dialogs
 * without one, and code that scrolls is out of the keyboard's reach where there is no mouse.
 */
function whenChildrenChange(element, act) {
  if (element) new MutationObserver(act).observe(element, { childList: true });
}

function isNoLandmark(selector) {
  for (const element of document.querySelectorAll(selector)) element.setAttribute("role", "none");
}

const scrollable = new ResizeObserver((entries) => {
  // After the theme's own observer, which takes the attribute away.
  requestAnimationFrame(() => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    }
  });
});

addEventListener("DOMContentLoaded", () => {
  document$.subscribe(() => {
    isNoLandmark(".md-code__nav");
    scrollable.disconnect();
    for (const element of document.querySelectorAll("pre > code, .md-typeset__scrollwrap")) {
      scrollable.observe(element);
    }
  });
  whenChildrenChange(document.querySelector(".md-search-result__list"), () =>
    isNoLandmark(".md-search-result nav"),
  );
  whenChildrenChange(document.body, () => {
    for (const preview of document.querySelectorAll(".md-tooltip2[role=dialog]")) {
      preview.setAttribute("aria-label", "Preview");
    }
  });
});
