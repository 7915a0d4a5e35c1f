/**
 * The colours and styles that programs choose with escape sequences such as `ESC [ 31 m`.
 *
 * Programs choose colours for a background that they do not know. The colour of a text is therefore made
 * darker or lighter until its contrast is high enough: on the background that the program has chosen, or
 * else on the background of the output, once for the light scheme and once for the dark one. On the
 * background of the output, the first 16 colours are CSS variables in ansi.css instead.
 */

/** A number below 256 is an entry of the palette. Other colours are TRUE_COLOUR plus 0xrrggbb. */
export type Colour = number;

export const TRUE_COLOUR = 0x1000000;

export interface Style {
  /** Equal styles have the same key. */
  readonly key: string;
  readonly colour?: Colour;
  readonly background?: Colour;
  readonly isBold?: boolean;
  readonly isDim?: boolean;
  readonly isItalic?: boolean;
  readonly isUnderlined?: boolean;
  readonly isStruck?: boolean;
  readonly isInverse?: boolean;
}

export const DEFAULT_STYLE: Style = { key: "" };

type Change = Partial<Record<Exclude<keyof Style, "key">, number | boolean | undefined>>;

/**
 * What each code changes. The codes that choose a colour are in `paletteChange` and `EXTENDED`, and
 * `changeStyle` handles the code 0, which resets everything.
 */
const CHANGES: Readonly<Record<number, Change>> = {
  1: { isBold: true },
  2: { isDim: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  7: { isInverse: true },
  9: { isStruck: true },
  21: { isUnderlined: true },
  22: { isBold: undefined, isDim: undefined },
  23: { isItalic: undefined },
  24: { isUnderlined: undefined },
  27: { isInverse: undefined },
  29: { isStruck: undefined },
  39: { colour: undefined },
  49: { background: undefined },
};

/** Codes that are followed by a colour, and what they colour. Coloured underlines (58) are not shown. */
const EXTENDED: Readonly<Record<number, "colour" | "background" | "">> = {
  38: "colour",
  48: "background",
  58: "",
};

/** Returns the style after the sequence `ESC [ parameters m`. */
export function changeStyle(style: Style, parameters: string): Style {
  const changed: Record<string, unknown> = { ...style };
  const codes = parameters.split(";");
  for (let index = 0; index < codes.length; index++) {
    const [code = 0, ...details] = codes[index]!.split(":").map(Number);
    if (code === 0) {
      for (const name of Object.keys(changed)) delete changed[name];
    } else if (Object.hasOwn(EXTENDED, code)) {
      const isJoined = details.length > 0;
      const rest = isJoined ? details : codes.slice(index + 1).map(Number);
      const [colour, used] = extendedColour(rest, isJoined);
      const name = EXTENDED[code]!;
      if (name !== "" && colour !== undefined) changed[name] = colour;
      if (!isJoined) index += used;
    } else if (code === 4 && details[0] === 0) {
      changed["isUnderlined"] = undefined;
    } else {
      Object.assign(changed, CHANGES[code] ?? paletteChange(code));
    }
  }
  delete changed["key"];
  const set = Object.entries(changed).filter(([, value]) => value !== undefined);
  const key = set
    .map(([name, value]) => `${name}=${String(value)}`)
    .toSorted()
    .join();
  return { ...Object.fromEntries(set), key };
}

/** Returns the change for a code that chooses one of the first 16 colours; empty for other codes. */
function paletteChange(code: number): Change {
  if (code >= 30 && code <= 37) return { colour: code - 30 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 90 && code <= 97) return { colour: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { background: code - 100 + 8 };
  return {};
}

/**
 * Returns the colour that these numbers describe, undefined if they describe none, and how many of the
 * numbers belong to it. `isJoined` says whether the numbers were separated by colons rather than semicolons.
 */
function extendedColour(
  [kind, ...numbers]: number[],
  isJoined: boolean,
): [colour: Colour | undefined, used: number] {
  const isByte = (value: number | undefined): boolean =>
    value !== undefined && Number.isInteger(value) && value >= 0 && value <= 255;
  if (kind === 5) return [isByte(numbers[0]) ? numbers[0] : undefined, 2];
  if (kind !== 2) return [undefined, 1];
  // In the form with colons, the number of a colour space may come first.
  const rgb = isJoined && numbers.length > 3 ? numbers.slice(1, 4) : numbers.slice(0, 3);
  if (rgb.length < 3 || !rgb.every(isByte)) return [undefined, 4];
  return [TRUE_COLOUR + ((rgb[0]! << 16) | (rgb[1]! << 8) | rgb[2]!), 4];
}

type Rgb = readonly [red: number, green: number, blue: number];

/** The contrast that WCAG 2.2 requires of text (success criterion 1.4.3). */
export const MIN_CONTRAST = 4.5;

/** The backgrounds of the output in the light and in the dark scheme. */
export const LIGHT: Rgb = [245, 245, 245];
export const DARK: Rgb = [33, 37, 43];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/**
 * The first 16 colours as backgrounds, and as text on a background that the program has chosen. They are in
 * the order of `NAMES`, first the dark and then the bright ones.
 */
const BACKGROUNDS: readonly Rgb[] = [
  [0, 0, 0],
  [178, 34, 34],
  [30, 120, 50],
  [170, 130, 0],
  [30, 80, 190],
  [150, 50, 150],
  [0, 125, 140],
  [200, 200, 200],
  [100, 100, 100],
  [225, 75, 75],
  [60, 180, 85],
  [230, 190, 40],
  [90, 145, 240],
  [205, 105, 205],
  [60, 185, 200],
  [255, 255, 255],
];

/** The entries 16 to 231 of the palette are all combinations of these values of red, green and blue. */
const CUBE = [0, 95, 135, 175, 215, 255];

/** Returns the components of a colour. The last 24 entries of the palette are shades of grey. */
export function rgbOf(colour: Colour): Rgb {
  if (colour >= TRUE_COLOUR) return [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
  if (colour < 16) return BACKGROUNDS[colour]!;
  if (colour >= 232) {
    const grey = 8 + 10 * (colour - 232);
    return [grey, grey, grey];
  }
  const index = colour - 16;
  return [CUBE[Math.floor(index / 36)]!, CUBE[Math.floor(index / 6) % 6]!, CUBE[index % 6]!];
}

/** The relative luminance of a colour, from 0 to 1, as defined by WCAG 2.2. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((component) => {
    const share = component / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** The contrast of two colours, from 1 to 21, as defined by WCAG 2.2. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/**
 * Returns the colour itself if it is readable on a background, or else a mixture of it with as little
 * black or white as makes it readable.
 */
export function readable(rgb: Rgb, background: Rgb): Rgb {
  const end = contrast(BLACK, background) > contrast(WHITE, background) ? BLACK : WHITE;
  const STEPS = 32;
  // Each step adds another 32nd of black or white.
  for (let step = 0; step < STEPS; step++) {
    const mixed = rgb.map((component, index) =>
      Math.round(component + ((end[index]! - component) * step) / STEPS),
    ) as unknown as Rgb;
    if (contrast(mixed, background) >= MIN_CONTRAST) return mixed;
  }
  return end;
}

const css = (rgb: Rgb): string => `rgb(${rgb.join(" ")})`;

/** What an element needs to be shown in a style. */
export interface Appearance {
  classes: string[];
  /** Values of CSS properties. */
  properties: Record<string, string>;
}

/** Returns how to show text in a style; undefined for the default style. */
export function appearanceOf(style: Style): Appearance | undefined {
  if (style.key === "") return undefined;
  const classes: string[] = [];
  if (style.isBold) classes.push("runnable-ansi-bold");
  if (style.isItalic) classes.push("runnable-ansi-italic");
  if (style.isUnderlined) classes.push("runnable-ansi-underlined");
  if (style.isStruck) classes.push("runnable-ansi-struck");
  const { colour, background, isInverse = false } = style;
  // Terminals mix dim text with the background, which makes it hard to read. The class has a readable
  // colour instead.
  if (style.isDim) classes.push("runnable-ansi-dim");
  if (colour !== undefined && background !== undefined) {
    const [front, back] = isInverse ? [background, colour] : [colour, background];
    return { classes, properties: onBackground(rgbOf(front), rgbOf(back)) };
  }
  if (background !== undefined && !isInverse) {
    const back = rgbOf(background);
    const front = contrast(BLACK, back) > contrast(WHITE, back) ? BLACK : WHITE;
    return { classes, properties: onBackground(front, back) };
  }
  if (isInverse) classes.push("runnable-ansi-inverse");
  else if (colour !== undefined) classes.push("runnable-ansi-coloured");
  return { classes, properties: colour === undefined ? {} : inBothSchemes(colour) };
}

const onBackground = (front: Rgb, back: Rgb): Record<string, string> => ({
  color: css(readable(front, back)),
  "background-color": css(back),
});

/** Returns the CSS variables with the colour for each scheme; ansi.css chooses between the two. */
function inBothSchemes(colour: Colour): Record<string, string> {
  if (colour < 16) {
    const name = `var(--runnable-ansi-${colour < 8 ? "" : "bright-"}${NAMES[colour % 8]!})`;
    return { "--ansi-on-light": name, "--ansi-on-dark": name };
  }
  const rgb = rgbOf(colour);
  return {
    "--ansi-on-light": css(readable(rgb, LIGHT)),
    "--ansi-on-dark": css(readable(rgb, DARK)),
  };
}
