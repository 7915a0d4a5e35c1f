/**
 * Runs before the theme's own script on every page: saves what that script would load on each visit,
 * and fixes the accessibility of what it adds to pages.
 */
import { fixAccessibility } from "./accessibility.ts";
import { answerRequest } from "./requests.ts";
import { startSearchWhenWanted } from "./search.ts";
import { makeSitemap } from "./sitemap.ts";

answerRequest("/sitemap.xml", makeSitemap);
startSearchWhenWanted();
fixAccessibility();
