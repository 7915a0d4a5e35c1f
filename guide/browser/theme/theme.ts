/**
 * Runs before the theme's own script on every page. It keeps that script from downloading the search index
 * and the sitemap on each visit, and fixes the accessibility of what the script adds to pages.
 */
import { fixAccessibility } from "./accessibility.ts";
import { answerRequest } from "./requests.ts";
import { startSearchWhenWanted } from "./search.ts";
import { makeSitemap } from "./sitemap.ts";

answerRequest("/sitemap.xml", makeSitemap);
startSearchWhenWanted();
fixAccessibility();
