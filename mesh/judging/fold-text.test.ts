import { expect, test } from "vitest";
import { foldCase, foldText } from "./fold-text.ts";

test.each([
  ["Straße", "strasse"],
  ["ΣΟΦΟΣ σοφός", "σοφοσ σοφόσ"],
  ["İstanbul IŞIK ışık", "istanbul işik işik"],
  ["Ｆｕｌｌ Ｗｉｄｔｈ", "full width"],
  ["ﬁsh ℌ", "fish h"],
  ["soft\u00adhy\u200bphen", "softhyphen"],
  ["Łódź", "łódź"],
])("%j without case is %j", (text, folded) => {
  expect(foldCase(text)).toBe(folded);
});

test.each([
  ["Crème BRÛLÉE", "creme brulee"],
  ["Łódź smørrebrød œuvre Þórr", "lodz smorrebrod oeuvre thorr"],
  ["cafe\u0301  \n\t au lait ", "cafe au lait"],
  ["don’t “quote”", 'don\'t "quote"'],
  ["ёлка мой мои", "елка мой мои"],
  ["かが", "かが"],
  ["각 가", "각 가"],
  ["שָׁלוֹם", "שלום"],
  ["مُحَمَّد", "محمد"],
  ["किताब", "किताब"],
  ["👍🏽 ❤️", "👍🏽 ❤"],
  ["\u200b\u00ad ", ""],
])("%j is compared as %j", (text, folded) => {
  expect(foldText(text)).toBe(folded);
  expect(foldText(folded)).toBe(folded);
});
