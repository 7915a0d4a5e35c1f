/**
 * Makes a sitemap from the navigation of the page.
 *
 * The theme's instant navigation and previews find in sitemap.xml which addresses are pages of this site.
 * MkDocs writes this file only if `site_url` is set, and then it is correct only at the published address.
 * The navigation of the page contains the same addresses wherever the site is served from, and reading it
 * needs no request.
 */
export function makeSitemap(): Blob {
  const sitemap = document.implementation.createDocument(null, "urlset");
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    ".md-nav--primary a.md-nav__link",
  )) {
    const entry = sitemap.documentElement.appendChild(sitemap.createElement("url"));
    entry.appendChild(sitemap.createElement("loc")).textContent = link.href.split("#")[0]!;
  }
  return new Blob([new XMLSerializer().serializeToString(sitemap)], { type: "text/xml" });
}
