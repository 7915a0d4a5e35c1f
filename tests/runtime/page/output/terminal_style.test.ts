import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  appearanceOf,
  changeStyle,
  contrast,
  DARK,
  DEFAULT_STYLE,
  LIGHT,
  MIN_CONTRAST,
  readable,
  rgbOf,
  TRUE_COLOUR,
  type Style,
} from "../../../../runtime/page/output/terminal_style.ts";

/** Returns the style after control sequences with these parameters, without the key of the style. */
function styled(...sequences: string[]): Omit<Style, "key"> {
  let style: Style = DEFAULT_STYLE;
  for (const parameters of sequences) style = changeStyle(style, parameters);
  const { key: _, ...rest } = style;
  return rest;
}

describe("control sequences with these parameters result in the expected style:", () => {
  const cases: [about: string, sequences: string[], expected: Omit<Style, "key">][] = [
    ["none", [], {}],
    ["a colour", ["31"], { colour: 1 }],
    ["a bright colour", ["93"], { colour: 11 }],
    ["a background", ["42"], { background: 2 }],
    ["a bright background", ["105"], { background: 13 }],
    ["several codes", ["1;4;36"], { isBold: true, isUnderlined: true, colour: 6 }],
    ["one of 256 colours", ["38;5;208"], { colour: 208 }],
    ["a true colour", ["38;2;1;2;3"], { colour: TRUE_COLOUR + 0x010203 }],
    ["a true colour for the background", ["48;2;255;0;16"], { background: TRUE_COLOUR + 0xff0010 }],
    ["a colour with colons", ["38:5:208"], { colour: 208 }],
    ["a true colour with colons", ["38:2:1:2:3"], { colour: TRUE_COLOUR + 0x010203 }],
    ["a true colour with a colour space", ["38:2::1:2:3"], { colour: TRUE_COLOUR + 0x010203 }],
    ["codes after a colour", ["38;5;9;3"], { colour: 9, isItalic: true }],
    ["the colour of underlines", ["58;5;9;4"], { isUnderlined: true }],
    ["a colour that does not exist", ["38;5;999", "38;2;1;2"], {}],
    [
      "dim, italic, struck and inverse",
      ["2;3;9;7"],
      { isDim: true, isItalic: true, isStruck: true, isInverse: true },
    ],
    ["a curly underline", ["4:3"], { isUnderlined: true }],
    ["no underline", ["4", "4:0"], {}],
    ["a reset", ["1;31", "0"], {}],
    ["a reset without a number", ["1;31", ""], {}],
    ["a reset among others", ["1;0;31"], { colour: 1 }],
    ["the end of each style", ["1;2;3;4;7;9;31;41", "22;23;24;27;29;39;49"], {}],
    ["unknown codes", ["5;8;11;53;73;200"], {}],
  ];
  for (const [about, sequences, expected] of cases) {
    test(about, () => assert.deepEqual(styled(...sequences), expected));
  }
});

test("equal styles have the same key", () => {
  // Both are bold and red. The background of the second one is set and then reset.
  const first = changeStyle(changeStyle(DEFAULT_STYLE, "1"), "31");
  const second = changeStyle(changeStyle(DEFAULT_STYLE, "41;31;1"), "49");
  assert.equal(first.key, second.key);
  assert.notEqual(first.key, changeStyle(DEFAULT_STYLE, "31").key);
});

/** Reads a colour such as #1b2c3d or rgb(1 2 3). */
function parse(text: string): [number, number, number] {
  const hex = /^#(..)(..)(..)$/
    .exec(text)
    ?.slice(1)
    .map((part) => parseInt(part, 16));
  const numbers = hex ?? text.match(/\d+/g)!.map(Number);
  assert.equal(numbers.length, 3, text);
  return numbers as [number, number, number];
}

// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
test("contrast is computed as the accessibility guidelines (WCAG) define it", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.ok(Math.abs(contrast([119, 119, 119], [255, 255, 255]) - 4.478) < 0.001);
});

test("the colours from 16 on are readable in both schemes, and change only if they would not be", () => {
  for (let colour = 16; colour < 256; colour++) {
    for (const background of [LIGHT, DARK]) {
      const shown = readable(rgbOf(colour), background);
      assert.ok(contrast(shown, background) >= MIN_CONTRAST, String(colour));
      if (contrast(rgbOf(colour), background) >= MIN_CONTRAST)
        assert.deepEqual(shown, rgbOf(colour));
    }
  }
});

test("every colour is readable on every third background, and uncoloured text on all of them", () => {
  for (let colour = 0; colour < 256; colour++) {
    // All backgrounds would take three times as long.
    for (let background = 0; background < 256; background += 3) {
      const { properties } = appearanceOf(
        changeStyle(DEFAULT_STYLE, `38;5;${colour};48;5;${background}`),
      )!;
      const text = parse(properties["color"]!);
      assert.ok(contrast(text, parse(properties["background-color"]!)) >= MIN_CONTRAST);
    }
  }
  for (let background = 0; background < 256; background++) {
    const { properties } = appearanceOf(changeStyle(DEFAULT_STYLE, `48;5;${background}`))!;
    assert.ok(
      contrast(parse(properties["color"]!), parse(properties["background-color"]!)) >= MIN_CONTRAST,
    );
  }
});

test("the theme's first 16 colours and its colour of dim text are readable in both schemes", () => {
  const sheet = readFileSync("runtime/page/styles/late/ansi.css", "utf8");
  const [light, dark] = sheet.split("@media screen");
  for (const [part, background] of [
    [light, LIGHT],
    [dark, DARK],
  ] as const) {
    const colours = [...part!.matchAll(/(--runnable-ansi-[\w-]+): (#\w{6});/g)];
    assert.equal(colours.length, 17);
    for (const [, name, value] of colours) {
      assert.ok(contrast(parse(value!), background) >= MIN_CONTRAST, name);
    }
  }
});

test("one of the first 16 colours becomes a variable of the theme, and other styles become classes", () => {
  const red = "var(--runnable-ansi-red)";
  assert.deepEqual(appearanceOf(changeStyle(DEFAULT_STYLE, "31")), {
    classes: ["runnable-ansi-coloured"],
    properties: { "--ansi-on-light": red, "--ansi-on-dark": red },
  });
  assert.deepEqual(appearanceOf(changeStyle(DEFAULT_STYLE, "38;2;255;255;0;1"))!.classes, [
    "runnable-ansi-bold",
    "runnable-ansi-coloured",
  ]);
  assert.equal(appearanceOf(DEFAULT_STYLE), undefined);
});

test("inverse text swaps its colours", () => {
  assert.deepEqual(appearanceOf(changeStyle(DEFAULT_STYLE, "7")), {
    classes: ["runnable-ansi-inverse"],
    properties: {},
  });
  // Inverse, white (15) on black (16), so the background becomes white.
  const swapped = appearanceOf(changeStyle(DEFAULT_STYLE, "7;38;5;15;48;5;16"))!;
  assert.equal(swapped.properties["background-color"], "rgb(255 255 255)");
});
